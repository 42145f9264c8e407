"""The processes that read files, one at a time, and what becomes of a file while it waits."""

import asyncio
import logging
import os
import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from exam_engine.calibration.outside import waiting
from exam_engine.database import Database, DatabaseUnavailable
from exam_engine.settings import Settings
from exam_engine.uploads.nursery import Nursery
from exam_engine.uploads.sweeping import BROKE_OFF, remove_old_files, sweep
from item_bank.errors import ItemBankError
from item_bank.imports.service import ItemImports

log = logging.getLogger(__name__)

SWEEPS_EVERY_S = 60.0
TOOK_TOO_LONG = "Reading took over 10 minutes and was ended. Nothing was imported. Split the file."
STOPPED = "The server was stopped while it read the file. Nothing was imported. Upload it again."


class ExportFailed(ItemBankError):
    code = "export_failed"

    def __init__(self) -> None:
        super().__init__("The file could not be made. Try again, or export fewer items.")


class FileReaders:
    """Has files read and made.  ``directory`` holds those that are being received or read.

    A ``nursery`` that is given belongs to the giver, who stops it.
    """

    def __init__(
        self, settings: Settings, database: Database, nursery: Nursery | None = None
    ) -> None:
        self._settings = settings
        self._database = database
        self._own = ExitStack()
        if nursery is None:
            nursery = Nursery(os.environ)
            self._own.callback(nursery.stop)
        self._nursery = nursery
        self.directory = settings.data_dir / "uploads"
        self._one_at_a_time = asyncio.Semaphore(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def new_file(self) -> Path:
        """Where an upload may be written; whoever hands it to `read` need not remove it."""
        self.directory.mkdir(parents=True, exist_ok=True)
        return self.directory / secrets.token_hex(16)

    def read(self, import_id: UUID, file: Path) -> None:
        """Have the file of an import read; its record tells how it goes."""
        self._keep(asyncio.create_task(self._read(import_id, file), name=f"import {import_id}"))

    def read_answers(self, upload: waiting.Waiting, file: Path) -> None:
        """Have a file of answers from elsewhere read; what waits tells how it goes."""
        self._keep(asyncio.create_task(self._read_answers(upload, file), name=f"{upload.id}"))

    def start(self) -> None:
        """Sweep up what was left behind, now and every minute."""
        self._keep(asyncio.create_task(self._sweep_for_ever(), name="uploads sweeper"))

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._own.close()

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sweep_for_ever(self) -> None:
        while True:
            try:
                now = self._database.clock.now()
                await asyncio.to_thread(remove_old_files, self.directory, now)
                await sweep(self._database)
            except DatabaseUnavailable:
                log.warning("uploads are not swept: the database does not answer")
            except Exception:  # one bad import must not stop the sweeping of others
                log.exception("a sweep of uploads failed")
            await asyncio.sleep(SWEEPS_EVERY_S)

    async def _read(self, import_id: UUID, file: Path) -> None:
        sentence = STOPPED
        try:
            async with self._one_at_a_time:
                sentence = await self._read_apart(import_id, file)
        finally:
            await asyncio.to_thread(file.unlink, missing_ok=True)
            if sentence:
                await self._fail(import_id, sentence)

    async def export(self, form: str, states: Sequence[str]) -> Path:
        """A new file with the bank's items; whoever asked removes it.  Raises ExportFailed."""
        file = await asyncio.to_thread(self.new_file)
        return await self._written(file, "export", form, str(file), *states)

    async def export_run(self, run_id: UUID, name: str) -> Path:
        """A new file with what a calibration run has under this name; as `export`."""
        file = await asyncio.to_thread(self.new_file)
        return await self._written(file, "export-run", str(run_id), name, str(file))

    async def _written(self, file: Path, act: str, *words: str) -> Path:
        try:
            done = await self._obey(act, *words)
        except TimeoutError:
            done = False
        if not done:
            await asyncio.to_thread(file.unlink, missing_ok=True)
            raise ExportFailed
        return file

    async def _read_answers(self, upload: waiting.Waiting, file: Path) -> None:
        sentence = STOPPED
        try:
            async with self._one_at_a_time:
                done = await self._obey("answers", str(upload.id), str(file))
                sentence = "" if done else waiting.UNREAD
        except TimeoutError:
            sentence = TOOK_TOO_LONG
        finally:
            await asyncio.to_thread(file.unlink, missing_ok=True)
            if sentence:
                await asyncio.to_thread(waiting.fail, self.directory, upload, sentence)

    async def _read_apart(self, import_id: UUID, file: Path) -> str:
        """Why the reading failed; empty where it did not."""
        try:
            done = await self._obey("read", str(import_id), str(file))
        except TimeoutError:
            return TOOK_TOO_LONG
        return "" if done else BROKE_OFF

    async def _obey(self, act: str, *words: str) -> bool:
        settings = self._settings
        done = await self._nursery.obey(act, settings.database_url, str(settings.data_dir), *words)
        if not done:
            log.error("%s %s broke off", act, " ".join(words))
        return done

    async def _fail(self, import_id: UUID, sentence: str) -> None:
        try:
            async with self._database.transaction() as session:
                now = await self._database.now(session)
                await ItemImports(session, now).fail(import_id, sentence)
        except (DatabaseUnavailable, ItemBankError):
            log.warning("import %s: %s", import_id, sentence)  # it will be seen to be silent
