"""Asking for runs, carrying them through, and deciding about them."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.calibration import approval, queries
from exam_engine.calibration.choosing.queries import read_supply
from exam_engine.calibration.errors import (
    KeyTaken,
    MoveRefused,
    NotConverged,
    NothingToApprove,
    PlanUnsound,
    ReasonMissing,
    SecondPersonNeeded,
)
from exam_engine.calibration.plans import LONGEST_REASON, Plan, check
from exam_engine.calibration.scales.queries import scales_of
from exam_engine.calibration.states import DOING, MOST_TRIES, RunState, Stage, after
from exam_engine.calibration.tables import (
    CalibrationArtifact,
    CalibrationItem,
    CalibrationRun,
    PastAdministration,
)
from exam_engine.exams.queries import get_exam
from exam_engine.exams.tables import Form
from item_bank.parameters.queries import count_scales
from item_bank.parameters.service import Scales
from item_bank.parameters.soundness import Parameters
from item_bank.tables import ParameterSet

LOG_LINES = 200
LONGEST_KEY = 100


class CalibrationRuns:
    """Runs within one transaction; ``now`` is the instant at which all of it happens."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    # ---- asking

    async def request(
        self, plan: Plan, by: UUID | None, key: str = "", *, reason: str = ""
    ) -> tuple[CalibrationRun, bool]:
        """A run that waits for a worker, and whether it is new.

        The same key gives the same run.  Raises `PlanUnsound` where the plan, or what data there
        is for it now, cannot be calibrated, and `KeyTaken`.
        """
        plan = plan.with_defaults()
        found = await self._same(plan, key)
        if found is not None:
            return found, False
        check(plan)
        exam = await queries.get_exam_of(self._session, plan)
        supply = await read_supply(self._session, plan)
        if supply.refusals:
            raise PlanUnsound(" ".join(supply.refusals), "forms")
        run = self._new(plan, exam.id, by, key, reason)
        await self._session.flush()
        return run, True

    async def _same(self, plan: Plan, key: str) -> CalibrationRun | None:
        found = await queries.find_run_of_key(self._session, key) if key else None
        if found is not None and found.plan != plan.to_json():
            raise KeyTaken
        return found

    def _new(
        self,
        plan: Plan,
        exam_id: UUID,
        by: UUID | None,
        key: str,
        reason: str,
        repeats: UUID | None = None,
    ) -> CalibrationRun:
        if len(key) > LONGEST_KEY:
            raise PlanUnsound(f"An idempotency key has at most {LONGEST_KEY} characters.", "key")
        run = CalibrationRun(
            id=uuid4(),
            exam_id=exam_id,
            state=RunState.QUEUED,
            plan=plan.to_json(),
            idempotency_key=key or uuid4().hex,
            repeats_id=repeats,
            reason=reason.strip()[:LONGEST_REASON],
            requested_by=by,
            requested_at=self._now,
            tries=0,
            told_at=self._now,
            progress={},
            log=[],
            outcome={},
        )
        self._session.add(run)
        return run

    async def again(self, run_id: UUID, reason: str, by: UUID | None) -> CalibrationRun:
        """A new run of the same plan that points to the old one; a reason says why.

        Where the old one froze its data, they are taken again, so the digits are the same.
        """
        if not reason.strip():
            raise ReasonMissing
        old = await queries.get_run(self._session, run_id)
        run = self._new(Plan.from_json(old.plan), old.exam_id, by, "", reason, old.id)
        await self._session.flush()
        return run

    # ---- carrying through

    async def begin(self, run_id: UUID, stage: Stage) -> bool:
        """A worker is about to do this stage; False where the run is over.

        A stage that was begun too often is given up: whatever does it ends each time.
        """
        run = await queries.get_run_for_update(self._session, run_id)
        if run.state == RunState.QUEUED:
            run.state = RunState.RUNNING
            run.started_at = self._now
        if run.state != RunState.RUNNING:
            return False
        run.tries = run.tries + 1 if run.stage == stage else 1
        run.stage = stage
        if run.tries > MOST_TRIES:
            self._fail(
                run,
                f'The process ended {MOST_TRIES} times at "{DOING[stage]}" without an outcome. '
                "The run was given up and others go on. Choose less data or another model, or run "
                "it again with a reason.",
            )
            return False
        note = f", try {run.tries}" if run.tries > 1 else ""
        self._say(run, DOING[stage] + note)
        run.progress = {"stage": stage, "doing": DOING[stage]}
        await self._session.flush()
        return True

    async def tell(self, run_id: UUID, progress: Mapping[str, Any]) -> bool:
        """How far the stage is; False where the run is over, so that its process may end."""
        run = await queries.get_run_for_update(self._session, run_id)
        if run.state != RunState.RUNNING:
            return False
        if progress:
            run.progress = {**run.progress, **progress}
            run.told_at = self._now
            await self._session.flush()
        return True

    async def keep(
        self, run_id: UUID, artifacts: Mapping[str, bytes], line: str = "", **facts: Any
    ) -> bool:
        """The end of a stage: its artifacts, and facts of the run; False where the run is over."""
        run = await queries.get_run_for_update(self._session, run_id)
        if run.state != RunState.RUNNING:
            return False
        there = await queries.read_artifacts(self._session, run_id, artifacts.keys())
        self._session.add_all(
            CalibrationArtifact(
                run_id=run_id,
                name=name,
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                made_at=self._now,
            )
            for name, content in artifacts.items()
            if name not in there
        )
        for name, value in facts.items():
            setattr(run, name, value)
        if line:
            self._say(run, line)
        await self._session.flush()
        return True

    async def finish(
        self, run_id: UUID, rows: list[dict[str, Any]], outcome: dict[str, Any], digits: str
    ) -> bool:
        """The outcome, whole or not at all; False where the run is over."""
        run = await queries.get_run_for_update(self._session, run_id)
        if run.state != RunState.RUNNING:
            return False
        self._session.add_all(
            CalibrationItem(
                run_id=run_id,
                position=position,
                **{**row, "item_version_id": UUID(row["item_version_id"])},
            )
            for position, row in enumerate(rows, 1)
        )
        run.outcome = outcome
        run.digits = digits
        run.n_items = len(rows)
        self._move(run, "finish")
        run.ended_at = self._now
        self._say(run, "Finished: waits for a decision")
        await self._session.flush()
        return True

    async def fail(self, run_id: UUID, sentence: str) -> None:
        """End a run that cannot be done; one that is over stays as it is."""
        run = await queries.get_run_for_update(self._session, run_id)
        if run.state == RunState.QUEUED:
            run.state = RunState.RUNNING
        if run.state == RunState.RUNNING:
            self._fail(run, sentence)
            await self._session.flush()

    # ---- deciding

    async def cancel(self, run_id: UUID, by: UUID | None, reason: str = "") -> CalibrationRun:
        """Nothing of it will be done from here on.  Raises `MoveRefused`."""
        run = await queries.get_run_for_update(self._session, run_id)
        self._move(run, "cancel")
        run.ended_at = self._now
        self._decide(run, by, reason)
        self._say(run, "Cancelled")
        await self._session.flush()
        return run

    async def approve(self, run_id: UUID, by: UUID | None, reason: str = "") -> ParameterSet:
        """The run's parameters become a version of its scale in the bank, all or none.

        Items that are suspect stay out.  A run that was anchored goes to the scale of its anchors,
        any other begins one.  Raises `MoveRefused`, `NotConverged`, `SecondPersonNeeded`,
        `NothingToApprove`, and what the bank refuses.
        """
        run = await queries.get_run_for_update(self._session, run_id)
        if after(RunState(run.state), "approve") is None:
            raise MoveRefused("approve", run.state)
        exam = await get_exam(self._session, run.exam_id)
        if exam.second_approver and (by is None or by == run.requested_by):
            raise SecondPersonNeeded
        await self._session.refresh(run, ["outcome"])
        if not run.outcome["converged"]:
            raise NotConverged
        rows = await queries.list_run_items(self._session, run_id)
        gone = {one.code: one.reason for one in approval.left_out(rows)}
        good = [row for row in rows if row.code not in gone]
        if not good:
            raise NothingToApprove
        begins = scales_of(exam)
        anchors: str | None = run.outcome["anchor_scale"]
        scale = anchors or f"{begins}{await count_scales(self._session, begins) + 1}"
        stored = await Scales(self._session, self._now).record(
            scale,
            str(run.id),
            [
                Parameters(
                    row.item_version_id,
                    row.model,
                    {name: value for name, value in row.parameters.items() if value is not None},
                    row.errors,
                    row.n,
                )
                for row in good
            ],
            by,
            anchored=anchors is not None,
            note=reason.strip(),
        )
        self._move(run, "approve")
        self._decide(run, by, reason)
        run.scale, run.parameters_version = stored.scale, stored.version
        self._say(
            run,
            f"Approved: {len(good)} items as {stored.scale}, version {stored.version}"
            + (f"; {len(gone)} stay out" if gone else ""),
        )
        await self._session.flush()
        return stored

    async def reject(self, run_id: UUID, by: UUID | None, reason: str) -> CalibrationRun:
        """Its parameters go nowhere.  Raises `MoveRefused`, `ReasonMissing`."""
        run = await queries.get_run_for_update(self._session, run_id)
        if not reason.strip():
            raise ReasonMissing
        self._move(run, "reject")
        self._decide(run, by, reason)
        self._say(run, "Rejected")
        await self._session.flush()
        return run

    # ---- what all of them do

    def _move(self, run: CalibrationRun, verb: str) -> None:
        to = after(RunState(run.state), verb)
        if to is None:
            raise MoveRefused(verb, run.state)
        run.state = to

    def _decide(self, run: CalibrationRun, by: UUID | None, reason: str) -> None:
        run.decided_at = self._now
        run.decided_by = by
        run.decision_reason = reason.strip()[:LONGEST_REASON]

    def _fail(self, run: CalibrationRun, sentence: str) -> None:
        self._move(run, "fail")
        run.failure = sentence
        run.ended_at = self._now
        self._say(run, sentence)

    def _say(self, run: CalibrationRun, text: str) -> None:
        line = {"at": self._now.isoformat(timespec="milliseconds"), "text": text}
        run.log = [*run.log, line][-LOG_LINES:]
        run.told_at = self._now


def packed(document: Mapping[str, Any]) -> bytes:
    """A document as an artifact holds it."""
    return zlib.compress(json.dumps(document, ensure_ascii=False, allow_nan=False).encode(), 6)


async def add_past_administration(
    session: AsyncSession,
    now: datetime,
    form: Form,
    title: str,
    answers: bytes,
    *,
    n_positions: int,
    source: str,
    simulated: bool,
    held_at: datetime,
) -> PastAdministration:
    """Answers that were not given here: see `PastAdministration.answers`, uncompressed."""
    n_candidates, rest = divmod(len(answers), n_positions)
    if rest or not n_candidates:
        raise PlanUnsound("Every candidate has an answer, or 0, at every position.", "answers")
    past = PastAdministration(
        id=uuid4(),
        form_id=form.id,
        title=title,
        source=source,
        simulated=simulated,
        held_at=held_at,
        n_candidates=n_candidates,
        n_positions=n_positions,
        answers=zlib.compress(answers, 6),
        added_at=now,
    )
    session.add(past)
    await session.flush()
    return past
