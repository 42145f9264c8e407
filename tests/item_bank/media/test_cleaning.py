import functools
import hashlib
import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from item_bank.errors import MediaRefused
from item_bank.formats.moodle import read_moodle
from item_bank.media import pictures
from item_bank.media.cleaning import Cleaner, clean
from item_bank.media.kinds import MediaType
from item_bank.media.readings import cleaned
from tests.item_bank.media.recordings import a_wav, an_mp3, an_mp4, an_ogg, box, png_chunk

# Pillow remarks on broken notes of cameras before they are taken out.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (40, 30), **how: object) -> bytes:
    image = Image.radial_gradient("L").resize(size).convert(mode)
    out = io.BytesIO()
    image.save(out, kind, **how)  # type: ignore[arg-type]
    return out.getvalue()


def animation(kind: str, **how: object) -> bytes:
    frames = [Image.new("RGB", (20, 10), (shade, 0, 255 - shade)) for shade in (0, 90, 200)]
    out = io.BytesIO()
    frames[0].save(  # type: ignore[call-overload]
        out, kind, save_all=True, append_images=frames[1:], duration=80, loop=0, **how
    )
    return out.getvalue()


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).convert("RGBA").tobytes()


BARE = {
    "png": picture("PNG"),
    "grey png": picture("PNG", "L"),
    "palette png": picture("PNG", "P"),
    "clear png": picture("PNG", "RGBA"),
    "jpeg": picture("JPEG"),
    "grey jpeg": picture("JPEG", "L"),
    "progressive jpeg": picture("JPEG", progressive=True),
    "gif": picture("GIF"),
    "moving gif": animation("GIF"),
    "webp": picture("WEBP"),
    "lossless webp": picture("WEBP", lossless=True),
    "moving webp": animation("WEBP"),
    "moving png": animation("PNG"),
}


@pytest.mark.parametrize("name", BARE)
def test_a_picture_with_nothing_else_in_it_is_kept_byte_for_byte(name: str) -> None:
    kept = clean(BARE[name])
    assert kept.data == BARE[name]
    assert kept.sha256 == hashlib.sha256(kept.data).hexdigest()
    assert kept.path == f"media/{kept.sha256}.{kept.type.value}"


def noted(kind: str, **how: object) -> bytes:
    """A picture with a place, a camera and a remark in it."""
    exif = Image.Exif()
    exif[0x010F] = "Spy camera"
    exif[0x8825] = {1: "N", 2: (52.0, 5.0, 1.0)}
    return picture(kind, exif=exif.tobytes(), **how)


def png_with_text() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "Spy camera")
    text.add_text("XML:com.adobe.xmp", "<x>Spy camera</x>", zip=True)
    return picture("PNG", pnginfo=text)


NOTED = {
    "jpeg": noted("JPEG"),
    "grey jpeg": noted("JPEG", mode="L"),
    "jpeg with a remark": picture("JPEG", comment=b"Spy camera"),
    "cmyk jpeg": noted("JPEG", mode="CMYK"),
    "png": png_with_text(),
    "png with exif": noted("PNG"),
    "palette png": noted("PNG", mode="P"),
    "webp": noted("WEBP"),
    "lossless webp": noted("WEBP", lossless=True),
    "gif": picture("GIF", comment=b"Spy camera"),
    "moving gif": animation("GIF", comment=b"Spy camera"),
    "moving webp": animation("WEBP", lossless=True, exif=b"Exif\0\0Spy camera"),
}


@pytest.mark.parametrize("name", NOTED)
def test_notes_are_taken_out_of_pictures_and_what_comes_out_is_kept_as_it_is(name: str) -> None:
    data = NOTED[name]
    kept = clean(data)
    assert b"Spy camera" not in kept.data
    opened = Image.open(io.BytesIO(kept.data))
    assert not opened.getexif()
    assert opened.size == Image.open(io.BytesIO(data)).size
    assert getattr(opened, "n_frames", 1) == getattr(Image.open(io.BytesIO(data)), "n_frames", 1)
    assert clean(kept.data).data == kept.data
    if name in ("png", "png with exif", "palette png", "lossless webp", "gif"):
        assert pixels(kept.data) == pixels(data)


