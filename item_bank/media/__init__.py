"""Pictures and recordings that items show.

``kinds`` tells a type by the bytes, ``anatomy`` takes pictures apart, ``pictures`` and
``recordings`` make them safe, ``cleaning`` does this for any file, ``readings`` for all files of a
reading, ``store`` keeps them on disk by their hash.

Kept are PNG, JPEG, GIF, WebP, MP3, MP4, Ogg, WAV and WebVTT: what every browser shows by itself and
cannot run. Refused are SVG (it can hold scripts and fetch files, and every list of what is safe in
it has had holes; a PNG shows the same), PDF (scripts, and no way to show it inside a page to all
candidates alike), HTML, archives, and pictures that browsers do not show (BMP, TIFF, HEIC).
"""
