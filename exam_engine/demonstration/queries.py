"""What the simulated candidates are asked."""

from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.calibration.queries import list_form_questions
from exam_engine.demonstration.past import Asked
from exam_engine.exams.queries import list_form_items
from exam_engine.exams.tables import Form
from item_bank.queries import get_contents, get_versions


async def asked_on(session: AsyncSession, form: Form) -> list[Asked]:
    """A form's questions as the simulation takes them."""
    rows = await list_form_items(session, form.id)
    ids = [row.item_version_id for row in rows]
    versions, contents = await get_versions(session, ids), await get_contents(session, ids)
    asked = []
    for version_id, question in zip(ids, await list_form_questions(session, form.id), strict=True):
        content = contents[version_id]
        options = [choice.identifier for choice in content.choices]
        expected = versions[version_id].estimated_difficulty or 0.6
        asked.append(Asked(question.code, len(options), options.index(content.key) + 1, expected))
    return asked
