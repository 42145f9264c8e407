"""Formulas in other systems' texts, as MathML: their own MathML, TeX between its usual marks, and
Canvas's pictures of equations, which carry the TeX.

What is not understood is kept as it was typed, and a finding says so.
"""

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote

from latex2mathml.converter import convert
from lxml import etree

from item_bank.formats.reading import Readings, refused
from item_bank.qti.contents import MATHML, ContentReader, Element, Scope, plain
from item_bank.qti.documents import local_name, new_element, parse
from item_bank.qti.findings import Findings, Severity
from item_bank.qti.formulas import words
from item_bank.qti.markup import MATHML as DRAWN
from item_bank.qti.markup import MATHML_ATTRIBUTES
from item_bank.qti.reading import NAMESPACE

ANNOTATIONS = frozenset(("annotation", "annotation-xml"))
ELEMENTS = DRAWN | frozenset(
    (
        *("maction", "menclose", "mfenced", "mlabeledtr"),
        # Content markup, which is refused by name.
        *("apply", "bind", "ci", "cn", "csymbol"),
    )
)
"""What a cleaner of HTML leaves to this module; all inside ``ANNOTATIONS`` is for machines."""

ATTRIBUTES = MATHML_ATTRIBUTES - {"id", "class", "mathcolor"}
MATH = f"{{{MATHML}}}math"
LONGEST_TEX = 1_000
DEEPEST_TEX = 20
"""Braces within braces."""

_TEX = re.compile(
    rf"\\\((.{{1,{LONGEST_TEX}}}?)\\\)|\\\[(.{{1,{LONGEST_TEX}}}?)\\\]"
    rf"|\$\$(.{{1,{LONGEST_TEX}}}?)\$\$",
    re.DOTALL,
)
_EQUATION = re.compile(r"/equation_images/([^?#]{1,3000})")
_GAP = re.compile("[\ue000-\ue003]")
_DEFINITION = re.compile(r"\\(?:[a-z]?def|let|(?:re)?new[a-z]+|provide[a-z]+)(?![a-zA-Z])")
"""A name for more TeX, which could make a short text endless."""
_OUTSIDE = re.compile(r"\\.")
_NOT_TEX = frozenset("{}&#")
_NOT_DRAWN_BY_TEX = frozenset(("menclose",))


def has_tex(text: str) -> bool:
    return _TEX.search(text) is not None


def of_tex(tex: str, *, block: bool = False) -> etree._Element | None:
    """TeX as MathML with ``alttext``; None where not all of it is understood."""
    unfit = _GAP.search(tex) or _DEFINITION.search(tex) or not _is_balanced(tex)
    if unfit or len(tex) > LONGEST_TEX:
        return None
    try:
        made = parse(convert(tex, display="block" if block else "inline").encode())
    except Exception:  # noqa: BLE001 - the converter raises whatever it stumbles over
        return None
    for one in made.iter():
        text = (one.text or "").strip()
        if text.startswith("\\") or local_name(one) in _NOT_DRAWN_BY_TEX:
            return None
        if local_name(one) == "mi" and text in _NOT_TEX and f"\\{text}" not in tex:
            return None
    findings = Findings()
    drawn = _drawn(made, findings)
    is_sound = all(one.severity is not Severity.ERROR for one in findings.all())
    return drawn if is_sound and drawn is not None and drawn.get("alttext") else None


def _is_balanced(tex: str) -> bool:
    depth = 0
    for sign in _OUTSIDE.sub("", tex):
        depth += (sign == "{") - (sign == "}")
        if not 0 <= depth <= DEEPEST_TEX:
            return False
    return depth == 0


def _drawn(math: etree._Element, findings: Findings) -> etree._Element | None:
    """A formula as browsers draw it, with its words; None where there is none."""
    holder = new_element(NAMESPACE, "span")
    holder.append(math)
    reader = ContentReader(findings, Scope(everything=True), {}, lambda _: "")
    formulas = [one for one in reader.contents(holder) if isinstance(one, Element)]
    if len(formulas) != 1 or formulas[0].name != "math":
        return None
    made = _written(formulas[0])
    said = words(formulas[0])
    if said:
        made.set("alttext", said)
    return made


def _written(element: Element) -> etree._Element:
    kept = {name: value for name, value in element.attributes if name in ATTRIBUTES}
    made = new_element(MATHML, element.name, kept)
    last: etree._Element | None = None
    for child in element.children:
        if isinstance(child, Element) and child.mathematical:
            last = _written(child)
            made.append(last)
            continue
        text = plain((child,)) if isinstance(child, Element) else str(child)
        if last is None:
            made.text = (made.text or "") + text
        else:
            last.tail = (last.tail or "") + text
    return made


