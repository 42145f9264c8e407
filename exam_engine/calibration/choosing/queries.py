"""Which answers a plan takes, counted: no answer is read."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.calibration.errors import PlanUnsound
from exam_engine.calibration.plans import Plan
from exam_engine.calibration.queries import forms_of, get_exam_of, list_form_questions
from exam_engine.calibration.scales.queries import list_anchors
from exam_engine.calibration.supply import Block, Supply, supplied
from exam_engine.calibration.tables import PastAdministration
from exam_engine.delivery.states import AttemptState
from exam_engine.delivery.tables import Attempt
from exam_engine.registration.tables import Sitting

ENDED = (AttemptState.SUBMITTED, AttemptState.EXPIRED)
"""Attempts that count: those that a person ended or withdrew say little about the questions."""


def counted(plan: Plan, form_ids: Collection[UUID]) -> list[ColumnElement[bool]]:
    """Which attempts a plan takes: ended, of these forms and this time, never of a rehearsal."""
    found: list[ColumnElement[bool]] = [
        Attempt.form_id.in_(form_ids),
        Attempt.state.in_(ENDED),
        Sitting.rehearsal.is_(False),
    ]
    if plan.ended_from is not None:
        found.append(Attempt.ended_at >= plan.ended_from)
    if plan.ended_before is not None:
        found.append(Attempt.ended_at < plan.ended_before)
    return found


def past(plan: Plan, form_ids: Collection[UUID]) -> Select[PastAdministration]:
    """The past administrations that a plan takes, in the order in which they were held."""
    query = select(PastAdministration).where(
        PastAdministration.form_id.in_(form_ids if plan.past else [])
    )
    if plan.ended_from is not None:
        query = query.where(PastAdministration.held_at >= plan.ended_from)
    if plan.ended_before is not None:
        query = query.where(PastAdministration.held_at < plan.ended_before)
    return query.order_by(PastAdministration.held_at, PastAdministration.id)


async def read_supply(session: AsyncSession, plan: Plan) -> Supply:
    """What data a plan would take now; no answer is read.  Raises `PlanUnsound`."""
    exam = await get_exam_of(session, plan)
    forms = await forms_of(session, plan, exam)
    codes = {form.id: form.code for form in forms}
    rows = await session.execute(
        select(
            Attempt.form_id,
            Sitting.title,
            func.count(),
            func.min(Attempt.ended_at),
            func.max(Attempt.ended_at),
        )
        .join(Sitting, Sitting.id == Attempt.sitting_id)
        .where(and_(*counted(plan, list(codes))))
        .group_by(Attempt.form_id, Sitting.id, Sitting.title)
        .order_by(Sitting.title)
    )
    blocks = [
        Block(codes[form_id], title, n, first, last) for form_id, title, n, first, last in rows
    ]
    for one in await session.scalars(past(plan, list(codes))):
        held = one.held_at
        blocks.append(
            Block(codes[one.form_id], one.title, one.n_candidates, held, held, True, one.simulated)
        )
    questions = {form.code: await list_form_questions(session, form.id) for form in forms}
    asked = [one for each in questions.values() for one in each]
    anchors = await list_anchors(session, plan, exam, list(codes), asked)
    codes_anchored = frozenset(one.code for one in anchors.held) - set(plan.excluded("item"))
    unknown = set(plan.excluded("item")) - {one.code for one in asked}
    if unknown:
        raise PlanUnsound(
            f"{sorted(unknown)[0]} is on none of the chosen forms, so it cannot be left out.",
            "exclusions",
        )
    return supplied(plan, blocks, questions, codes_anchored, anchors.outdated)
