"""What a form asks, and the answers from elsewhere that are stored."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.calibration.errors import DataSetNotFound, PlanUnsound
from exam_engine.calibration.outside.preview import Wish
from exam_engine.calibration.outside.questions import Asked, Question
from exam_engine.calibration.tables import PastAdministration
from exam_engine.exams.tables import Exam, Form, FormItem
from item_bank.queries import get_contents
from item_bank.tables import Item, ItemVersion


@dataclass(frozen=True, slots=True)
class DataSetOf:
    """A past administration with the codes of its form and exam."""

    past: PastAdministration
    form: str
    exam: str


async def list_data_sets(session: AsyncSession) -> list[DataSetOf]:
    """The latest held first; no answer is read."""
    rows = await session.execute(
        select(PastAdministration, Form.code, Exam.code)
        .join(Form, Form.id == PastAdministration.form_id)
        .join(Exam, Exam.id == Form.exam_id)
        .order_by(PastAdministration.held_at.desc(), PastAdministration.id)
    )
    return [DataSetOf(*row) for row in rows]


async def get_data_set(session: AsyncSession, past_id: UUID) -> DataSetOf:
    """Raises `DataSetNotFound`."""
    rows = await session.execute(
        select(PastAdministration, Form.code, Exam.code)
        .join(Form, Form.id == PastAdministration.form_id)
        .join(Exam, Exam.id == Form.exam_id)
        .where(PastAdministration.id == past_id)
    )
    row = rows.first()
    if row is None:
        raise DataSetNotFound
    return DataSetOf(*row)


async def list_published(session: AsyncSession) -> list[tuple[str, str]]:
    """Codes of exam and form, in that order."""
    rows = await session.execute(
        select(Exam.code, Form.code)
        .join(Form, Form.exam_id == Exam.id)
        .where(Form.state == "published")
        .order_by(Exam.code, Form.code)
    )
    return [(exam, form) for exam, form in rows]


async def get_form_of(session: AsyncSession, wish: Wish) -> tuple[Form, str]:
    """The published form that is meant, and its exam's code.  Raises `PlanUnsound`."""
    query = select(Form, Exam.code).join(Exam, Exam.id == Form.exam_id)
    query = query.where(Form.code == wish.form, Form.state == "published").order_by(Exam.code)
    if wish.exam:
        query = query.where(Exam.code == wish.exam)
    # PostgreSQL cannot even be asked for a NUL
    rows = [] if "\0" in wish.form + wish.exam else (await session.execute(query)).all()
    of = f"{wish.exam} has" if wish.exam else "There is"
    if not rows:
        raise PlanUnsound(f"{of} no published form {wish.form}.", "form")
    if len(rows) > 1:
        listed = " and ".join(exam for _, exam in rows)
        raise PlanUnsound(f"{listed} each have a form {wish.form}. Name the exam too.", "form")
    return rows[0][0], rows[0][1]


async def read_asked(session: AsyncSession, wish: Wish) -> Asked:
    """The form's questions, with all versions of each.  Raises `PlanUnsound`."""
    form, exam = await get_form_of(session, wish)
    rows = (
        await session.execute(
            select(
                ItemVersion.id,
                ItemVersion.item_id,
                Item.code,
                ItemVersion.number,
                ItemVersion.content_hash,
            )
            .join(FormItem, FormItem.item_version_id == ItemVersion.id)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(FormItem.form_id == form.id)
            .order_by(FormItem.position)
        )
    ).all()
    contents = await get_contents(session, [row[0] for row in rows])
    versions = await session.execute(
        select(ItemVersion.item_id, ItemVersion.number, ItemVersion.content_hash).where(
            ItemVersion.item_id.in_(
                select(ItemVersion.item_id)
                .join(FormItem, FormItem.item_version_id == ItemVersion.id)
                .where(FormItem.form_id == form.id)
            )
        )
    )
    hashes: dict[UUID, dict[int, str]] = {}
    for item_id, number, content_hash in versions:
        hashes.setdefault(item_id, {})[number] = content_hash
    questions = tuple(
        Question(
            code,
            number,
            tuple(choice.identifier for choice in contents[version_id].choices),
            contents[version_id].key,
            {n: one == content_hash for n, one in hashes[item_id].items()},
        )
        for version_id, item_id, code, number, content_hash in rows
    )
    here = {one.code for one in questions}
    others = frozenset(code for code in await session.scalars(select(Item.code)))
    titles = await session.scalars(
        select(PastAdministration.title).where(PastAdministration.form_id == form.id)
    )
    return Asked(form.id, exam, form.code, questions, others - here, frozenset(titles))
