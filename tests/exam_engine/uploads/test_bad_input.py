"""Bad files through the whole of an upload: nothing of them is stored, and the report says why."""

import pytest

from exam_engine.uploads.accepting import accept
from item_bank.errors import ImportDecided, ImportUndecided
from item_bank.imports.choices import Choices
from item_bank.imports.states import ImportState
from item_bank.tables import Item, ItemImportRow
from tests.exam_engine.uploads.desk import Desk
from tests.item_bank.imports.bad_files import BAD_FILES


async def test_nothing_bad_is_stored_and_all_is_told(desk: Desk) -> None:
    kept = 0
    for file in {(one.row, one.name): one for one in BAD_FILES}.values():
        record = await desk.read(file.data, file.name, area="I.A")
        errors = [group for group in record.findings if group["severity"] == "error"]
        assert file.code in {group["code"] for group in errors}, str(file)
        assert record.counts["refused"] >= 1
        assert record.counts["new"] == len(file.keeps)
        if file.keeps:
            refusal, state = ImportUndecided, ImportState.READY
        else:
            refusal, state = ImportDecided, ImportState.FAILED
        assert record.state == state
        with pytest.raises(refusal):
            await accept(desk.database, record.id, Choices(), desk.writer)
        kept += len(file.keeps)
    assert await desk.count(Item) == 0
    assert await desk.count(ItemImportRow) == kept
    assert list(desk.media_folder.rglob("*.*")) == []
