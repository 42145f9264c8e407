"""What a formula says in one line: for screen readers, menus, titles and comparisons.

MathML's own ``alttext`` where the writer gave one, else the formula as one would type it:
``(a + b)/2``, ``x_1^2``, ``√(x)``.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from item_bank.qti.contents import Content, Element

_INVISIBLE = {"\u2061": " ", "\u2062": "", "\u2063": ", ", "\u2064": " + "}
_CLOSE = re.compile(r"[()\[\]{}|‖⌊⌋⌈⌉⟨⟩!′″%.]*")
"""Signs that stand close to what is beside them."""
_ONE = re.compile(r"\w|\d+(?:\.\d+)?|\([^()]*\)")
_FIRST_SIGN = re.compile(r"(^|[(\[{=<>≤≥≠≈,;/^_→] ?)([-−+±]) ")
"""A sign with nothing on its left belongs to what is on its right."""
_SPANS = frozenset("∑∏∐∫∬∭∮⋃⋂⋁⋀") | {"lim", "max", "min", "sup", "inf"}
_ABOVE = {
    **dict.fromkeys("¯‾―ˉ_", "bar"),
    **dict.fromkeys("^ˆ̂", "hat"),
    **dict.fromkeys("~˜", "tilde"),
    **dict.fromkeys("→⃗", "vector"),
    **dict.fromkeys(".˙", "dot"),
}


def words(formula: Element) -> str:
    """The formula in one line, without blanks at its ends."""
    given = dict(formula.attributes).get("alttext", "")
    said = " ".join((given or _said(formula)).split())
    return said if given else _FIRST_SIGN.sub(r"\1\2", said.replace("( ", "(").replace(" )", ")"))


def _said(one: Content) -> str:
    if isinstance(one, str):
        return one
    if not isinstance(one, Element):
        return ""
    say = _SAID.get(one.name)
    return _all(one) if say is None else say(one)


def _all(element: Element) -> str:
    return "".join(_said(child) for child in element.children)


def _parts(element: Element) -> Sequence[str]:
    """The elements inside, and as many empty ones as any kind of element needs."""
    found = [_said(child).strip() for child in element.children if isinstance(child, Element)]
    return (*found, "", "", "")


def _bracketed(text: str) -> str:
    return text if not text or _ONE.fullmatch(text) else f"({text})"


def _sign(element: Element) -> str:
    sign = _all(element).strip()
    if sign in _INVISIBLE:
        return _INVISIBLE[sign]
    if sign in (",", ";", ":"):
        return f"{sign} "
    return sign if _CLOSE.fullmatch(sign) else f" {sign} "


def _name(element: Element) -> str:
    """Functions stand apart from what they are of."""
    text = _all(element).strip()
    return text if len(text) == 1 else f" {text} "


def _quotient(element: Element) -> str:
    above, below, *_ = _parts(element)
    if dict(element.attributes).get("linethickness", "").rstrip("empxt%") == "0":
        return f"{_bracketed(above)} over {_bracketed(below)}"
    return f"{_bracketed(above)}/{_bracketed(below)}"


def _square_root(element: Element) -> str:
    return f"√({_all(element).strip()})"


def _root(element: Element) -> str:
    base, degree, *_ = _parts(element)
    return f" root {_bracketed(degree)} of {_bracketed(base)}"


def _scripts(element: Element) -> str:
    """Below and above, in the order of the element's parts."""
    base, first, second, *_ = _parts(element)
    below, above = {"msub": (first, ""), "msup": ("", first)}.get(element.name, (first, second))
    if base in _SPANS:
        return _span(base, below, above)
    said = base if base.isalpha() else _bracketed(base)
    if below:
        said += f"_{_bracketed(below)}"
    if above:
        said += above if set(above) <= set("′″'") else f"^{_bracketed(above)}"
    return f" {said} " if len(base) > 1 and base.isalpha() else said


def _limits(element: Element) -> str:
    base, first, second, *_ = _parts(element)
    below, above = {"munder": (first, ""), "mover": ("", first)}.get(element.name, (first, second))
    if base in _SPANS:
        return _span(base, below, above)
    said = _bracketed(base)
    if above:
        said += f" {_ABOVE[above]}" if above in _ABOVE else f" with {above} above"
    if below:
        said += f" with {below} below"
    return f" {said} "


def _span(sign: str, below: str, above: str) -> str:
    lowest = f" from {below}" if above else f" for {below}"
    return f" {sign}{lowest if below else ''}{f' to {above}' if above else ''} of "


def _table(element: Element) -> str:
    rows = [
        ", ".join(_said(cell).strip() for cell in row.children if isinstance(cell, Element))
        for row in element.children
        if isinstance(row, Element)
    ]
    return f"[{'; '.join(rows)}]"


def _nothing(_element: Element) -> str:
    return ""


def _blank(_element: Element) -> str:
    return " "


_SAID: Mapping[str, Callable[[Element], str]] = {
    "annotation": _nothing,
    "annotation-xml": _nothing,
    "mphantom": _nothing,
    "mspace": _blank,
    "mi": _name,
    "mo": _sign,
    "mfrac": _quotient,
    "msqrt": _square_root,
    "mroot": _root,
    "msub": _scripts,
    "msup": _scripts,
    "msubsup": _scripts,
    "munder": _limits,
    "mover": _limits,
    "munderover": _limits,
    "mtable": _table,
}
