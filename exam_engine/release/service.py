"""Releasing held results, deciding about keys, and acting on single results."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.delivery.tables import Attempt
from exam_engine.exams.queries import get_form_for_update, list_form_items
from exam_engine.exams.tables import Exam, Form
from exam_engine.release import queries
from exam_engine.release.checks import Check, checks, obstacles
from exam_engine.release.errors import (
    DecisionUnfit,
    NothingHeld,
    NothingToRescore,
    PersonMissing,
    ReasonMissing,
    ReleaseBlocked,
    SecondPersonNeeded,
)
from exam_engine.release.notices.service import Notices
from exam_engine.release.tables import Release, ResultAct
from exam_engine.results.errors import ResultMoveRefused
from exam_engine.results.marking import KeyDecision, Treatment, unfit
from exam_engine.results.queries import get_decisions, get_result_for_update
from exam_engine.results.service import Rescored, Results
from exam_engine.results.states import ResultState, after
from exam_engine.results.tables import ItemDecision, Result, Score
from item_bank.queries import get_contents

LONGEST_REASON = 500
BLOCK = 25
"""Results that are scored again in one transaction: under a tenth of a second."""


class Releases:
    """Acts within one transaction; a form's row is locked before any of its results."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now
        self._results = Results(session, now)
        self._notices = Notices(session, now)

    # ---- keys

    async def decide(
        self, form_id: UUID, position: int, decision: KeyDecision, by: UUID | None, reason: str
    ) -> ItemDecision:
        """What becomes of a scored question of a form; scores follow when they are made again.

        Raises `DecisionUnfit`, `ReasonMissing`, `FormNotFound`.
        """
        reason = _reason(reason)
        form, _ = await self._locked(form_id)
        items = {one.position: one for one in await list_form_items(self._session, form.id)}
        item = items.get(position)
        if item is None or item.role != "scored":
            raise DecisionUnfit(f"The form has no scored question {position}.")
        contents = await get_contents(self._session, [item.item_version_id])
        wrong = unfit(contents[item.item_version_id], decision)
        if wrong is not None:
            raise DecisionUnfit(wrong)
        stood = await get_decisions(self._session, form.id)
        kept = {**stood.by_position, position: decision}
        if all(
            position in kept and kept[position].treatment is Treatment.NOT_SCORED
            for position, one in items.items()
            if one.role == "scored"
        ):
            raise DecisionUnfit(
                "One question at least stays scored: without any there is no score."
            )
        row = ItemDecision(
            form_id=form.id,
            number=stood.number + 1,
            position=position,
            treatment=decision.treatment,
            also=sorted(decision.also),
            reason=reason,
            decided_at=self._now,
            decided_by=by,
        )
        self._session.add(row)
        await self._session.flush()
        return row

    # ---- all of a form

    async def rescore_held(self, form_id: UUID, most: int = BLOCK) -> int:
        """Score held results of a form by what is in force now; how many it did, 0 at the end."""
        form, _ = await self._locked(form_id)
        held = (ResultState.HELD, ResultState.PROVISIONAL)
        return len(await self._rescored(form, held, most))

    async def rescore_released(
        self, form_id: UUID, by: UUID | None, reason: str, most: int = BLOCK
    ) -> int:
        """The same for released ones, which wants a reason; whose decision changes is told."""
        reason = _reason(reason)
        form, exam = await self._locked(form_id)
        made = await self._rescored(form, (ResultState.RELEASED,), most)
        for one in made:
            await self._tell_rescored(one, exam, by, reason)
        return len(made)

    async def release(
        self,
        form_id: UUID,
        by: UUID | None,
        reason: str,
        *,
        evidence: Mapping[str, Any],
        sitting_id: UUID | None = None,
    ) -> Release:
        """Tell everybody at once whose result waits, in one transaction, with a notice each.

        Where the exam wants a second person, the first call only asks: ``released_at`` stays empty
        until another person calls.  Raises `ReleaseBlocked`, `NothingHeld`, `SecondPersonNeeded`,
        `PersonMissing`, `FormNotFound`.
        """
        form, exam = await self._locked(form_id)
        asked = await queries.find_open_release(self._session, form.id)
        if asked is not None:
            sitting_id = asked.sitting_id
        facts = await queries.read_facts(self._session, form, sitting_id, evidence)
        found = checks(facts)
        if not facts.ready:
            raise NothingHeld
        if blocked := obstacles(found):
            raise ReleaseBlocked(blocked)
        if exam.second_approver and by is None:
            raise PersonMissing
        if asked is not None and asked.asked_by == by:
            raise SecondPersonNeeded
        release = asked or self._ask(form, sitting_id, by, reason, found)
        if asked is None and exam.second_approver:
            await self._session.flush()
            return release
        if asked is not None:
            asked.confirmed_by = by
        while await self._rescored(form, (ResultState.HELD,), BLOCK):
            pass  # what was decided since the last block
        await self._tell(release, form, exam, found)
        return release

    # ---- one result

    async def hold(self, result_id: UUID, by: UUID | None, reason: str) -> Result:
        """Keep this one back when others are released, for a reason of its own."""
        result = await get_result_for_update(self._session, result_id)
        result.state = _after(result, "hold")
        result.hold_reason = _reason(reason)
        return await self._acted(result, "hold", by, reason)

    async def lift(self, result_id: UUID, by: UUID | None, reason: str) -> Result:
        """Let it go with the others again."""
        result = await get_result_for_update(self._session, result_id)
        if result.hold_reason is None:
            raise ResultMoveRefused("lift", f"{result.state} without a hold of its own")
        result.state, result.hold_reason = _after(result, "lift"), None
        return await self._acted(result, "lift", by, _reason(reason))

    async def release_one(
        self, result_id: UUID, by: UUID | None, reason: str, *, evidence: Mapping[str, Any]
    ) -> Result:
        """One held result by itself, as after a case about it was decided.

        What blocks its form blocks it too.  Raises `ReleaseBlocked`.
        """
        reason = _reason(reason)
        one = await queries.get_one(self._session, result_id)
        form, exam = await self._locked(one.form.id)
        result = await get_result_for_update(self._session, result_id)
        released = _after(result, "release")
        facts = await queries.read_facts(self._session, form, one.sitting.id, evidence)
        if blocked := obstacles([check for check in checks(facts) if check.name != "running"]):
            raise ReleaseBlocked(blocked)
        if exam.second_approver and by is None:
            raise PersonMissing
        await self._results.rescore(form, [result])
        result.state, result.hold_reason, result.released_at = released, None, self._now
        await self._notices.released({result_id: one.attempt}, exam)
        return await self._acted(result, "release", by, reason)

    async def withdraw(self, result_id: UUID, by: UUID | None, reason: str) -> Result:
        """A released result does not count any more; its candidate is told why."""
        reason = _reason(reason)
        one = await queries.get_one(self._session, result_id)
        result = await get_result_for_update(self._session, result_id)
        result.state = _after(result, "withdraw")
        await self._notices.withdrawn(result_id, one.attempt, one.exam, reason)
        return await self._acted(result, "withdraw", by, reason)

    async def rescore(self, result_id: UUID, by: UUID | None, reason: str) -> Rescored:
        """Score one again; its candidate is told where it was released and its decision changes.

        Raises `NothingToRescore` where that would give the same score by the same rules.
        """
        reason = _reason(reason)
        one = await queries.get_one(self._session, result_id)
        form, exam = await self._locked(one.form.id)
        result = await get_result_for_update(self._session, result_id)
        if result.state == ResultState.WITHDRAWN:
            raise ResultMoveRefused("rescored", result.state)
        made = await self._results.rescore(form, [result], told=True)
        if not made:
            raise NothingToRescore
        await self._tell_rescored(made[0], exam, by, reason)
        return made[0]

    # ---- parts

    async def _locked(self, form_id: UUID) -> tuple[Form, Exam]:
        _, exam = await queries.get_released_form(self._session, form_id)
        return await get_form_for_update(self._session, form_id), exam

    async def _rescored(
        self, form: Form, states: Sequence[ResultState], most: int
    ) -> list[Rescored]:
        decisions = await get_decisions(self._session, form.id)
        stale = await queries.list_stale_for_update(
            self._session, form, decisions.number, states, most
        )
        if not stale:
            return []
        return await self._results.rescore(form, stale, told=ResultState.RELEASED in states)

    def _ask(
        self,
        form: Form,
        sitting_id: UUID | None,
        by: UUID | None,
        reason: str,
        found: Sequence[Check],
    ) -> Release:
        release = Release(
            id=uuid4(),
            form_id=form.id,
            sitting_id=sitting_id,
            reason=reason.strip()[:LONGEST_REASON],
            asked_by=by,
            asked_at=self._now,
            conversion_number=form.conversion_number,
            decision_number=0,
            count=0,
            passed=0,
            checks=[check.to_json() for check in found],
        )
        self._session.add(release)
        return release

    async def _tell(self, release: Release, form: Form, exam: Exam, found: Sequence[Check]) -> None:
        ready = (
            select(Result.id)
            .join(Attempt, Attempt.id == Result.attempt_id)
            .where(*queries.within(form.id, release.sitting_id), queries.READY)
        )
        # the state is asked for again: a hold may have been committed since the rows were found
        told = await self._session.execute(
            update(Result)
            .where(
                Result.id.in_(ready),
                Result.state == ResultState.HELD,
                Result.hold_reason.is_(None),
            )
            .values(state=ResultState.RELEASED, released_at=self._now)
            .returning(Result.id, Result.attempt_id)
            .execution_options(synchronize_session=False)
        )
        result_of = {attempt_id: result_id for result_id, attempt_id in told}
        attempts = (
            select(Attempt)
            .join(Result, Result.attempt_id == Attempt.id)
            .where(*queries.within(form.id, release.sitting_id), Result.released_at == self._now)
        )
        rows = [one for one in await self._session.scalars(attempts) if one.id in result_of]
        await self._notices.released({result_of[one.id]: one for one in rows}, exam)
        passed = await self._session.scalar(
            select(func.count())
            .select_from(Score)
            .join(Result, Result.score_id == Score.id)
            .join(Attempt, Attempt.id == Result.attempt_id)
            .where(
                *queries.within(form.id, release.sitting_id),
                Result.released_at == self._now,
                Score.passed.is_(True),
            )
        )
        release.released_at = self._now
        release.count, release.passed = len(result_of), passed or 0
        release.conversion_number = form.conversion_number
        release.decision_number = (await get_decisions(self._session, form.id)).number
        release.checks = [check.to_json() for check in found]
        await self._session.flush()

    async def _tell_rescored(
        self, made: Rescored, exam: Exam, by: UUID | None, reason: str
    ) -> None:
        result = made.result
        if result.state == ResultState.RELEASED and made.before.passed != made.after.passed:
            attempt = await self._session.get_one(Attempt, result.attempt_id)
            await self._notices.rescored(result.id, attempt, exam, reason)
        await self._acted(result, "rescore", by, reason)

    async def _acted(self, result: Result, verb: str, by: UUID | None, reason: str) -> Result:
        number = await queries.count_acts(self._session, result.id) + 1
        self._session.add(
            ResultAct(
                result_id=result.id,
                number=number,
                verb=verb,
                reason=reason.strip()[:LONGEST_REASON],
                score_id=result.score_id,
                by_id=by,
                at=self._now,
            )
        )
        await self._session.flush()
        return result


def _reason(reason: str) -> str:
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing
    return reason


def _after(result: Result, verb: str) -> ResultState:
    """The state to which a verb leads.  Raises `ResultMoveRefused`."""
    to = after(ResultState(result.state), verb)
    if to is None:
        raise ResultMoveRefused(verb, result.state)
    return to
