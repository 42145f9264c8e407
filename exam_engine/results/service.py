"""Scoring an attempt that has ended, and what its candidate may know."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.delivery.states import AttemptState
from exam_engine.delivery.tables import Attempt
from exam_engine.exams.conversion import PROVISIONAL
from exam_engine.exams.purposes import obstacle
from exam_engine.exams.queries import find_conversion_row, get_conversion, get_exam, get_form
from exam_engine.results.queries import find_result_of, list_answered
from exam_engine.results.scoring import Marked, number_right
from exam_engine.results.tables import Result, Score
from item_bank.items import score_choice
from item_bank.queries import get_contents

RELEASED_BY = frozenset({AttemptState.SUBMITTED, AttemptState.EXPIRED})


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
        conversion = await get_conversion(self._session, form)
        scored = number_right(await self._mark(attempt), conversion)
        score = Score(
            id=uuid4(),
            attempt_id=attempt.id,
            number=1,
            raw=scored.raw,
            raw_max=scored.raw_max,
            scaled=scored.scaled,
            reported=scored.reported,
            passed=scored.passed,
            conversion=conversion.method,
            conversion_number=form.conversion_number,
            by_node={node: list(counts) for node, counts in scored.by_node.items()},
            computed_at=self._now,
        )
        self._session.add(score)
        await self._session.flush()
        made = await find_conversion_row(self._session, form)
        stands = obstacle(
            form.purpose, conversion.method == PROVISIONAL, made.evidence if made else {}
        )
        at_end = exam.release == "at_end" and attempt.state in RELEASED_BY
        released = at_end and stands is None
        result = Result(
            id=uuid4(),
            attempt_id=attempt.id,
            score_id=score.id,
            state="released" if released else "held",
            created_at=self._now,
            released_at=self._now if released else None,
        )
        self._session.add(result)
        await self._session.flush()
        return result

    async def _mark(self, attempt: Attempt) -> list[Marked]:
        rows = await list_answered(self._session, attempt.id, attempt.form_id)
        contents = await get_contents(self._session, [row.item_version_id for row in rows])
        return [
            Marked(row.node, score_choice(contents[row.item_version_id], row.value))
            for row in rows
            if row.role == "scored"
        ]
