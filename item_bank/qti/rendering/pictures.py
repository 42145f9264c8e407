"""An image with its areas drawn over it.

Areas have letters: the letter in the image is the one in the list beside it, which is what
keyboards and screen readers use. Geometry stands in attributes of SVG, so no style is needed.
"""

from collections.abc import Sequence

from item_bank.qti.interactions import Area, Hotspot, Picture
from item_bank.qti.rendering.page import Page, attribute, text

SMALLEST_LETTER = 11
"""Height of the letters in the image's own pixels."""


def size_of(picture: Picture, hotspots: Sequence[Hotspot] = ()) -> tuple[int, int]:
    """Width and height; where the file does not say, what the areas need and a little more."""
    if picture.width and picture.height:
        return picture.width, picture.height
    boxes = [box_of(hotspot.area) for hotspot in hotspots if hotspot.area.coordinates]
    right = max((box[2] for box in boxes), default=480)
    bottom = max((box[3] for box in boxes), default=320)
    return picture.width or right + 20, picture.height or bottom + 20


def box_of(area: Area) -> tuple[int, int, int, int]:
    """Left, top, right, bottom."""
    numbers = area.coordinates
    match area.shape:
        case "rect":
            left, top, right, bottom = numbers
            return min(left, right), min(top, bottom), max(left, right), max(top, bottom)
        case "circle":
            x, y, radius = numbers
            return x - radius, y - radius, x + radius, y + radius
        case "ellipse":
            x, y, across, down = numbers
            return x - across, y - down, x + across, y + down
        case "poly":
            return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])
    return 0, 0, 0, 0


def letter_of(number: int) -> str:
    """A to Z, then AA: places in an order are numbers, so areas are letters."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def words_of_area(hotspot: Hotspot, number: int) -> str:
    letter = letter_of(number)
    return f"{letter}: {hotspot.label}" if hotspot.label else f"Area {letter}"


def framed(picture: Picture, page: Page, hotspots: Sequence[Hotspot] = ()) -> str:
    """The image, its areas, and where it is not there a plate of its size with its words."""
    width, height = size_of(picture, hotspots)
    known = ' data-sized="yes"' if picture.width and picture.height else ""
    shapes = "".join(
        _shape(hotspot, number, width, height) for number, hotspot in enumerate(hotspots, 1)
    )
    overlay = (
        f'<svg class="areas" viewBox="0 0 {width} {height}" preserveAspectRatio="none"'
        f' aria-hidden="true" focusable="false">{shapes}</svg>'
    )
    address = page.served(picture.source)
    if address is None:
        words = picture.alternative or picture.source
        shown = (
            f'<svg class="plate" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            f' role="img" aria-label="{attribute(words)}"></svg>'
        )
        note = f'<p class="hint">Picture not here: {text(words)}</p>'
    else:
        sized = f' width="{width}" height="{height}"' if known else ""
        shown = (
            f'<img src="{attribute(address)}" alt="{attribute(picture.alternative)}"{sized}'
            ' draggable="false">'
        )
        note = ""
    return (
        f'<div class="frame" data-width="{width}" data-height="{height}"{known}>{shown}{overlay}'
        f"</div>{note}"
    )


def _shape(hotspot: Hotspot, number: int, width: int, height: int) -> str:
    area = hotspot.area
    numbers = area.coordinates
    match area.shape:
        case "circle":
            drawn = f'circle cx="{numbers[0]}" cy="{numbers[1]}" r="{numbers[2]}"'
        case "ellipse":
            drawn = (
                f'ellipse cx="{numbers[0]}" cy="{numbers[1]}" rx="{numbers[2]}" ry="{numbers[3]}"'
            )
        case "poly":
            points = " ".join(f"{x},{y}" for x, y in zip(numbers[::2], numbers[1::2], strict=True))
            drawn = f'polygon points="{points}"'
        case "rect":
            left, top, right, bottom = box_of(area)
            drawn = f'rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"'
        case _:
            drawn = f'rect x="0" y="0" width="{width}" height="{height}"'
    left, top, _, _ = box_of(area)
    high = max(SMALLEST_LETTER, round(max(width, height) / 36))
    return (
        f'<g data-area="{attribute(hotspot.identifier)}"'
        f' data-letter="{letter_of(number)}">'
        f"<{drawn}/>"
        f'<rect class="plaque" x="{max(left, 0)}" y="{max(top, 0)}" width="{round(high * 1.5)}"'
        f' height="{round(high * 1.3)}"/>'
        f'<text x="{max(left, 0) + round(high * 0.4)}" y="{max(top, 0) + high}"'
        f' font-size="{high}">{letter_of(number)}</text></g>'
    )
