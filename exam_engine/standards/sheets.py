"""What a judge has on the desk in a round: questions with keys, own ratings, feedback.

Nothing here may reach a candidate: it holds keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from exam_engine.database import Session
from exam_engine.exams.queries import get_exam, get_form
from exam_engine.exams.tables import Exam, Form
from exam_engine.standards import queries
from exam_engine.standards.errors import PanelNotFound
from exam_engine.standards.panels import BOOKMARK, asked
from exam_engine.standards.states import RATING, PanelState
from exam_engine.standards.tables import PanelJudge, StandardPanel
from item_bank.items import ItemContent


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """``page`` is of a booklet.  ``value`` and ``before`` are the judge's own, in this round and in
    the one before; ``feedback`` is the item's row in the report of the round closed last."""

    position: int
    page: int | None
    content: ItemContent
    value: float | None
    before: float | None
    feedback: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """``bookmark`` and ``bookmark_before`` are own pages.  Without the statement accepted, or
    before the panel begins, there are no questions."""

    panel: StandardPanel
    exam: Exam
    form: Form
    judge: PanelJudge
    positions: tuple[int, ...]
    questions: tuple[AskedQuestion, ...]
    n_rated: int
    bookmark: int | None
    bookmark_before: int | None
    report: Mapping[str, Any] | None

    @property
    def may_rate(self) -> bool:
        return (
            PanelState(self.panel.state) in RATING
            and self.judge.accepted_at is not None
            and self.judge.left_out_round is None
        )

    @property
    def may_keep(self) -> bool:
        """Whether ratings of the round before could stand in for what is not rated yet."""
        return self.panel.method == "angoff" and bool(self.last)

    @property
    def last(self) -> dict[int, float]:
        """Own ratings of the round before, of what is not rated in this one."""
        return {
            one.position: one.before
            for one in self.questions
            if one.value is None and one.before is not None
        }


async def read_sheet(session: Session, panel_id: UUID, person_id: UUID) -> Sheet:
    """Raises `PanelNotFound` for whoever does not sit on the panel."""
    panel = await queries.get_panel(session, panel_id, whole=True)
    judge = await queries.find_judge(session, panel.id, person_id)
    if judge is None:
        raise PanelNotFound
    form = await get_form(session, panel.form_id)
    exam = await get_exam(session, form.exam_id)
    scored = await queries.list_scored(session, form.id)
    positions = asked(panel.method, panel.round, [one.position for one in scored])
    own = await queries.list_own(session, panel.id, panel.round, person_id)
    values = {position: rating.value for position, rating in own.items()}
    before = await _before(session, panel, person_id)
    report = panel.reports[max(panel.reports, key=int)] if panel.reports else None
    questions: list[AskedQuestion] = []
    if judge.accepted_at is not None and panel.state != PanelState.DRAFT:
        contents = await queries.read_questions(session, scored)
        rows = {row["position"]: row for row in report["items"]} if report else {}
        questions = [
            AskedQuestion(
                position,
                page,
                contents[position],
                values.get(position),
                before.get(position),
                rows.get(position),
            )
            for position, page in _places(panel, positions)
        ]
    return Sheet(
        panel=panel,
        exam=exam,
        form=form,
        judge=judge,
        positions=positions,
        questions=tuple(questions),
        n_rated=len(values),
        bookmark=_page(values),
        bookmark_before=_page(before),
        report=report,
    )


async def _before(session: Session, panel: StandardPanel, person_id: UUID) -> Mapping[int, float]:
    """Own ratings of the round before; practice counts for nothing, so not its."""
    if panel.round <= 1:
        return {}
    own = await queries.list_own(session, panel.id, panel.round - 1, person_id)
    return {position: rating.value for position, rating in own.items()}


def _places(panel: StandardPanel, positions: Sequence[int]) -> list[tuple[int, int | None]]:
    if panel.method == "bookmark":
        return [(page["position"], number) for number, page in enumerate(panel.booklet, 1)]
    return [(position, None) for position in positions]


def _page(values: Mapping[int, float]) -> int | None:
    return int(values[BOOKMARK]) if BOOKMARK in values else None
