"""Scoring an attempt that has ended, and what its candidate may know."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.delivery.queries import list_presented, list_responses
from exam_engine.delivery.states import AttemptState
from exam_engine.delivery.tables import Attempt
from exam_engine.exams.conversion import Conversion
from exam_engine.exams.queries import get_exam, get_form, list_blueprint, list_form_items
from exam_engine.results.queries import find_result_of
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

        The policy ``at_end`` releases what was submitted or ran out of time; anything else, and
        every attempt that a person ended, is held for a person to decide.
        """
        found = await find_result_of(self._session, attempt.id)
        if found is not None:
            return found
        form = await get_form(self._session, attempt.form_id)
        exam = await get_exam(self._session, form.exam_id)
        conversion = Conversion.from_json(form.conversion)
        scored = number_right(await self._mark(attempt, exam.id), conversion)
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
            by_node={node: list(counts) for node, counts in scored.by_node.items()},
            computed_at=self._now,
        )
        self._session.add(score)
        await self._session.flush()
        released = exam.release == "at_end" and attempt.state in RELEASED_BY
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

    async def _mark(self, attempt: Attempt, exam_id: UUID) -> list[Marked]:
        nodes = {node.node_id: node.code for node in await list_blueprint(self._session, exam_id)}
        form_items = {
            item.position: item for item in await list_form_items(self._session, attempt.form_id)
        }
        presented = await list_presented(self._session, attempt.id)
        answers = {
            response.position: response.value
            for response in await list_responses(self._session, attempt.id)
        }
        contents = await get_contents(self._session, [one.item_version_id for one in presented])
        return [
            Marked(
                nodes[form_items[one.form_position].node_id],
                score_choice(contents[one.item_version_id], answers.get(one.position)),
            )
            for one in presented
            if form_items[one.form_position].role == "scored"
        ]
