"""Uploads that wait, and accepting them, on both databases."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.structs import replace

from exam_engine.calibration import errors
from exam_engine.calibration.outside import waiting
from exam_engine.calibration.outside.preview import Preview
from exam_engine.calibration.outside.queries import get_data_set, list_data_sets, read_asked
from exam_engine.calibration.outside.reading import Reading, read_answers
from exam_engine.calibration.outside.service import PastAdministrations
from exam_engine.calibration.outside.waiting import Waiting, WaitingState
from tests.exam_engine.calibration.outside.forms import WISH
from tests.exam_engine.conftest import Room

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)


def begun(directory: Path) -> Waiting:
    upload = Waiting(uuid4(), WaitingState.READING, "march.csv", 7, WISH, None, NOW)
    waiting.write(directory, upload)
    return upload


def test_a_reader_that_is_silent_for_too_long_has_failed(tmp_path: Path) -> None:
    upload = begun(tmp_path)
    assert waiting.find(tmp_path, upload.id, NOW).state == WaitingState.READING
    late = waiting.find(tmp_path, upload.id, NOW + timedelta(minutes=13))
    assert (late.state, late.sentence) == (WaitingState.FAILED, waiting.SILENT)


def test_what_was_read_is_found_until_it_is_removed(tmp_path: Path) -> None:
    upload = begun(tmp_path)
    preview = Preview(0, [], data_sets=[])
    assert waiting.finish(tmp_path, upload, preview, [b"one"]).state == WaitingState.READY
    assert waiting.find(tmp_path, upload.id, NOW).preview == preview
    refused = waiting.finish(tmp_path, upload, replace(preview, errors=1), [])
    assert refused.state == WaitingState.REFUSED
    waiting.remove(tmp_path, upload.id)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(errors.UploadNotFound):
        waiting.find(tmp_path, upload.id, NOW)


async def read_for(room: Room, title: str) -> tuple[Reading, list[bytes]]:
    wish = replace(WISH, form=room.programmed.form.code, title=title)
    async with room.database.reading() as session:
        asked = await read_asked(session, wish)
    codes = [one.code for one in asked.questions]
    rows = ["candidate,administration,item,response"]
    rows += [f"c{n},{'NS'[n % 2]},{code},A" for n in range(4) for code in codes]
    found = read_answers("\n".join(rows).encode(), asked, wish, date(2026, 1, 1))
    return found, [waiting.packed(one.tobytes()) for one in found.answers]


async def test_a_file_is_stored_whole_or_not_at_all(room: Room) -> None:
    found, answers = await read_for(room, "Paper")
    assert found.preview.errors == 0
    async with room.database.transaction() as session:
        past = PastAdministrations(session, room.now)
        added = await past.accept(WISH, found.preview, answers)
    async with room.database.reading() as session:
        stored = await list_data_sets(session)
        first = await get_data_set(session, added[0].id)
        with pytest.raises(errors.DataSetNotFound):
            await get_data_set(session, uuid4())
        wish = replace(WISH, form=room.programmed.form.code)
        with pytest.raises(errors.PlanUnsound, match="NONE has no published form"):
            await read_asked(session, replace(wish, exam="NONE"))
    assert {(one.past.title, one.past.n_candidates) for one in stored} == {
        ("Paper, N", 2),
        ("Paper, S", 2),
    }
    assert first.past.held_at == datetime(2024, 3, 14, tzinfo=UTC)
    # somebody else accepted one of the titles since the file was read
    other = replace(found.preview.data_sets[0], title="New")
    both = replace(found.preview, data_sets=[other, found.preview.data_sets[1]])
    with pytest.raises(errors.TitleTaken):
        async with room.database.transaction() as session:
            await PastAdministrations(session, room.now).accept(WISH, both, answers)
    wrong = replace(found.preview, errors=1)
    with pytest.raises(errors.DataUnsound):
        async with room.database.transaction() as session:
            await PastAdministrations(session, room.now).accept(WISH, wrong, [])
    async with room.database.reading() as session:
        assert len(await list_data_sets(session)) == 2
