"""Reading and writing a QTI package of 300 items: time, CPU and the highest memory.

A third of the items are of the kind that exams deliver, a third show a photograph of a megapixel
with the camera's notes in it (the costly case: each is decoded and encoded anew), a third share
twenty texts.
"""

import io
import random
import resource
import time
from dataclasses import replace

from PIL import Image

from benchmarks.printing import json_line, table
from item_bank.framework import bundled_edition
from item_bank.items import Choice, ItemContent, ItemFacts
from item_bank.qti.choice import write_choice
from item_bank.qti.packages import OutgoingItem, losses, read_zip, write_zip

ITEMS = 300
BAR_SECONDS = 10
BAR_MEGABYTES = 500
CONTENT = ItemContent(
    title="Restoring service",
    situation=("A fire has closed the building that houses the servers.",),
    question="What comes first?",
    choices=tuple(
        Choice(name, f"Option {name}, " * 8 + "or none.", f"Because {name}, " * 20 + "so.")
        for name in "ABCD"
    ),
    key="B",
)
SHARED = '<div class="qti-shared-stimulus" data-stimulus-idref="S{0}">{1}</div>'


def sample_package() -> bytes:
    items, photographs = _sample()
    edition = bundled_edition()
    return write_zip(items, edition, identifier="b", title="B", read_media=photographs.__getitem__)


def main() -> None:
    edition = bundled_edition()
    items, photographs = _sample()
    figures: dict[str, float] = {}

    def timed(name: str, start: tuple[float, float]) -> None:
        figures[f"{name}_s"] = round(time.perf_counter() - start[0], 2)
        figures[f"{name}_cpu_s"] = round(time.process_time() - start[1], 2)

    start = time.perf_counter(), time.process_time()
    package = write_zip(
        items, edition, identifier="b", title="B", read_media=photographs.__getitem__
    )
    timed("write", start)
    start = time.perf_counter(), time.process_time()
    reading = read_zip(package, edition)
    timed("read", start)
    assert len(reading.items) == ITEMS, reading.findings[:3]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    clean = {one.path: one.data for item in reading.items for one in item.media if one.data}
    kept = [
        OutgoingItem(item.xml, replace(one.facts, code=item.code))
        for item, one in zip(
            reading.items, sorted(items, key=lambda one: one.facts.code), strict=True
        )
    ]
    start = time.perf_counter(), time.process_time()
    again = write_zip(kept, edition, identifier="b", title="B", read_media=clean.__getitem__)
    lost = losses(again, kept, edition)
    timed("again", start)
    rows = [
        ["write", figures["write_s"], figures["write_cpu_s"]],
        [f"read, bar {BAR_SECONDS} s", figures["read_s"], figures["read_cpu_s"]],
        ["write and read again, media clean", figures["again_s"], figures["again_cpu_s"]],
    ]
    table(f"A package of {ITEMS} items, {len(package):,} bytes", ["", "seconds", "CPU"], rows)
    print(f"\n  highest memory {megabytes:.0f} MB (bar {BAR_MEGABYTES}), losses {len(lost)}")
    json_line("packages", {**figures, "highest_mb": round(megabytes), "losses": len(lost)})


def _sample() -> tuple[list[OutgoingItem], dict[str, bytes]]:
    photographs = {f"media/{number:064x}.jpg": _photograph(number) for number in range(100)}
    return [_item(number, list(photographs)) for number in range(ITEMS)], photographs


def _item(number: int, photographs: list[str]) -> OutgoingItem:
    code = f"B-{number:04}"
    xml = write_choice(code, replace(CONTENT, title=f"Item {number}"))
    if number % 3 == 1:
        image = f'<p><img src="{photographs[number // 3]}" alt="x"/></p>'
        xml = xml.replace(b"<qti-item-body>", f"<qti-item-body>{image}".encode())
    elif number % 3 == 2:
        shared = SHARED.format(number % 20, f"<p>Text {number % 20}. {'word ' * 300}</p>")
        xml = xml.replace(b"<qti-item-body>", f"<qti-item-body>{shared}".encode())
    return OutgoingItem(xml, ItemFacts(code, "I.B"))


def _photograph(number: int) -> bytes:
    chance = random.Random(number)
    image = Image.frombytes("RGB", (60, 45), chance.randbytes(60 * 45 * 3)).resize((1200, 900))
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, exif=exif.tobytes())
    return out.getvalue()
