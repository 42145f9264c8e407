"""Items as files, put together from parts."""

from collections.abc import Mapping
from typing import Any

from item_bank.qti import score_item

QTI3 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"


def an_item(
    *, declarations: str = "", body: str = "", rules: str = "", before: str = "", after: str = ""
) -> bytes:
    """A QTI 3 item; ``rules`` are response processing, ``before`` template processing."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<qti-assessment-item xmlns="{QTI3}" identifier="made" title="Made" '
        'adaptive="false" time-dependent="false">',
        declarations,
        f"<qti-template-processing>{before}</qti-template-processing>" if before else "",
        f"<qti-item-body>{body}</qti-item-body>",
        f"<qti-response-processing>{rules}</qti-response-processing>" if rules else "",
        after,
        "</qti-assessment-item>",
    ]
    return "\n".join(part for part in parts if part).encode()


def declared(
    kind: str,
    identifier: str,
    base: str = "identifier",
    cardinality: str = "single",
    inside: str = "",
    **attributes: str,
) -> str:
    """A declaration; a record has the base type ''."""
    base_type = f' base-type="{base}"' if base else ""
    others = "".join(f' {name.replace("_", "-")}="{text}"' for name, text in attributes.items())
    return (
        f'<qti-{kind}-declaration identifier="{identifier}" cardinality="{cardinality}"'
        f"{base_type}{others}>{inside}</qti-{kind}-declaration>"
    )


def values(name: str, *texts: object) -> str:
    inside = "".join(f"<qti-value>{text}</qti-value>" for text in texts)
    return f"<qti-{name}>{inside}</qti-{name}>"


def keyed(*keys: object) -> str:
    return values("correct-response", *keys)


def default(*texts: object) -> str:
    return values("default-value", *texts)


def q(element: str, /, *inside: object, **attributes: object) -> str:
    """The element ``qti-name``; ``_`` in names of attributes stands for ``-``."""
    written = "".join(f' {key.replace("_", "-")}="{text}"' for key, text in attributes.items())
    return f"<qti-{element}{written}>{''.join(map(str, inside))}</qti-{element}>"


def constant(base: str, value: object) -> str:
    return q("base-value", value, base_type=base)


def whole(number: int) -> str:
    return constant("integer", number)


def real(number: object) -> str:
    return constant("float", number)


def word(text: str) -> str:
    return constant("string", text)


def name(text: str) -> str:
    return constant("identifier", text)


def truth(value: bool) -> str:
    return constant("boolean", str(value).lower())


def variable(identifier: str) -> str:
    return q("variable", identifier=identifier)


def set_outcome(identifier: str, *expression: str) -> str:
    return q("set-outcome-value", *expression, identifier=identifier)


NULL = "<qti-null/>"


def worked_out(
    expression: str,
    base: str = "float",
    cardinality: str = "single",
    *,
    declarations: str = "",
    responses: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Any:
    """What an outcome of the type holds after it is set to the expression."""
    outcome = declared("outcome", "OUT", base, cardinality)
    xml = an_item(declarations=declarations + outcome, rules=set_outcome("OUT", expression))
    return score_item(xml, responses or {}, seed=seed)["OUT"]


CHOICES = (
    '<qti-choice-interaction response-identifier="RESPONSE" max-choices="1">'
    '<qti-simple-choice identifier="A">Apple</qti-simple-choice>'
    '<qti-simple-choice identifier="B">Banana</qti-simple-choice>'
    "</qti-choice-interaction>"
)
SCORE = declared("outcome", "SCORE", "float")
RIGHT_IS_A = declared("response", "RESPONSE", inside=keyed("A"))


def several(*inside: str) -> str:
    return q("multiple", *inside)
