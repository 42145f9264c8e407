"""What must fit together in an item: its body with its variables, interactions with keys."""

from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from item_bank.qti.declarations import Kind, Variable
from item_bank.qti.documents import local_name
from item_bank.qti.findings import Findings
from item_bank.qti.interactions import EndAttemptInteraction, Interaction
from item_bank.qti.reading import NAMESPACE
from item_bank.qti.values import Cardinality

_FEEDBACK = ("qti-feedback-inline", "qti-feedback-block", "qti-modal-feedback")


def check_references(
    item: etree._Element, variables: Mapping[str, Variable], findings: Findings
) -> None:
    """Whatever in the body names a variable names one that is there."""

    def check(element: etree._Element, attribute: str, kinds: Iterable[Kind]) -> None:
        name = element.get(attribute)
        variable = variables.get((name or "").strip())
        if variable is None or variable.kind not in kinds:
            what = "no" if name is None else f"{name[:60]!r} as its"
            sentence = f"{local_name(element)} has {what} {attribute}; that is no such variable."
            findings.error(element, "variable_unknown", sentence)

    for element in item.iter(*(f"{{{NAMESPACE}}}{name}" for name in _FEEDBACK)):
        check(element, "outcome-identifier", [Kind.OUTCOME])
    for element in item.iter(f"{{{NAMESPACE}}}*"):
        name = local_name(element)
        if name == "qti-printed-variable":
            check(element, "identifier", Kind)
        elif name in ("qti-template-inline", "qti-template-block") or element.get(
            "template-identifier"
        ):
            check(element, "template-identifier", [Kind.TEMPLATE])


def check_interactions(
    placed: Sequence[tuple[Interaction, etree._Element]],
    variables: Mapping[str, Variable],
    findings: Findings,
) -> None:
    """Each interaction has a response variable of its own, of a type and a key that fit."""
    answered: set[str] = set()
    for interaction, element in placed:
        identifier = interaction.response
        variable = variables.get(identifier)
        if variable is None or variable.kind is not Kind.RESPONSE:
            if identifier:
                sentence = f"There is no response variable {identifier}."
                findings.error(element, "variable_unknown", sentence)
            continue
        if identifier in answered and not isinstance(interaction, EndAttemptInteraction):
            sentence = f"The response {identifier} is given in two interactions."
            findings.error(element, "identifier_twice", sentence)
        answered.add(identifier)
        if variable.type not in interaction.answers:
            sentence = _misfit(interaction, variable)
            findings.error(element, "type_unsound", sentence)
            continue
        if variable.type.cardinality is Cardinality.SINGLE and _takes_several(interaction):
            sentence = f"Several choices are possible, but {identifier} holds a single one."
            findings.warning(element, "limits_unsound", sentence)
        _check_key(interaction, variable, element, findings)


def _misfit(interaction: Interaction, variable: Variable) -> str:
    fitting = sorted({str(each) for each in interaction.answers})
    return (
        f"{interaction.element} cannot give {variable.identifier}, which is {variable.type}; "
        f"it gives: {', '.join(fitting)}."
    )


def _takes_several(interaction: Interaction) -> bool:
    most = getattr(interaction, "max_choices", getattr(interaction, "max_associations", 1))
    return most != 1


def _check_key(
    interaction: Interaction, variable: Variable, element: etree._Element, findings: Findings
) -> None:
    known = interaction.identifiers
    if known:
        for value in _values(variable.correct):
            names = value if isinstance(value, tuple) else (value,)
            for name in names:
                if isinstance(name, str) and name not in known:
                    sentence = (
                        f"The key of {variable.identifier} names {name[:60]!r}, "
                        "which is none of the choices."
                    )
                    findings.error(element, "key_impossible", sentence)
                    return
    if variable.correct is None:
        return
    fault = interaction.impossible(variable.correct)
    if fault is not None:
        sentence = f"No candidate can give the key of {variable.identifier}: {fault}"
        findings.warning(element, "key_impossible", sentence)


def _values(value: object) -> list[object]:
    if value is None or isinstance(value, dict):
        return []
    return value if isinstance(value, list) else [value]
