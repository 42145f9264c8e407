"""Looking up exams and forms."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from exam_engine.exams.conversion import Conversion
from exam_engine.exams.imported import ASSEMBLY
from exam_engine.exams.tables import BlueprintRow, Exam, Form, FormConversion, FormItem
from item_bank.framework import NodeKind
from item_bank.lifecycle import ItemState
from item_bank.queries import get_edition
from item_bank.tables import FrameworkNode, Item, ItemTag, ItemVersion

CODES_AT_ONCE = 5_000


async def find_exam(session: AsyncSession, code: str) -> Exam | None:
    return await session.scalar(select(Exam).where(Exam.code == code))


async def get_exam(session: AsyncSession, exam_id: UUID) -> Exam:
    return await session.get_one(Exam, exam_id)


async def find_latest_exam(session: AsyncSession) -> Exam | None:
    """The exam that was added last, whose blueprint the bank is written for."""
    return await session.scalar(select(Exam).order_by(Exam.created_at.desc(), Exam.id).limit(1))


async def list_exams(session: AsyncSession) -> Sequence[Exam]:
    """Newest first."""
    return (await session.scalars(select(Exam).order_by(Exam.created_at.desc(), Exam.id))).all()


async def get_form(session: AsyncSession, form_id: UUID) -> Form:
    return await session.get_one(Form, form_id)


async def get_conversion(
    session: AsyncSession, form: Form, number: int | None = None
) -> Conversion:
    """A form's table of this number; by default the one in force."""
    number = form.conversion_number if number is None else number
    if number == 0:
        return Conversion.from_json(form.conversion)
    row = await session.get_one(FormConversion, (form.id, number))
    return Conversion.from_json(row.conversion)


async def find_conversion_row(session: AsyncSession, form: Form) -> FormConversion | None:
    """What replaced the form's provisional table; None while that is in force."""
    if form.conversion_number == 0:
        return None
    return await session.get_one(FormConversion, (form.id, form.conversion_number))


async def get_form_for_update(session: AsyncSession, form_id: UUID) -> Form:
    """Locks the row."""
    return await session.get_one(Form, form_id, with_for_update=True, populate_existing=True)


async def find_form(session: AsyncSession, exam_id: UUID, code: str) -> Form | None:
    return await session.scalar(select(Form).where(Form.exam_id == exam_id, Form.code == code))


async def list_forms_of_import(session: AsyncSession, import_id: UUID) -> list[Form]:
    """The drafts that were made of the tests of a package, by code."""
    found = select(Form).where(Form.assembly == ASSEMBLY).order_by(Form.code)
    forms = await session.scalars(found)
    return [form for form in forms if (form.structure or {}).get("import") == str(import_id)]


async def find_published_form(session: AsyncSession, exam_id: UUID) -> Form | None:
    """The form published last."""
    return await session.scalar(
        select(Form)
        .where(Form.exam_id == exam_id, Form.state == "published")
        .order_by(Form.published_at.desc())
        .limit(1)
    )


async def list_form_items(session: AsyncSession, form_id: UUID) -> Sequence[FormItem]:
    query = select(FormItem).where(FormItem.form_id == form_id).order_by(FormItem.position)
    return (await session.scalars(query)).all()


async def list_form_states(session: AsyncSession, form_id: UUID) -> list[tuple[str, ItemState]]:
    """(code, state) of the items of a form, by code."""
    rows = await session.execute(
        select(Item.code, Item.state)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .join(FormItem, FormItem.item_version_id == ItemVersion.id)
        .where(FormItem.form_id == form_id)
        .order_by(Item.code)
    )
    return [(code, ItemState(state)) for code, state in rows]


@dataclass(frozen=True, slots=True)
class ForForm:
    """An item's latest version and its skill area in the edition published last."""

    version_id: UUID
    area_id: UUID


async def list_for_form(session: AsyncSession, codes: Sequence[str]) -> dict[str, ForForm]:
    """By code, those of the items that the bank holds with a skill area."""
    stored = await get_edition(session)
    later = aliased(ItemVersion)
    found: dict[str, ForForm] = {}
    for start in range(0, len(codes), CODES_AT_ONCE):
        rows = await session.execute(
            select(Item.code, ItemVersion.id, FrameworkNode.id)
            .join(ItemVersion, ItemVersion.item_id == Item.id)
            .join(ItemTag, ItemTag.item_id == Item.id)
            .join(FrameworkNode, FrameworkNode.id == ItemTag.node_id)
            .outerjoin(later, (later.item_id == Item.id) & (later.number > ItemVersion.number))
            .where(
                Item.code.in_(codes[start : start + CODES_AT_ONCE]),
                later.id.is_(None),
                FrameworkNode.edition_id == stored.id,
                FrameworkNode.kind == NodeKind.SKILL_AREA,
            )
        )
        found.update((code, ForForm(version, area)) for code, version, area in rows)
    return found


async def count_form_items(session: AsyncSession, form_id: UUID) -> int:
    query = select(func.count()).select_from(FormItem).where(FormItem.form_id == form_id)
    return await session.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class BlueprintNode:
    """A node of an exam's blueprint with the node above it (a skill area's category)."""

    node_id: UUID
    code: str
    item_count: int
    parent_code: str
    parent_title: str


async def list_blueprint(session: AsyncSession, exam_id: UUID) -> Sequence[BlueprintNode]:
    parent = aliased(FrameworkNode)
    rows = await session.execute(
        select(
            FrameworkNode.id,
            FrameworkNode.code,
            BlueprintRow.item_count,
            parent.code,
            parent.title,
        )
        .join(BlueprintRow, BlueprintRow.node_id == FrameworkNode.id)
        .outerjoin(parent, parent.id == FrameworkNode.parent_id)
        .where(BlueprintRow.exam_id == exam_id)
        .order_by(BlueprintRow.position)
    )
    return [BlueprintNode(*row) for row in rows]


async def count_items(session: AsyncSession) -> dict[str, Counter[ItemState]]:
    """How many items each skill area of the edition published last has, by state."""
    stored = await get_edition(session)
    rows = await session.execute(
        select(FrameworkNode.code, Item.state, func.count())
        .join(ItemTag, ItemTag.node_id == FrameworkNode.id)
        .join(Item, Item.id == ItemTag.item_id)
        .where(FrameworkNode.edition_id == stored.id, FrameworkNode.kind == NodeKind.SKILL_AREA)
        .group_by(FrameworkNode.code, Item.state)
    )
    counts: dict[str, Counter[ItemState]] = {}
    for code, state, count in rows:
        counts.setdefault(code, Counter())[ItemState(state)] = count
    return counts
