"""From responses and past administrations to the frozen data of a run."""

import zlib
from collections.abc import Mapping
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from exam_engine.calibration.at_cut import FormAtCut
from exam_engine.calibration.choosing.queries import counted, past
from exam_engine.calibration.errors import DataUnsound
from exam_engine.calibration.frozen import (
    NO_ANSWER,
    NOT_SHOWN,
    WRONG,
    Column,
    Frozen,
    Sheet,
    joined,
)
from exam_engine.calibration.plans import Plan
from exam_engine.calibration.queries import forms_of, get_exam_of
from exam_engine.calibration.tables import PastAdministration
from exam_engine.delivery.tables import Attempt, PresentedItem, Response
from exam_engine.exams import tables as exams
from exam_engine.exams.queries import get_conversion
from exam_engine.exams.tables import Form
from exam_engine.registration.tables import Sitting
from exam_engine.results.marking import UNDECIDED, Counting, counting
from exam_engine.results.queries import get_decisions
from item_bank.queries import get_contents
from item_bank.tables import FrameworkNode, Item, ItemVersion

ROWS_AT_ONCE = 10_000


async def freeze(session: AsyncSession, plan: Plan) -> Frozen:
    """The data of a plan as of now, right or wrong as scores have it.

    Questions that everybody is credited for or that are not scored any more are left out: their
    answers tell nothing.  Raises `PlanUnsound`, `DataUnsound`.
    """
    exam = await get_exam_of(session, plan)
    forms = await forms_of(session, plan, exam)
    sheets: list[Sheet] = []
    for form in forms:
        columns, hashes, counts = await _questions(session, form)
        taken = [
            j
            for j, column in enumerate(columns)
            if column.role in plan.roles and (column.role != "scored" or j + 1 in counts.own)
        ]
        found = await _delivered(session, plan, form, columns, hashes)
        found += await _past(session, plan, form, columns, hashes)
        sheets += [_only(sheet, taken, plan) for sheet in found]
    return joined(sheets, plan.excluded("item"))


async def forms_at_cut(session: AsyncSession, plan: Plan) -> list[FormAtCut]:
    """Of each form of a plan, the scored items whose answers count, and its cut among them."""
    exam = await get_exam_of(session, plan)
    found = []
    for form in await forms_of(session, plan, exam):
        columns, _, counts = await _questions(session, form)
        conversion = await get_conversion(session, form)
        own = tuple(columns[position - 1].code for position in counts.own)
        cut = counts.raw_cut(conversion)
        found.append(FormAtCut(form.code, own, cut, counts.scaled(conversion)))
    return found


async def _questions(
    session: AsyncSession, form: Form
) -> tuple[tuple[Column, ...], tuple[str, ...], Counting]:
    """The form's questions in order, the hashes of their contents, and how they count."""
    rows = (
        await session.execute(
            select(
                ItemVersion.id,
                Item.code,
                ItemVersion.number,
                exams.FormItem.role,
                FrameworkNode.code,
                ItemVersion.content_hash,
            )
            .join(exams.FormItem, exams.FormItem.item_version_id == ItemVersion.id)
            .join(Item, Item.id == ItemVersion.item_id)
            .join(FrameworkNode, FrameworkNode.id == exams.FormItem.node_id)
            .where(exams.FormItem.form_id == form.id)
            .order_by(exams.FormItem.position)
        )
    ).all()
    contents = await get_contents(session, [row[0] for row in rows])
    decided = (await get_decisions(session, form.id)).by_position
    columns = []
    for position, (version_id, code, number, role, area, _) in enumerate(rows, 1):
        content = contents[version_id]
        options = tuple(choice.identifier for choice in content.choices)
        also = tuple(decided.get(position, UNDECIDED).also)
        columns.append(Column(version_id, code, number, role, area, options, content.key, also))
    scored = [position for position, row in enumerate(rows, 1) if row[3] == "scored"]
    return tuple(columns), tuple(row[5] for row in rows), counting(scored, decided)


