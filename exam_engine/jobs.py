"""Calibration runs as durable workflows (DBOS): each stage is a step that is done once.

A worker that is killed loses at most the stage it was at: the next one finds the workflow, passes
over the steps that are recorded, and goes on.  What a step computes is computed in a process of
the run's own (`exam_engine.calibration.process`), so that this one stays small, and nothing that
a computation does can end it.
"""

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from dbos import DBOS, DBOSConfig, SetWorkflowID

from exam_engine.calibration.service import CalibrationRuns
from exam_engine.calibration.states import STAGES, Stage
from exam_engine.database import Database, DatabaseUnavailable
from exam_engine.settings import Settings

log = logging.getLogger(__name__)

VERSION = "1"
"""Of the workflow's steps; with another version an old worker's runs would not be recovered, so
it changes only when steps are added, taken away or reordered."""
SCHEMA = "jobs"
WORKFLOW = "calibration"
DONE, OVER = "done", "over"
ASK_AGAIN_S = 2.0
BROKE = "Something went wrong on our side: the run was ended and the cause noted in the log."
KEPT_FROM_RUNS = frozenset({"EXAM_SECRET_KEY", "EXAM_REDIS_URL"})
"""A run's process needs the database and nothing else of ours."""


def system_url(settings: Settings) -> str:
    """Where the jobs' own records are: a file beside exam.db, or the database itself."""
    if settings.is_sqlite:
        return f"sqlite:///{settings.data_dir / 'jobs.db'}"
    scheme, _, rest = settings.database_url.partition("://")
    assert scheme.startswith("postgresql")  # noqa: S101 - `Settings` knows two databases
    return f"postgresql+psycopg://{rest.replace('?ssl=', '?sslmode=')}"


class RunChild:
    """The process of one run; it ends with this object, or with the worker."""

    def __init__(self, run_id: UUID, environment: Mapping[str, str]) -> None:
        self.run_id = run_id
        self._process = subprocess.Popen(
            [sys.executable, "-m", "exam_engine.calibration.process", str(run_id)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(environment),
            text=True,
        )

    def ask(self, stage: Stage) -> dict[str, Any] | None:
        """What it answered; None where it ended instead."""
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        assert self._process.stdout is not None  # noqa: S101
        try:
            self._process.stdin.write(f"{stage}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        line = self._process.stdout.readline()
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError:
            return None
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # what it never read
                    stream.close()


class Jobs:
    """The workflows of one worker.  ``loop`` is where its database lives."""

    def __init__(
        self, settings: Settings, database: Database, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._settings = settings
        self._database = database
        self._loop = loop
        self._child: RunChild | None = None
        self._one_at_a_time = threading.Lock()
        self._workflow: Any = None

    def launch(self) -> None:
        """Open the records and take up what an earlier worker left."""
        config: DBOSConfig = {
            "name": "exam-engine",
            "system_database_url": system_url(self._settings),
            "dbos_system_schema": SCHEMA,
            "application_version": VERSION,
            "executor_id": "worker",  # there is one at a time: see `exam_engine.worker`
            "enable_otlp": False,
            "log_level": "ERROR",
            "console_log_level": "ERROR",
            "sys_db_pool_size": 3,
            "max_executor_threads": 4,
        }
        DBOS(config=config)

        @DBOS.step(name="stage")
        def do_stage(run: str, stage: str) -> str:
            return self._stage(UUID(run), Stage(stage))

        @DBOS.workflow(name=WORKFLOW)
        def calibration(run: str) -> str:
            for stage in STAGES:
                outcome = do_stage(run, stage)
                if outcome != DONE:
                    return outcome
            return DONE

        self._workflow = calibration
        DBOS.launch()

    def carry_through(self, run_id: UUID) -> None:
        """Start a run's workflow, or wait for the one that was taken up; return at its end."""
        try:
            if DBOS.get_workflow_status(str(run_id)) is None:
                with SetWorkflowID(str(run_id)):
                    DBOS.start_workflow(self._workflow, str(run_id))
            DBOS.retrieve_workflow(str(run_id)).get_result()
        except Exception:  # a broken workflow must not stop the ones after it
            log.exception("the workflow of run %s broke", run_id)
        self._end_child()
        self._patiently(lambda runs: runs.fail(run_id, BROKE))  # unless it came to its end

    def _stage(self, run_id: UUID, stage: Stage) -> str:
        with self._one_at_a_time:
            while self._patiently(lambda runs: runs.begin(run_id, stage)):
                child = self._child_of(run_id)
                answer = child.ask(stage)
                if answer is not None:
                    return str(answer["answer"])
                log.warning("the process of run %s ended at %s", run_id, stage)
                self._end_child()
        return OVER

    def _child_of(self, run_id: UUID) -> RunChild:
        if self._child is None or self._child.run_id != run_id:
            self._end_child()
            kept = {k: v for k, v in os.environ.items() if k not in KEPT_FROM_RUNS}
            kept |= {
                "EXAM_DATABASE_URL": self._settings.database_url,
                "OPENBLAS_NUM_THREADS": "1",
            }
            self._child = RunChild(run_id, kept)
        return self._child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _patiently(self, act: Callable[[CalibrationRuns], Coroutine[Any, Any, Any]]) -> Any:
        """One act in a transaction of its own on the worker's loop, for as long as it takes."""

        async def once() -> Any:
            async with self._database.transaction() as session:
                return await act(CalibrationRuns(session, await self._database.now(session)))

        while True:
            try:
                return asyncio.run_coroutine_threadsafe(once(), self._loop).result()
            except DatabaseUnavailable:
                log.warning("the database does not answer; asking again")
                time.sleep(ASK_AGAIN_S)
