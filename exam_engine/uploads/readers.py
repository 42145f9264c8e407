"""The processes that read files, one at a time, and what becomes of a file while it waits."""

import asyncio
import logging
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from exam_engine.database import Database, DatabaseUnavailable
from exam_engine.settings import Settings
from exam_engine.uploads.sweeping import BROKE_OFF, remove_old_files, sweep
from item_bank.errors import ItemBankError
from item_bank.imports.service import ItemImports

log = logging.getLogger(__name__)

LONGEST_S = 600
SWEEPS_EVERY_S = 60.0
TOOK_TOO_LONG = "Reading took over 10 minutes and was ended. Nothing was imported. Split the file."
STOPPED = "The server was stopped while it read the file. Nothing was imported. Upload it again."
# A reader needs the database and nothing else of ours.
KEPT_FROM_READERS = frozenset({"EXAM_SECRET_KEY", "EXAM_REDIS_URL"})


class ExportFailed(ItemBankError):
    code = "export_failed"

    def __init__(self) -> None:
        super().__init__("The file could not be made. Try again, or export fewer items.")


class FileReaders:
    """Starts one process a file.  ``directory`` holds files that are being received or read."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
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

    def start(self) -> None:
        """Sweep up what was left behind, now and every minute."""
        self._keep(asyncio.create_task(self._sweep_for_ever(), name="uploads sweeper"))

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

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
        try:
            code = await self._run("exam_engine.uploads.exporting", form, str(file), *states)
        except TimeoutError:
            code = 1
        if code:
            await asyncio.to_thread(file.unlink, missing_ok=True)
            raise ExportFailed
        return file

    async def _read_apart(self, import_id: UUID, file: Path) -> str:
        """Why the reading failed; empty where it did not."""
        try:
            code = await self._run("exam_engine.uploads", str(import_id), str(file))
        except TimeoutError:
            return TOOK_TOO_LONG
        return BROKE_OFF if code else ""

    async def _run(self, module: str, *words: str) -> int:
        """The exit code of a process of ours.  Raises TimeoutError."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *words),
            env=self._environment(os.environ),
            stdin=asyncio.subprocess.DEVNULL,
        )
        try:
            code = await asyncio.wait_for(process.wait(), LONGEST_S)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if code:
            log.error("%s ended with code %s", module, code)
        return code

    def _environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in environ.items() if name not in KEPT_FROM_READERS}
        return kept | {
            "EXAM_DATABASE_URL": self._settings.database_url,
            "EXAM_DATA_DIR": str(self._settings.data_dir),
        }

    async def _fail(self, import_id: UUID, sentence: str) -> None:
        try:
            async with self._database.transaction() as session:
                now = await self._database.now(session)
                await ItemImports(session, now).fail(import_id, sentence)
        except (DatabaseUnavailable, ItemBankError):
            log.warning("import %s: %s", import_id, sentence)  # it will be seen to be silent
