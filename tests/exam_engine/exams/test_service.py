from collections import Counter

import pytest

from exam_engine.exams.conversion import provisional
from exam_engine.exams.errors import FormPublished, FormUnsound
from exam_engine.exams.queries import list_blueprint, list_form_items
from exam_engine.exams.service import Exams
from tests.exam_engine.conftest import Room


async def test_a_form_meets_the_blueprint_of_its_exam(room: Room) -> None:
    async with room.database.reading() as session:
        blueprint = await list_blueprint(session, room.programmed.exam.id)
        items = await list_form_items(session, room.programmed.form.id)
    assert Counter(item.node_id for item in items) == {
        node.node_id: node.item_count for node in blueprint
    }
    assert [item.position for item in items] == list(range(1, 11))


async def test_a_published_form_is_not_published_again(room: Room) -> None:
    async with room.database.transaction() as session:
        with pytest.raises(FormPublished):
            await Exams(session, room.now).publish(room.programmed.form)


async def test_a_form_with_a_table_for_another_length_is_not_published(room: Room) -> None:
    async with room.database.transaction() as session:
        exams = Exams(session, room.now)
        table = provisional(9, 6, 0, 800, 600)
        form = await exams.assemble(room.programmed.exam, "F-2", 2, table)
        with pytest.raises(FormUnsound, match="9 scored questions; the form has 10"):
            await exams.publish(form)
