"""Scoring an attempt that has ended, and what its candidate may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.delivery.states import AttemptState
from exam_engine.delivery.tables import Attempt
from exam_engine.exams.conversion import PROVISIONAL, Conversion
from exam_engine.exams.purposes import obstacle
from exam_engine.exams.queries import find_conversion_row, get_conversion, get_exam, get_form
from exam_engine.exams.tables import Form
from exam_engine.results.errors import ResultTold
from exam_engine.results.marking import mark
from exam_engine.results.queries import (
    Decisions,
    find_result_of,
    get_decisions,
    list_answered,
)
from exam_engine.results.scoring import Marked, Scored, number_right
from exam_engine.results.states import ResultState
from exam_engine.results.tables import Result, Score
from item_bank.queries import get_contents

RELEASED_BY = frozenset({AttemptState.SUBMITTED, AttemptState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Rescored:
    """A result that another score counts for now."""

    result: Result
    before: Score
    after: Score


@dataclass(frozen=True, slots=True)
class _InForce:
    """What a score of a form is computed with."""

    form: Form
    conversion: Conversion
    decisions: Decisions


class Results:
    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def score(self, attempt: Attempt) -> Result:
        """Score an ended attempt once; called again it finds the result that is there.

        The policy ``at_end`` releases what was submitted or ran out of time, where the form's
        scores can be told (`exams.purposes.obstacle`); anything else, and every attempt that a
        person ended, is held for a person to decide.
        """
        found = await find_result_of(self._session, attempt.id)
        if found is not None:
            return found
        form = await get_form(self._session, attempt.form_id)
        exam = await get_exam(self._session, form.exam_id)
        used = await self._in_force(form)
        scored = await self._mark([attempt.id], used)
        score = self._score(attempt.id, 1, scored[attempt.id], used)
        self._session.add(score)
        await self._session.flush()
        made = await find_conversion_row(self._session, form)
        stands = obstacle(
            form.purpose, used.conversion.method == PROVISIONAL, made.evidence if made else {}
        )
        at_end = exam.release == "at_end" and attempt.state in RELEASED_BY
        released = at_end and stands is None
        result = Result(
            id=uuid4(),
            attempt_id=attempt.id,
            score_id=score.id,
            state=ResultState.RELEASED if released else ResultState.HELD,
            created_at=self._now,
            released_at=self._now if released else None,
        )
        self._session.add(result)
        await self._session.flush()
        return result

    async def rescore(
        self, form: Form, results: Sequence[Result], *, told: bool = False
    ) -> list[Rescored]:
        """Score attempts of one form again, by the table and the item decisions in force.

        Each gets a `Score` with the next number, which counts from now on; one whose score was
        made with just these is passed over.  The caller has the results locked.  ``told``: they
        may have been released, and whoever asks says so with a reason.  Raises `ResultTold`.
        """
        if not told and any(one.state == ResultState.RELEASED for one in results):
            raise ResultTold
        used = await self._in_force(form)
        now_counts = {
            score.id: score
            for score in await self._session.scalars(
                select(Score).where(Score.id.in_([one.score_id for one in results]))
            )
        }
        stale = [one for one in results if not self._is_current(now_counts[one.score_id], used)]
        attempt_ids = [one.attempt_id for one in stale]
        scored = await self._mark(attempt_ids, used)
        last = await self._last_numbers(attempt_ids)
        made = []
        for result in stale:
            attempt_id = result.attempt_id
            score = self._score(attempt_id, last[attempt_id] + 1, scored[attempt_id], used)
            made.append(Rescored(result, now_counts[result.score_id], score))
        self._session.add_all([one.after for one in made])
        await self._session.flush()
        for one in made:
            one.result.score_id = one.after.id
        await self._session.flush()
        return made

    # ---- parts

    async def _in_force(self, form: Form) -> _InForce:
        return _InForce(
            form,
            await get_conversion(self._session, form),
            await get_decisions(self._session, form.id),
        )

    def _is_current(self, score: Score, used: _InForce) -> bool:
        return (score.conversion_number, score.decision_number) == (
            used.form.conversion_number,
            used.decisions.number,
        )

    async def _last_numbers(self, attempt_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        rows = await self._session.execute(
            select(Score.attempt_id, func.max(Score.number))
            .where(Score.attempt_id.in_(attempt_ids))
            .group_by(Score.attempt_id)
        )
        return dict(rows.all())

    async def _mark(self, attempt_ids: Sequence[UUID], used: _InForce) -> dict[UUID, Scored]:
        """Scores by attempt.  A question in pretest counts for nobody."""
        rows = await list_answered(self._session, attempt_ids, used.form.id)
        contents = await get_contents(self._session, {row.item_version_id for row in rows})
        marked: dict[UUID, list[Marked]] = {attempt_id: [] for attempt_id in attempt_ids}
        for row in rows:
            if row.role != "scored":
                continue
            decision = used.decisions.by_position.get(row.position)
            right = mark(contents[row.item_version_id], row.value, decision)
            if right is not None:
                marked[row.attempt_id].append(Marked(row.node, right))
        return {
            attempt_id: number_right(rows, used.conversion) for attempt_id, rows in marked.items()
        }

    def _score(self, attempt_id: UUID, number: int, scored: Scored, used: _InForce) -> Score:
        return Score(
            id=uuid4(),
            attempt_id=attempt_id,
            number=number,
            raw=scored.raw,
            raw_max=scored.raw_max,
            scaled=scored.scaled,
            reported=scored.reported,
            passed=scored.passed,
            conversion=used.conversion.method,
            conversion_number=used.form.conversion_number,
            decision_number=used.decisions.number,
            by_node={node: list(counts) for node, counts in scored.by_node.items()},
            computed_at=self._now,
        )