async def _delivered(
    session: AsyncSession,
    plan: Plan,
    form: Form,
    columns: tuple[Column, ...],
    hashes: tuple[str, ...],
) -> list[Sheet]:
    """Attempts of this engine, by sitting, each in the order of its id."""
    chosen = and_(*counted(plan, [form.id]))
    rows = await session.execute(
        select(Attempt.id, Sitting.title)
        .join(Sitting, Sitting.id == Attempt.sitting_id)
        .where(chosen)
        .order_by(Attempt.id)
    )
    sittings: dict[UUID, str] = dict(rows.all())
    if not sittings:
        return []
    at = {attempt_id: row for row, attempt_id in enumerate(sittings)}
    codes = _codes(columns)
    answers = np.full((len(at), len(columns)), NOT_SHOWN, np.int8)
    shown = await session.stream(
        select(PresentedItem.attempt_id, PresentedItem.form_position, Response.value)
        .join(Attempt, Attempt.id == PresentedItem.attempt_id)
        .join(Sitting, Sitting.id == Attempt.sitting_id)
        .outerjoin(
            Response,
            and_(
                Response.attempt_id == PresentedItem.attempt_id,
                Response.position == PresentedItem.position,
            ),
        )
        .where(chosen)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    async for attempt_id, position, value in shown:
        column = position - 1
        answers[at[attempt_id], column] = codes[column].get(value, NO_ANSWER)
    persons = tuple(str(attempt_id) for attempt_id in at)
    titles = np.array([sittings[attempt_id] for attempt_id in at])
    return [
        Sheet(
            form.code,
            str(title),
            tuple(np.array(persons)[titles == title].tolist()),
            columns,
            hashes,
            answers[titles == title],
        )
        for title in np.unique(titles)
    ]


def _codes(columns: tuple[Column, ...]) -> list[Mapping[str | None, int]]:
    return [
        {None: NO_ANSWER, **{option: k for k, option in enumerate(column.options, 1)}}
        for column in columns
    ]


async def _past(
    session: AsyncSession,
    plan: Plan,
    form: Form,
    columns: tuple[Column, ...],
    hashes: tuple[str, ...],
) -> list[Sheet]:
    rows = await session.scalars(past(plan, [form.id]).options(undefer(PastAdministration.answers)))
    sheets = []
    for one in rows:
        answers = np.frombuffer(zlib.decompress(one.answers), np.int8)
        if one.n_positions != len(columns) or answers.size != one.n_candidates * len(columns):
            raise DataUnsound(
                f"The answers of {one.title} do not fit form {form.code}, which has "
                f"{len(columns)} questions. Import them again."
            )
        persons = tuple(f"{one.title} {n}" for n in range(1, one.n_candidates + 1))
        _check_options(one, answers.reshape(-1, len(columns)), columns)
        sheets.append(
            Sheet(form.code, one.title, persons, columns, hashes, answers.reshape(-1, len(columns)))
        )
    return sheets


def _check_options(
    one: PastAdministration, answers: NDArray[np.int8], columns: tuple[Column, ...]
) -> None:
    most = np.array([len(column.options) for column in columns], np.int8)
    wrong = np.argwhere((answers < NOT_SHOWN) | ((answers > most) & (answers != WRONG)))
    if len(wrong):
        row, column = wrong[0].tolist()
        raise DataUnsound(
            f"The answers of {one.title} name an option that {columns[column].code} has not "
            f"(candidate {row + 1}). Import them again."
        )


def _only(sheet: Sheet, taken: list[int], plan: Plan) -> Sheet:
    """The columns and candidates that the plan takes."""
    gone = plan.excluded("candidate")
    rows = [i for i, person in enumerate(sheet.persons) if person not in gone]
    return Sheet(
        sheet.form,
        sheet.administration,
        tuple(sheet.persons[i] for i in rows),
        tuple(sheet.columns[j] for j in taken),
        tuple(sheet.hashes[j] for j in taken),
        sheet.answers[np.ix_(rows, taken)],
    )
