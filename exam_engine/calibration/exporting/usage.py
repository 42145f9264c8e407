"""What a run found of its items, as QTI's usage data."""

from collections.abc import Iterator

from exam_engine.calibration.exporting.whole import ItemRow, Whole
from item_bank.qti.packages import Statistic, Target

GLOSSARY = "urn:exam-engine:statistics"
FIGURES = {
    "p": "difficulty",
    "point_biserial": "point-biserial",
    "infit": "infit",
    "outfit": "outfit",
    "s_x2": "s-x2",
    "rmsea": "s-x2-rmsea",
}
"""Names of ours and those that go out."""


def statistics(whole: Whole) -> list[Statistic]:
    """Parameters with their errors, classical and fit figures, and the share of each option; what
    is undefined is left out."""
    return [one for item in whole.items for one in _of_item(whole, item)]


def _of_item(whole: Whole, item: ItemRow) -> Iterator[Statistic]:
    def about(name: str, **values: object) -> Statistic:
        return Statistic(
            name=name,
            targets=(Target(item.code),),
            context=f"urn:uuid:{whole.run_id}",
            cases=item.n,
            last_updated=whole.ended_at.isoformat(timespec="seconds"),
            glossary=GLOSSARY,
            **values,  # type: ignore[arg-type]
        )

    for name, value in item.parameters.items():
        if value is not None:
            error = item.errors.get(name)
            yield about(f"irt-{item.model.lower()}-{name}", value=value, standard_error=error)
    for name, known in FIGURES.items():
        value = item.figures.get(name)
        if value is not None:
            yield about(known, value=float(value))
    shares = [
        (row["option"], row["proportion"])
        for row in whole.classical["options"].get(item.code, [])
        if row["proportion"] is not None
    ]
    if shares:
        yield about("option-share", values=tuple(shares))