def test_a_photograph_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = clean(picture("JPEG", size=(40, 30), exif=exif.tobytes()))
    assert Image.open(io.BytesIO(kept.data)).size == (30, 40)


def test_a_jpeg_loses_next_to_nothing() -> None:
    before = NOTED["jpeg"]
    after = clean(before).data
    differences = [abs(a - b) for a, b in zip(pixels(before), pixels(after), strict=True)]
    assert max(differences) <= 3


@pytest.mark.parametrize("name", BARE)
@pytest.mark.parametrize(
    "extra", [b"PK\x03\x04", b"<script>alert(1)</script>", b"%PDF-1.7", b"\xff\xd8\xff"], ids=repr
)
def test_a_picture_that_something_follows_is_refused(name: str, extra: bytes) -> None:
    with pytest.raises(MediaRefused, match="follow the picture"):
        clean(BARE[name] + extra)


def test_zeros_after_a_picture_are_cut_off() -> None:
    kept = clean(BARE["png"] + b"\0" * 9).data
    assert kept.endswith(b"IEND\xaeB`\x82")
    assert pixels(kept) == pixels(BARE["png"])


def test_a_picture_that_is_a_zip_at_its_end_is_refused() -> None:
    comment = b"PK\x05\x06" + bytes(18)
    gif = BARE["gif"][:-1] + b"\x21\xfe" + bytes([len(comment)]) + comment + b"\0;"
    kept = clean(gif)
    assert b"PK\x05\x06" not in kept.data


@pytest.mark.parametrize("name", BARE)
def test_a_picture_that_is_cut_off_is_refused(name: str) -> None:
    data = BARE[name]
    for length in (12, len(data) // 2, len(data) - 1):
        with pytest.raises(MediaRefused):
            clean(data[:length])


def huge_png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", body)
        + png_chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (1, 20_000), (6_000, 6_000)])
def test_a_picture_of_too_many_pixels_is_refused(width: int, height: int) -> None:
    with pytest.raises(MediaRefused, match="pixels"):
        clean(huge_png(width, height))


def test_outer_parts_that_understate_the_size_do_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """A WebP says its size twice."""
    data = bytearray(BARE["moving webp"])
    at = data.index(b"VP8X") + 8
    data[at + 4 : at + 7] = (99_999).to_bytes(3, "little")
    with pytest.raises(MediaRefused):
        clean(bytes(data))


def test_an_animation_of_too_many_frames_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_FRAMES", 2)
    with pytest.raises(MediaRefused, match="3 frames"):
        clean(BARE["moving gif"])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"just words", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><svg:svg/>", "SVG"),
        (b"<?xml version='1.0'?><!DOCTYPE svg><svg/>", "SVG"),
        (b"%PDF-1.4", "PDF"),
        (b"PK\x03\x04", "archive"),
        (b"\n<!DOCTYPE html><p>", "web page"),
        (b"<script>", "web page"),
        (b"BM\x9a\0\0\0\0\0\0\0", "Save it as PNG"),
        (b"II*\0\x08\0\0\0", "Save it as PNG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "Save it as PNG"),
        (b"MZ\x90\0", "no picture"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
    ],
)
def test_what_is_not_kept_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(MediaRefused, match=reason):
        clean(data)


# ---- recordings

NOTE = box(b"udta", box(b"meta", b"Spy camera"))


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (a_wav(), MediaType.WAV),
        (an_mp3(), MediaType.MP3),
        (an_ogg(), MediaType.OGG),
        (an_mp4(), MediaType.MP4),
        (CAPTIONS, MediaType.VTT),
    ],
)
def test_a_recording_without_notes_is_kept_byte_for_byte(
    data: bytes, media_type: MediaType
) -> None:
    kept = clean(data)
    assert (kept.type, kept.data) == (media_type, data)
    assert kept.type.content_type


