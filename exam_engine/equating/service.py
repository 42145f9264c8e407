"""Keeping equatings, and deciding about them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.equating import queries
from exam_engine.equating.errors import (
    BaseProvisional,
    BasisChanged,
    DecisionReasonMissing,
    EquatingDecided,
    SecondApproverNeeded,
)
from exam_engine.equating.material import Material, basis, changed
from exam_engine.equating.plans import LONGEST_REASON, Plan
from exam_engine.equating.states import EquatingState, after
from exam_engine.equating.tables import Equating
from exam_engine.exams.conversion import Conversion
from exam_engine.exams.errors import ConversionSettled
from exam_engine.exams.queries import get_exam, get_form
from exam_engine.exams.service import Exams


class Equatings:
    """Equatings within one transaction; ``now`` is the instant at which all of it happens."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def keep(
        self,
        material: Material,
        method: str,
        report: dict[str, Any],
        data_hash: str,
        by: UUID | None,
    ) -> Equating:
        """A draft of what was computed; the form's table stays as it is."""
        found = Equating(
            id=uuid4(),
            exam_id=material.exam_id,
            form_id=material.form.form_id,
            base_form_id=material.base.form_id,
            method=method,
            state=EquatingState.DRAFT,
            plan=material.plan.to_json(),
            report=report,
            data_hash=data_hash,
            requested_by=by,
            requested_at=self._now,
        )
        self._session.add(found)
        await self._session.flush()
        return found

    async def approve(self, equating_id: UUID, by: UUID | None, reason: str = "") -> Equating:
        """The form has the equated table from here on, in place of its provisional one.

        Raises `EquatingDecided`, `SecondApproverNeeded`, `BaseProvisional`, `BasisChanged`, and
        `ConversionSettled` where the form has its table already.
        """
        found = await queries.get_equating_for_update(self._session, equating_id)
        state = self._after(found, "approve")
        exam = await get_exam(self._session, found.exam_id)
        if exam.second_approver and (by is None or by == found.requested_by):
            raise SecondApproverNeeded
        plan = Plan.from_json(found.plan)
        material = await queries.read_material(self._session, plan, answers=False)
        if material.form.settled:
            raise ConversionSettled
        if not material.base.settled:
            raise BaseProvisional(material.base.code)
        then = found.report["basis"]
        what = changed(then, basis(material, found.method, list(then["anchors"])))
        if what:
            raise BasisChanged(what)
        known = found.report["at_cut"]
        await Exams(self._session, self._now).replace_conversion(
            await get_form(self._session, found.form_id),
            Conversion.from_json(found.report["conversion"]),
            source="equating",
            source_id=found.id,
            evidence={} if "undefined" in known else known,
            by=by,
            reason=reason,
        )
        self._decide(found, state, by, reason)
        await self._session.flush()
        return found

    async def reject(self, equating_id: UUID, by: UUID | None, reason: str) -> Equating:
        """Its table goes nowhere.  Raises `EquatingDecided`, `DecisionReasonMissing`."""
        found = await queries.get_equating_for_update(self._session, equating_id)
        state = self._after(found, "reject")
        if not reason.strip():
            raise DecisionReasonMissing
        self._decide(found, state, by, reason)
        await self._session.flush()
        return found

    def _after(self, found: Equating, verb: str) -> EquatingState:
        to = after(EquatingState(found.state), verb)
        if to is None:
            raise EquatingDecided(verb, found.state)
        return to

    def _decide(self, found: Equating, state: EquatingState, by: UUID | None, reason: str) -> None:
        found.state = state
        found.decided_at = self._now
        found.decided_by = by
        found.decision_reason = reason.strip()[:LONGEST_REASON]
