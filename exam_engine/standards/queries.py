"""Looking up panels, judges, ratings, and what the figures of a round are made from."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from exam_engine.accounts.roles import Role
from exam_engine.accounts.tables import Person, PersonRole
from exam_engine.exams.conversion import PROVISIONAL
from exam_engine.exams.queries import get_conversion
from exam_engine.exams.tables import Exam, Form, FormItem
from exam_engine.standards.errors import PanelNotFound, PanelUnsound
from exam_engine.standards.tables import PanelJudge, Rating, Standard, StandardPanel
from item_bank.items import ItemContent
from item_bank.queries import get_contents
from item_bank.tables import Item, ItemVersion

Ratings = dict[UUID, dict[int, float]]
"""By judge and position."""


# ---- panels


async def get_panel(session: AsyncSession, panel_id: UUID, *, whole: bool = False) -> StandardPanel:
    """``whole``: with its booklet and reports.  Raises `PanelNotFound`."""
    options = [undefer(StandardPanel.booklet), undefer(StandardPanel.reports)] if whole else []
    panel = await session.get(StandardPanel, panel_id, options=options)
    if panel is None:
        raise PanelNotFound
    return panel


async def get_panel_for_update(session: AsyncSession, panel_id: UUID) -> StandardPanel:
    """The panel, locked until the transaction ends and read afresh.  Raises `PanelNotFound`."""
    panel = await session.get(
        StandardPanel,
        panel_id,
        options=[undefer(StandardPanel.booklet), undefer(StandardPanel.reports)],
        with_for_update=True,
        populate_existing=True,
    )
    if panel is None:
        raise PanelNotFound
    return panel


@dataclass(frozen=True, slots=True)
class ListedPanel:
    panel: StandardPanel
    form: Form
    exam: Exam
    n_judges: int
    standard: Standard | None


async def list_panels(
    session: AsyncSession, judge_id: UUID | None = None, limit: int = 100
) -> list[ListedPanel]:
    """Newest first; with a judge, only those that the judge sits on."""
    judges = (
        select(func.count())
        .select_from(PanelJudge)
        .where(PanelJudge.panel_id == StandardPanel.id)
        .correlate(StandardPanel)
        .scalar_subquery()
    )
    query = (
        select(StandardPanel, Form, Exam, judges, Standard)
        .join(Form, Form.id == StandardPanel.form_id)
        .join(Exam, Exam.id == Form.exam_id)
        .outerjoin(Standard, Standard.panel_id == StandardPanel.id)
        .order_by(StandardPanel.created_at.desc(), StandardPanel.id)
        .limit(limit)
    )
    if judge_id is not None:
        query = query.join(
            PanelJudge,
            (PanelJudge.panel_id == StandardPanel.id) & (PanelJudge.person_id == judge_id),
        )
    return [ListedPanel(*row) for row in await session.execute(query)]


async def find_standard(session: AsyncSession, panel_id: UUID) -> Standard | None:
    return await session.scalar(select(Standard).where(Standard.panel_id == panel_id))


# ---- judges


@dataclass(frozen=True, slots=True)
class ListedJudge:
    judge: PanelJudge
    name: str


async def list_judges(session: AsyncSession, panel_id: UUID) -> list[ListedJudge]:
    """By name."""
    rows = await session.execute(
        select(PanelJudge, Person.name)
        .join(Person, Person.id == PanelJudge.person_id)
        .where(PanelJudge.panel_id == panel_id)
        .order_by(Person.name, Person.id)
    )
    return [ListedJudge(*row) for row in rows]


async def find_judge(session: AsyncSession, panel_id: UUID, person_id: UUID) -> PanelJudge | None:
    return await session.get(PanelJudge, (panel_id, person_id))


async def list_people_who_judge(session: AsyncSession) -> Sequence[Person]:
    """Open accounts with the role, by name."""
    rows = await session.scalars(
        select(Person)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.JUDGE, Person.closed_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    return rows.all()


async def list_ratings(session: AsyncSession, panel_id: UUID, round_number: int) -> Ratings:
    rows = await session.execute(
        select(Rating.person_id, Rating.position, Rating.value).where(
            Rating.panel_id == panel_id, Rating.round == round_number
        )
    )
    found: defaultdict[UUID, dict[int, float]] = defaultdict(dict)
    for person_id, position, value in rows:
        found[person_id][position] = value
    return dict(found)


async def list_own(
    session: AsyncSession, panel_id: UUID, round_number: int, person_id: UUID
) -> dict[int, Rating]:
    """A judge's ratings of a round by position."""
    rows = await session.scalars(
        select(Rating).where(
            Rating.panel_id == panel_id,
            Rating.round == round_number,
            Rating.person_id == person_id,
        )
    )
    return {row.position: row for row in rows}


