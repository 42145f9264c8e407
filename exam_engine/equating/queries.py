"""Looking up equatings, and reading what one rests on."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, undefer

from exam_engine.accounts.tables import Person
from exam_engine.calibration.approval import left_out
from exam_engine.calibration.choosing.queries import read_supply
from exam_engine.calibration.errors import DataUnsound
from exam_engine.calibration.plans import Plan as Choice
from exam_engine.calibration.queries import list_form_questions, list_run_items
from exam_engine.calibration.scales.queries import find_form_scale, holding
from exam_engine.calibration.states import RunState
from exam_engine.calibration.tables import CalibrationRun
from exam_engine.equating.anchors import Question
from exam_engine.equating.errors import EquatingNotFound, EquatingUnsound
from exam_engine.equating.material import FormMaterial, Material, OwnRun
from exam_engine.equating.plans import Plan, check
from exam_engine.equating.tables import Equating
from exam_engine.exams.conversion import PROVISIONAL
from exam_engine.exams.queries import find_exam, find_form, get_conversion, list_blueprint
from exam_engine.exams.tables import Exam, Form, FormItem
from exam_engine.results.marking import UNDECIDED, counting
from exam_engine.results.queries import Decisions, get_decisions
from item_bank.parameters.queries import Held
from item_bank.tables import FrameworkNode, Item, ItemVersion

# ---- equatings


async def get_equating(
    session: AsyncSession, equating_id: UUID, *, whole: bool = False
) -> Equating:
    """``whole``: with its report.  Raises `EquatingNotFound`."""
    options = [undefer(Equating.report)] if whole else []
    found = await session.get(Equating, equating_id, options=options)
    if found is None:
        raise EquatingNotFound
    return found


async def get_equating_for_update(session: AsyncSession, equating_id: UUID) -> Equating:
    """Locked until the transaction ends and read afresh, with its report."""
    found = await session.get(
        Equating,
        equating_id,
        options=[undefer(Equating.report)],
        with_for_update=True,
        populate_existing=True,
    )
    if found is None:
        raise EquatingNotFound
    return found


@dataclass(frozen=True, slots=True)
class ListedEquating:
    equating: Equating
    exam: str
    form: str
    base: str
    by: str | None


async def list_equatings(session: AsyncSession, limit: int = 50) -> list[ListedEquating]:
    """Newest first, without their reports."""
    base = aliased(Form)
    rows = await session.execute(
        select(Equating, Exam.code, Form.code, base.code, Person.name)
        .join(Exam, Exam.id == Equating.exam_id)
        .join(Form, Form.id == Equating.form_id)
        .join(base, base.id == Equating.base_form_id)
        .outerjoin(Person, Person.id == Equating.requested_by)
        .order_by(Equating.requested_at.desc(), Equating.id)
        .limit(limit)
    )
    return [ListedEquating(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class FormChoice:
    """A published form, and whether its table is more than provisional."""

    code: str
    settled: bool


async def list_form_choices(session: AsyncSession, exam_id: UUID) -> list[FormChoice]:
    """By code."""
    forms = await session.scalars(
        select(Form).where(Form.exam_id == exam_id, Form.state == "published").order_by(Form.code)
    )
    return [FormChoice(form.code, _settled(form)) for form in forms]


def _settled(form: Form) -> bool:
    return form.conversion_number > 0 or form.conversion.get("method") != PROVISIONAL


# ---- what one rests on


async def read_material(session: AsyncSession, plan: Plan, *, answers: bool) -> Material:
    """Everything of both forms; ``answers`` loads numpy.  Raises `EquatingUnsound`."""
    check(plan)
    exam = await find_exam(session, plan.exam)
    if exam is None:
        raise EquatingUnsound(f"There is no exam {plan.exam}.", "exam")
    form, base = [
        await _form(session, exam, code, field)
        for code, field in ((plan.form, "form"), (plan.base, "base"))
    ]
    blueprint = {node.code: node.item_count for node in await list_blueprint(session, exam.id)}
    here = await _material(session, exam, form)
    there = await _material(session, exam, base)
    if answers:
        here, there = [await _with_answers(session, exam, each) for each in (here, there)]
    return Material(plan, exam.id, here, there, blueprint)


async def _form(session: AsyncSession, exam: Exam, code: str, field: str) -> Form:
    form = await find_form(session, exam.id, code)
    if form is None:
        raise EquatingUnsound(f"{exam.code} has no form {code}.", field)
    if form.state != "published":
        raise EquatingUnsound(
            f"{code} is a draft, whose questions may still change. Publish it first.", field
        )
    return form


async def _material(session: AsyncSession, exam: Exam, form: Form) -> FormMaterial:
    decisions = await get_decisions(session, form.id)
    questions = await _list_questions(session, form.id, decisions)
    scored = [one.position for one in questions if one.role == "scored"]
    return FormMaterial(
        form.id,
        form.code,
        questions,
        counting(scored, decisions.by_position),
        decisions.number,
        await get_conversion(session, form),
        form.conversion_number,
        _settled(form),
        await find_form_scale(session, form),
        await _find_own_run(session, form),
    )


async def _list_questions(
    session: AsyncSession, form_id: UUID, decisions: Decisions
) -> tuple[Question, ...]:
    rows = await session.execute(
        select(
            Item.code,
            ItemVersion.id,
            ItemVersion.number,
            FormItem.role,
            FrameworkNode.code,
            FormItem.position,
            Item.state,
        )
        .join(ItemVersion, ItemVersion.id == FormItem.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .join(FrameworkNode, FrameworkNode.id == FormItem.node_id)
        .where(FormItem.form_id == form_id)
        .order_by(FormItem.position)
    )
    found = []
    for row in rows:
        question = Question(*row)
        decision = decisions.by_position.get(question.position, UNDECIDED)
        also, asks_nobody = tuple(decision.also), decision.asks_nobody
        found.append(replace(question, also=also, asks_nobody=asks_nobody))
    return tuple(found)


async def _find_own_run(session: AsyncSession, form: Form) -> OwnRun | None:
    """The newest calibration of this form alone whose parameters are free of any anchor."""
    runs = await session.scalars(
        select(CalibrationRun)
        .where(
            CalibrationRun.exam_id == form.exam_id,
            CalibrationRun.state.in_((RunState.FINISHED, RunState.APPROVED)),
        )
        .order_by(CalibrationRun.ended_at.desc(), CalibrationRun.id)
    )
    alone = [
        run
        for run in runs
        if run.plan.get("forms") == [form.code] and run.plan.get("anchors", "none") == "none"
    ]
    for run in alone:
        await session.refresh(run, ["outcome"])
        if run.outcome.get("converged"):
            return await _own_run(session, run, form)
    return None


async def _own_run(session: AsyncSession, run: CalibrationRun, form: Form) -> OwnRun:
    rows = await list_run_items(session, run.id)
    gone = {one.code for one in left_out(rows)}
    held = [
        Held(
            "",
            row.code,
            0,
            row.item_version_id,
            row.model,
            {name: value for name, value in row.parameters.items() if value is not None},
            row.errors,
            row.n,
            str(run.id),
        )
        for row in rows
        if row.code not in gone
    ]
    held = await holding(session, held, await list_form_questions(session, form.id))
    populations = run.outcome.get("populations") or {"": (0.0, 1.0)}
    mean, sd = next(iter(populations.values()))
    n_persons = run.n_persons or max((one.n for one in held), default=0)
    return OwnRun(run.id, tuple(held), n_persons, mean, sd)


async def _with_answers(session: AsyncSession, exam: Exam, form: FormMaterial) -> FormMaterial:
    # late: a server starts without numpy
    from exam_engine.calibration.freezing.queries import freeze

    choice = Choice(exam.code, forms=(form.code,), roles=("scored",))
    if not (await read_supply(session, choice)).n_candidates:
        return form
    try:
        return replace(form, answers=await freeze(session, choice))
    except DataUnsound as refusal:
        raise EquatingUnsound(str(refusal)) from refusal
