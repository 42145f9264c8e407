"""All that an equating rests on, as it was read: values, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from exam_engine.calibration.scales.queries import FormScale
from exam_engine.equating.anchors import Question
from exam_engine.equating.methods import Facts, Parameters
from exam_engine.equating.plans import Plan
from exam_engine.exams.conversion import Conversion
from exam_engine.results.marking import Counting
from item_bank.parameters.queries import Held

if TYPE_CHECKING:  # it loads numpy, which a server does without until somebody equates
    from exam_engine.calibration.frozen import Frozen


@dataclass(frozen=True, slots=True)
class OwnRun:
    """A calibration of one form alone: usable parameters of its items, and its population."""

    run_id: UUID
    held: tuple[Held, ...]
    n_persons: int
    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class FormMaterial:
    """One of the two forms.

    ``counts`` says how its scored questions count after ``decided`` decisions about keys.
    ``number`` is that of its conversion table in force, ``settled`` whether that is more than
    provisional.  ``answers`` are those to the questions that count by them, None where nobody sat
    it or they were not asked for.
    """

    form_id: UUID
    code: str
    questions: tuple[Question, ...]
    counts: Counting
    decided: int
    conversion: Conversion
    number: int
    settled: bool
    scale: FormScale | None
    own: OwnRun | None
    answers: "Frozen | None" = None

    @property
    def scored(self) -> tuple[str, ...]:
        """Codes, in the form's order."""
        return tuple(one.code for one in self.questions if one.role == "scored")

    @property
    def counted(self) -> tuple[str, ...]:
        """Codes of those whose answers count, in the form's order."""
        return tuple(one.code for one in self.questions if one.position in self.counts.own)

    @property
    def n(self) -> int:
        """Candidates who were shown the whole form: totals of others compare with nothing."""
        return 0 if self.answers is None else int((self.answers.answers >= 0).all(axis=1).sum())


@dataclass(frozen=True, slots=True)
class Material:
    """``blueprint`` has items by skill area, in its order."""

    plan: Plan
    exam_id: UUID
    form: FormMaterial
    base: FormMaterial
    blueprint: Mapping[str, int]

    def facts(self) -> Facts:
        return Facts(
            self.form.n,
            self.base.n,
            len(self.form.scored),
            len(self.base.scored),
            self._shared(),
            self._own(),
        )

    def _shared(self) -> Parameters | None:
        one, other = self.form.scale, self.base.scale
        if one is None or other is None:
            return None
        where = f"{one.scale}, version {one.version}"
        return _parameters(where, [*one.held, *other.held], (self.form, self.base))

    def _own(self) -> Parameters | None:
        one, other = self.form.own, self.base.own
        if one is None or other is None:
            return None
        where = f"Runs {str(one.run_id)[:8]} and {str(other.run_id)[:8]}"
        missing = [
            code
            for form, held in ((self.form, one.held), (self.base, other.held))
            for code in form.scored
            if code not in {each.code for each in held}
        ]
        known = _parameters(where, [*one.held, *other.held], ())
        return Parameters(known.where, known.model, known.n, tuple(dict.fromkeys(missing)))


def _parameters(where: str, held: Sequence[Held], forms: Sequence[FormMaterial]) -> Parameters:
    missing = [code for form in forms if form.scale for code in form.scale.missing]
    fewest = min((one.n for one in held), default=0)
    # the richest model among the items asks for the most answers
    richest = next(
        (name for name in ("3PL", "2PL", "1PL", "Rasch") if any(h.model == name for h in held)),
        held[0].model if held else "",
    )
    return Parameters(where, richest, fewest, tuple(dict.fromkeys(missing)))


def basis(material: Material, method: str, anchors: Sequence[str]) -> dict[str, Any]:
    """What a table by this method rests on beside answers, to be compared when it is approved."""
    found: dict[str, Any] = {
        "form_table": material.form.number,
        "base_table": material.base.number,
        "decisions": [material.form.decided, material.base.decided],
        "scale": None,
        "runs": None,
        "anchors": {
            one.code: [str(one.version_id), one.state]
            for one in material.form.questions
            if one.code in set(anchors)
        },
    }
    scale = material.form.scale
    if method == "true-score" and scale is not None:
        found["scale"] = f"{scale.scale}, version {scale.version}"
    own = (material.form.own, material.base.own)
    if method == "linked-true-score" and own[0] is not None and own[1] is not None:
        found["runs"] = [str(one.run_id) for one in own if one is not None]
    return found


def changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What of a basis is not as it was, in words; empty where all is."""
    words = {
        "form_table": "the form's table was replaced",
        "base_table": "the base form's table was replaced",
        "decisions": "another decision about a key was taken",
        "scale": "other parameters were approved",
        "runs": "a newer calibration of one of the forms was finished",
    }
    for name, what in words.items():
        if name in then and then[name] != now[name]:
            return what
    for code, known in then["anchors"].items():
        if now["anchors"].get(code) != known:
            return f"the anchor {code} became another version or changed its status"
    return ""