# ---- forms


@dataclass(frozen=True, slots=True)
class ScoredItem:
    position: int
    code: str
    item_version_id: UUID


async def list_scored(session: AsyncSession, form_id: UUID) -> list[ScoredItem]:
    """In the form's order; pretest items have no part in a raw score."""
    rows = await session.execute(
        select(FormItem.position, Item.code, FormItem.item_version_id)
        .join(ItemVersion, ItemVersion.id == FormItem.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(FormItem.form_id == form_id, FormItem.role == "scored")
        .order_by(FormItem.position)
    )
    return [ScoredItem(*row) for row in rows]


async def get_open_form(session: AsyncSession, form_id: UUID) -> tuple[Form, Exam]:
    """A form that can still have its standard set.  Raises `PanelUnsound`."""
    row = (
        await session.execute(
            select(Form, Exam).join(Exam, Exam.id == Form.exam_id).where(Form.id == form_id)
        )
    ).one_or_none()
    if row is None:
        raise PanelUnsound("There is no such form.")
    form, exam = row
    refusal = await find_refusal(session, form)
    if refusal:
        raise PanelUnsound(refusal)
    return form, exam


async def find_refusal(session: AsyncSession, form: Form) -> str | None:
    """Why no standard can be set for a form; None where one can."""
    if form.state != "published":
        return f"Form {form.code} is a draft: publish it first, so that judges see what is sat."
    conversion = await get_conversion(session, form)
    if form.conversion_number or conversion.method != PROVISIONAL:
        return (
            f"Form {form.code} has its conversion table already, by a standard or by equating, and "
            "keeps it. Set the standard on another form."
        )
    return None


@dataclass(frozen=True, slots=True)
class OfferedForm:
    form: Form
    exam: Exam
    refusal: str | None


async def list_forms(session: AsyncSession) -> list[OfferedForm]:
    """Published forms with what stands against a panel for each, newest first."""
    rows = await session.execute(
        select(Form, Exam)
        .join(Exam, Exam.id == Form.exam_id)
        .where(Form.state == "published")
        .order_by(Form.published_at.desc(), Form.code)
    )
    return [OfferedForm(form, exam, await find_refusal(session, form)) for form, exam in rows.all()]


async def read_questions(
    session: AsyncSession, scored: Collection[ScoredItem]
) -> Mapping[int, ItemContent]:
    """What judges read, keys included, by form position."""
    contents = await get_contents(session, [one.item_version_id for one in scored])
    return {one.position: contents[one.item_version_id] for one in scored}


# ---- people


async def list_roles(session: AsyncSession, person_id: UUID) -> set[str]:
    """None for an account that is closed."""
    rows = await session.scalars(
        select(PersonRole.role)
        .join(Person, Person.id == PersonRole.person_id)
        .where(Person.id == person_id, Person.closed_at.is_(None))
    )
    return set(rows)


async def list_holders(session: AsyncSession, person_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people who have the judge's role and an open account."""
    rows = await session.scalars(
        select(Person.id)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(Person.id.in_(person_ids), PersonRole.role == Role.JUDGE, Person.closed_at.is_(None))
    )
    return set(rows)


async def count_rated(
    session: AsyncSession, panel_id: UUID, round_number: int
) -> dict[UUID, tuple[int, datetime]]:
    """How many ratings each judge has given in a round, and when the last was saved."""
    rows = await session.execute(
        select(Rating.person_id, func.count(), func.max(Rating.saved_at))
        .where(Rating.panel_id == panel_id, Rating.round == round_number)
        .group_by(Rating.person_id)
    )
    return {person_id: (count, saved_at) for person_id, count, saved_at in rows}
