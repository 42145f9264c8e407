"""Pictures made safe: decoded whole, stripped of all that is no picture.

A picture that is bare already is kept byte for byte: encoding it again would gain nothing, and a
JPEG would change a little each time, so an export could not come back as the same content. Any
other is encoded anew from its pixels. What comes out is always bare.
"""

import struct
import zlib
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, ImageSequence, JpegImagePlugin

from item_bank.errors import MediaRefused
from item_bank.media.anatomy import anatomy_of
from item_bank.media.kinds import MediaType, is_active

MOST_PIXELS: Final = 24_000_000
"""Of one picture; decoded, each takes up to four bytes."""
LONGEST_SIDE: Final = 12_000
MOST_FRAMES: Final = 300
MOST_ANIMATED_PIXELS: Final = 60_000_000
"""Of all frames together."""

_FORMATS = {
    MediaType.PNG: "PNG",
    MediaType.JPEG: "JPEG",
    MediaType.GIF: "GIF",
    MediaType.WEBP: "WEBP",
}
# Level 3 packs photographs about as well as level 6, in half the time.
_SETTINGS = {MediaType.PNG: {"compress_level": 3}}
# What Pillow's readers let through for files that nobody would write.
_BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, AttributeError),
    *(ArithmeticError, RuntimeError, struct.error, zlib.error),
)
_DAMAGED = "The picture is damaged or cut off."


def clean_picture(data: bytes, media_type: MediaType) -> bytes:
    """The picture with nothing else in it. Cleaning it again changes nothing.

    The orientation that a camera noted is carried out; colour profiles are taken off. Raises
    MediaRefused for pictures that are damaged, too large or followed by something else.
    """
    anatomy = anatomy_of(data, media_type)
    width, height = anatomy.width, anatomy.height
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise MediaRefused(
            f"The picture has {width:,} by {height:,} pixels; {MOST_PIXELS:,} in all and "
            f"{LONGEST_SIDE:,} along a side are allowed."
        )
    if data[anatomy.end :].strip(b"\0"):
        extra = len(data) - anatomy.end
        raise MediaRefused(f"{extra:,} bytes follow the picture that are no part of it.")
    try:
        with Image.open(BytesIO(data), formats=[_FORMATS[media_type]]) as image:
            _refuse_size(image)
            is_whole = anatomy.is_bare and anatomy.end == len(data)
            if is_whole and not is_active(data):
                for frame in ImageSequence.Iterator(image):
                    frame.load()
                return data
            cleaned = _encode(image, media_type, data)
    except _BROKEN as error:
        raise MediaRefused(_DAMAGED) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise MediaRefused("The picture is too large when it is unpacked.") from error
    if is_active(cleaned) or not anatomy_of(cleaned, media_type).is_bare:
        raise MediaRefused("The picture holds something that is none.")
    return cleaned


def _refuse_size(image: Image.Image) -> None:
    """What the decoder will unpack, whatever the outer parts say."""
    frames = getattr(image, "n_frames", 1)
    pixels = image.width * image.height
    if pixels > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
        raise MediaRefused(f"The picture has {pixels:,} pixels; {MOST_PIXELS:,} are allowed.")
    if frames > MOST_FRAMES or (frames > 1 and frames * pixels > MOST_ANIMATED_PIXELS):
        raise MediaRefused(f"The picture moves through {frames:,} frames, which is too many.")


def _encode(image: Image.Image, media_type: MediaType, data: bytes) -> bytes:
    out = BytesIO()
    name = _FORMATS[media_type]
    if getattr(image, "n_frames", 1) > 1 and media_type is not MediaType.JPEG:
        frames = [_bare(frame.copy()) for frame in ImageSequence.Iterator(image)]
        durations = [frame.info.get("duration", 100) for frame in ImageSequence.Iterator(image)]
        settings = {"loop": image.info.get("loop", 0), "duration": durations}
        if media_type is MediaType.WEBP:
            settings |= {"lossless": True}
        frames[0].save(out, name, save_all=True, append_images=frames[1:], **settings)
        return out.getvalue()
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        _encode_jpeg(image, out)
    elif media_type is MediaType.WEBP:
        upright = _bare(ImageOps.exif_transpose(image))
        upright.save(out, name, lossless=b"VP8L" in data[:64], quality=90)
    else:
        upright = _bare(ImageOps.exif_transpose(image))
        upright.save(out, name, **_SETTINGS.get(media_type, {}))
    return out.getvalue()


def _encode_jpeg(image: JpegImagePlugin.JpegImageFile, out: BytesIO) -> None:
    """With the tables of the original, so that next to nothing is lost."""
    tables, sampling = image.quantization, JpegImagePlugin.get_sampling(image)
    upright = ImageOps.exif_transpose(image)
    if upright.mode not in ("L", "RGB"):
        bare = _bare(upright.convert("RGB"))
        bare.save(out, "JPEG", quality=90, optimize=True)
        return
    bare = _bare(upright)
    if sampling == -1 or len(tables) > 4 or not tables:
        bare.save(out, "JPEG", quality=90, optimize=True)
    else:
        ordered = [tables[key] for key in sorted(tables)]
        bare.save(out, "JPEG", qtables=ordered, subsampling=sampling, optimize=True)


def _bare(image: Image.Image) -> Image.Image:
    """Without notes of any kind; what makes colours transparent is part of the picture."""
    image.load()
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    return image