def test_notes_are_taken_out_of_recordings() -> None:
    tag = b"ID3\x03\0\0" + bytes([0, 0, 0, 20]) + b"Spy camera          "
    assert clean(tag + an_mp3() + b"TAG" + b"Spy camera".ljust(125)).data == an_mp3()
    assert clean(a_wav((b"LIST", b"INFOSpy camera"))).data == a_wav()
    with_notes = an_mp4(NOTE, box(b"trak", NOTE), after=NOTE)
    film = clean(with_notes).data
    assert b"Spy camera" not in film
    assert len(film) == len(with_notes)
    assert film.index(b"mdat") == with_notes.index(b"mdat")
    assert clean(film).data == film


@pytest.mark.parametrize(
    "data",
    [
        a_wav() + b"PK\x03\x04",
        a_wav()[:-3],
        an_mp3(1),
        an_mp3() + b"<script>" * 300,
        an_ogg() + b"tail",
        an_ogg()[:-2],
        an_ogg(b"evil    "),
        an_mp4(after=b"tail"),
        an_mp4(after=box(b"evil", b"x")),
        an_mp4(brand=b"evil"),
        an_mp4()[:-2],
        an_mp4(functools.reduce(lambda inner, _: box(b"moov", inner), range(2_000), b"")),
        box(b"ftyp", b"isom\0\0\0\0"),
        CAPTIONS + b"\0",
        CAPTIONS + b"\xff",
        CAPTIONS + b"<SCRIPT>",
    ],
)
def test_a_recording_that_is_not_whole_or_holds_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(MediaRefused):
        clean(data)


SOUND = [*BARE.values(), *NOTED.values(), a_wav(), an_mp3(), an_ogg(), an_mp4(NOTE), CAPTIONS]


@given(
    st.sampled_from(SOUND),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8),
)
@settings(max_examples=200)
def test_any_damage_is_refused_or_leaves_a_file_that_stays_as_it_is(
    data: bytes, changes: list[tuple[int, int]]
) -> None:
    damaged = bytearray(data)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    try:
        kept = clean(bytes(damaged))
    except MediaRefused:
        return
    assert clean(kept.data).data == kept.data


@given(st.binary(max_size=300), st.sampled_from([one[:16] for one in SOUND]))
def test_any_bytes_are_kept_or_refused(data: bytes, start: bytes) -> None:
    for one in (data, start + data):
        with suppress(MediaRefused):
            assert clean(one).data


# ---- many files


def test_each_file_is_cleaned_once_and_refused_each_time() -> None:
    seen: list[bytes] = []

    def counting(data: bytes) -> object:
        seen.append(data)
        return clean(data)

    cleaner = Cleaner(counting)  # type: ignore[arg-type]
    assert cleaner.clean(BARE["png"]) == cleaner.clean(BARE["png"])
    for _ in range(2):
        with pytest.raises(MediaRefused, match="PDF"):
            cleaner.clean(b"%PDF-1.4")
    assert len(seen) == 2


MOODLE = """<quiz><question type="essay"><name><text>{name}</text></name>
<questiontext format="html"><text><![CDATA[<p>See <img src="@@PLUGINFILE@@/a.png" alt="x"></p>]]>
</text><file name="a.png" encoding="base64">{data}</file></questiontext></question></quiz>"""


def test_files_that_came_along_in_other_formats_are_cleaned_and_renamed() -> None:
    import base64

    def read(data: bytes) -> object:
        text = MOODLE.format(name="One", data=base64.b64encode(data).decode())
        return cleaned(read_moodle(text.encode()))

    reading = read(NOTED["png"])
    (item,) = reading.items  # type: ignore[attr-defined]
    assert item.media[0].path == clean(NOTED["png"]).path
    assert item.media[0].path.encode() in item.xml
    refused = read(b"<svg/>")
    assert refused.items == ()  # type: ignore[attr-defined]
    assert [one.code for one in refused.errors] == ["media_refused"]  # type: ignore[attr-defined]
