"""Images and areas of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from item_bank.qti.documents import local_name
from item_bank.qti.reading import NAMESPACE, Attributes, child

SHAPES = ("rect", "circle", "poly", "ellipse", "default")
_COORDINATES = {"rect": 4, "circle": 3, "ellipse": 4, "default": 0}


@dataclass(frozen=True, slots=True)
class Area:
    """``shape`` is one of SHAPES, ``coordinates`` in pixels of the image as HTML has them."""

    shape: str
    coordinates: tuple[int, ...]

    def holds(self, x: int, y: int) -> bool:
        """Whether the point is in the area or on its border."""
        numbers = self.coordinates
        match self.shape:
            case "default":
                return True
            case "rect":
                left, top, right, bottom = numbers
                return left <= x <= right and top <= y <= bottom
            case "circle":
                return (x - numbers[0]) ** 2 + (y - numbers[1]) ** 2 <= numbers[2] ** 2
            case "ellipse":
                middle_x, middle_y, across, down = numbers
                if across == 0 or down == 0:
                    return False
                return ((x - middle_x) / across) ** 2 + ((y - middle_y) / down) ** 2 <= 1
        return _polygon_holds(list(zip(numbers[::2], numbers[1::2], strict=True)), x, y)


def _polygon_holds(corners: Sequence[tuple[int, int]], x: int, y: int) -> bool:
    is_inside = False
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        across = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        is_between = min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2)
        if across == 0 and is_between:
            return True
        if (y1 > y) != (y2 > y) and (across > 0) == (y2 > y1):
            is_inside = not is_inside
    return is_inside


def read_area(element: etree._Element, reader: Attributes) -> Area:
    shape = reader.word(element, "shape", SHAPES)
    coordinates = reader.integers(element, "coords")
    expected = _COORDINATES.get(shape)
    is_poly_sound = len(coordinates) >= 6 and len(coordinates) % 2 == 0
    if shape == "poly" and len(coordinates) >= 8 and coordinates[:2] == coordinates[-2:]:
        coordinates = coordinates[:-2]
    if not (is_poly_sound if expected is None else len(coordinates) == expected):
        sentence = f"A {shape} cannot have the {len(coordinates)} coordinates given."
        reader.findings.error(element, "coordinates_unsound", sentence)
        return Area("rect", (0, 0, 0, 0))
    return Area(shape, coordinates)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image by its address in the package; 0 where width or height are not given."""

    source: str
    alternative: str
    width: int = 0
    height: int = 0


def read_picture(element: etree._Element, reader: Attributes) -> Picture:
    """The image that stands first below: ``img``, ``object`` or ``picture``."""
    image = _first_image(element)
    if image is None:
        sentence = f"{local_name(element)} has no image."
        reader.findings.error(element, "image_missing", sentence)
        return Picture("", "")
    name = local_name(image)
    source = image.get("data" if name == "object" else "src", "")
    alternative = image.get("alt", "") or " ".join(str(text) for text in image.itertext()).strip()
    if not alternative:
        sentence = "The image has no text that says what it shows."
        reader.findings.warning(image, "alternative_missing", sentence)
    if not source or source.split(":")[0].lower() in ("javascript", "vbscript"):
        reader.findings.error(image, "image_missing", "The image has no address.")
        source = ""
    return Picture(source, alternative, _pixels(image, "width"), _pixels(image, "height"))


def _first_image(element: etree._Element) -> etree._Element | None:
    for name in ("img", "object"):
        found = child(element, name)
        if found is not None:
            return found
    picture = child(element, "picture")
    return None if picture is None else picture.find(f"{{{NAMESPACE}}}img")


def _pixels(image: etree._Element, name: str) -> int:
    digits = image.get(name, "").strip().removesuffix("px")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