def _with_namespace(element: etree._Element) -> etree._Element:
    """A formula of HTML, where elements have no namespaces."""
    name = str(element.tag)
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    made = new_element(MATHML if name in ELEMENTS else NAMESPACE, name, attributes)
    made.text = element.text
    for child in element:
        copied = _with_namespace(child)
        copied.tail = child.tail
        made.append(copied)
    return made


class FormulaReader:
    """Puts MathML in the place of all formulas of a text."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def read(self, body: etree._Element, place: str) -> None:
        """Raises Refused for MathML that cannot be shown."""
        for math in list(body.iter("math")):
            _replace(math, self._read_math(math, place))
        for one in list(body.iter()):
            if _is_text(one):
                one.text = self._in_text(one.text, place, _inserting(one, 0))
            parent = one.getparent()
            if parent is not None and one is not body and _is_text(parent):
                one.tail = self._in_text(one.tail, place, _inserting(parent, _after(one)))
        for image in list(body.iter("img")):
            tex = _tex_of(image)
            if tex is not None:
                made = self._read_tex(tex, place, block=False)
                if made is None:
                    image.set("alt", tex)
                    _replace(image, f"\\({tex}\\)")
                else:
                    _replace(image, made)
            image.attrib.pop("data-equation-content", "")

    def _read_math(self, math: etree._Element, place: str) -> etree._Element:
        if _GAP.search("".join(map(str, math.itertext()))):
            raise refused("markup_refused", place, "A gap stands inside a formula.")
        findings = Findings()
        made = _drawn(_with_namespace(math), findings)
        for one in findings.all():
            if one.severity is Severity.ERROR:
                raise refused("markup_refused", place, one.sentence)
            if one.code == "part_left_out":
                self._readings.note("markup_changed", place, one.sentence)
        if made is None:
            raise refused("markup_refused", place, "A formula cannot be read.")
        return made

    def _read_tex(self, tex: str, place: str, *, block: bool) -> etree._Element | None:
        made = of_tex(tex.strip(), block=block)
        if made is None:
            sentence = f"The formula {tex.strip()[:60]!r} is not understood; it is kept as typed."
            self._readings.note("formula_text", place, sentence)
        else:
            self._readings.tally("formula_read", place, "Formulas in TeX are read as MathML.")
        return made

    def _in_text(
        self, text: str | None, place: str, insert: Callable[[Iterable[etree._Element]], None]
    ) -> str | None:
        """The text before the first formula; the rest is inserted."""
        if not text or not has_tex(text):
            return text
        before, made, end = "", list[etree._Element](), 0
        for match in _TEX.finditer(text):
            formula = self._read_tex(
                match[1] or match[2] or match[3], place, block=match[1] is None
            )
            between = text[end : match.start()] + ("" if formula is not None else match[0])
            end = match.end()
            if made:
                made[-1].tail = (made[-1].tail or "") + between
            else:
                before += between
            if formula is not None:
                made.append(formula)
        if not made:
            return text
        made[-1].tail = (made[-1].tail or "") + text[end:]
        insert(made)
        return before


def _is_text(element: etree._Element) -> bool:
    """Whether TeX is looked for directly inside."""
    return not str(element.tag).startswith("{") and element.tag not in ("pre", "code")


def _tex_of(image: etree._Element) -> str | None:
    """The TeX of a picture of an equation, as Canvas writes them."""
    content = image.get("data-equation-content")
    if content:
        return content
    found = _EQUATION.search(image.get("src", ""))
    # Canvas encodes it twice.
    return unquote(unquote(found[1])) if found else None


def _inserting(parent: etree._Element, place: int) -> Callable[[Iterable[etree._Element]], None]:
    def insert(made: Iterable[etree._Element]) -> None:
        for step, one in enumerate(made):
            parent.insert(place + step, one)

    return insert


def _after(one: etree._Element) -> int:
    parent = one.getparent()
    return 0 if parent is None else parent.index(one) + 1


def _replace(element: etree._Element, by: etree._Element | str) -> None:
    """Put something where an element stands."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail or ""
    if isinstance(by, str):
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + by + tail
        else:
            before.tail = (before.tail or "") + by + tail
        parent.remove(element)
        return
    by.tail = tail
    parent.replace(element, by)
