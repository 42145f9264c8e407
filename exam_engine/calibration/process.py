"""The process that computes a run: ``python -m exam_engine.calibration.process RUN``.

It is told the name of a stage on a line of its input and answers with a line of JSON: done, over
(the run is not to go on) or failed.  It keeps what each stage made in the database, tells the run
how far it is, and looks whether the run was cancelled; then it ends at once, in the middle of
whatever it was doing.  It ends too when nobody is left to tell it anything.
"""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from exam_engine.analysis.errors import BadFile
from exam_engine.calibration import stages
from exam_engine.calibration.cluster import workers_of
from exam_engine.calibration.errors import CalibrationError
from exam_engine.calibration.freezing.queries import forms_at_cut, freeze
from exam_engine.calibration.frozen import Frozen
from exam_engine.calibration.plans import Plan
from exam_engine.calibration.queries import (
    forms_of,
    get_exam_of,
    get_run,
    list_form_questions,
    read_artifacts,
    read_documents,
)
from exam_engine.calibration.scales.queries import list_anchors
from exam_engine.calibration.service import CalibrationRuns, packed
from exam_engine.calibration.states import RunState, Stage
from exam_engine.calibration.tables import CalibrationRun
from exam_engine.database import Database, DatabaseUnavailable

log = logging.getLogger(__name__)

TELL_EVERY_S = 1.0
TRIES = 6
"""At a database that other writers keep busy: each waits up to ten seconds."""
DONE, OVER, FAILED = "done", "over", "failed"
Document = dict[str, Any]


class Watched:
    """What the computing thread says of itself; the loop passes it on."""

    def __init__(self) -> None:
        self.now: Document = {}

    def step(self, doing: str) -> None:
        self.now = {**self.now, "doing": doing}

    def cycle(self, cycles: int, objective: float) -> None:
        self.now = {**self.now, "cycles": cycles, "objective": round(objective, 4)}


class RunProcess:
    """The stages of one run."""

    def __init__(self, database: Database, run_id: UUID) -> None:
        self._database = database
        self._run_id = run_id

    async def do(self, stage: Stage) -> Document:
        """One stage to its end; what it is answered with."""
        watched = Watched()
        telling = asyncio.create_task(self._tell(watched))
        started = time.monotonic()
        try:
            kept = await self._stages()[stage](watched)
        except (CalibrationError, BadFile) as refusal:
            sentence = str(refusal)
            await self._patiently(lambda runs: runs.fail(self._run_id, sentence))
            return {"answer": FAILED, "sentence": sentence}
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        seconds = round(time.monotonic() - started, 2)
        return {"answer": DONE if kept else OVER, "seconds": seconds}

    def _stages(self) -> dict[Stage, Callable[[Watched], Awaitable[bool]]]:
        return {
            Stage.FREEZE: self._freeze,
            Stage.CALIBRATE: self._calibrate,
            Stage.FIT: self._fit,
            Stage.CLASSICAL: self._classical,
            Stage.INFORMATION: self._information,
            Stage.FINISH: self._finish,
        }

    async def _tell(self, watched: Watched) -> None:
        """Pass progress on, and end this process when the run is over."""
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            said, watched.now = watched.now, {}
            try:
                goes_on = await (self._said(said) if said else self._goes_on())
            except DatabaseUnavailable:
                continue
            if not goes_on:
                answer({"answer": OVER})
                os._exit(0)

    async def _said(self, said: Document) -> bool:
        async with self._database.transaction() as session:
            runs = CalibrationRuns(session, await self._database.now(session))
            return await runs.tell(self._run_id, said)

    async def _goes_on(self) -> bool:
        async with self._database.reading() as session:
            return (await get_run(session, self._run_id)).state == RunState.RUNNING

    async def _patiently(self, act: Callable[[CalibrationRuns], Awaitable[Any]]) -> Any:
        """One act in a transaction of its own, again while other writers keep the database."""
        for left in reversed(range(TRIES)):
            try:
                async with self._database.transaction() as session:
                    now = await self._database.now(session)
                    return await act(CalibrationRuns(session, now))
            except DatabaseUnavailable:
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    async def _keep(self, artifacts: dict[str, bytes], line: str, **facts: Any) -> bool:
        kept: bool = await self._patiently(
            lambda runs: runs.keep(self._run_id, artifacts, line, **facts)
        )
        return kept

    async def _read(self, *names: str) -> tuple[CalibrationRun, Plan, Document]:
        """The run, its plan, and these documents; ``frozen`` is a `Frozen`."""
        async with self._database.reading() as session:
            run = await get_run(session, self._run_id)
            documents: Document = await read_documents(
                session, self._run_id, [name for name in names if name != "frozen"]
            )
            if "frozen" in names:
                stored = await read_artifacts(session, self._run_id, ["frozen"])
                documents["frozen"] = Frozen.from_bytes(stored["frozen"])
        return run, Plan.from_json(run.plan), documents

    async def _freeze(self, watched: Watched) -> bool:
        run, plan, _ = await self._read()
        async with self._database.reading() as session:
            before = (
                await read_artifacts(session, run.repeats_id, ["frozen", "anchors"])
                if run.repeats_id
                else {}
            )
            if len(before) < 2:
                watched.step("Reading the answers")
                before = await self._frozen(session, plan)
        frozen = Frozen.from_bytes(before["frozen"])
        again = " of the run before" if run.repeats_id else ""
        n_persons, n_items = frozen.answers.shape
        return await self._keep(
            before,
            f"Data{again}: {n_persons:,} candidates, {n_items:,} items, "
            f"SHA-256 {frozen.sha256[:12]}…",
            data_hash=frozen.sha256,
            n_persons=n_persons,
            n_items=n_items,
        )

    async def _frozen(self, session: Any, plan: Plan) -> dict[str, bytes]:
        frozen = await freeze(session, plan)
        exam = await get_exam_of(session, plan)
        forms = [form.id for form in await forms_of(session, plan, exam)]
        shown = {column.code for column in frozen.columns}
        asked = [one for each in forms for one in await list_form_questions(session, each)]
        there = await list_anchors(session, plan, exam, forms, asked)
        held = [one for one in there.held if one.code in shown]
        anchors = [{"code": one.code, "model": one.model, "values": one.values} for one in held]
        scale = held[0].scale if held else None
        return {
            "frozen": frozen.to_bytes(),
            "anchors": packed({"scale": scale, "items": anchors}),
        }

    async def _calibrate(self, watched: Watched) -> bool:
        _, plan, found = await self._read("frozen", "anchors")
        anchors = [stages.Anchor(**one) for one in found["anchors"]["items"]]

        def calibrated() -> Document:
            rest = (anchors, watched.step, watched.cycle)
            with workers_of(os.environ) as workers:
                return stages.calibrated(found["frozen"], plan, *rest, workers)

        made = await asyncio.to_thread(calibrated)
        report = made["report"]
        told = "converged" if report["converged"] else "did not converge"
        return await self._keep(
            {"calibration": packed(made)},
            f"The estimation {told} after {report['cycles']} cycles; "
            f"largest gradient {report['largest_gradient']:.2g}",
        )

    async def _fit(self, watched: Watched) -> bool:
        _, plan, found = await self._read("frozen", "calibration")
        made = await asyncio.to_thread(
            stages.compared, found["frozen"], plan, found["calibration"], watched.step
        )
        return await self._keep({"fit": packed(made)}, "Fit of items, pairs and the model")

    async def _classical(self, watched: Watched) -> bool:
        _, _, found = await self._read("frozen")
        made = await asyncio.to_thread(stages.classical, found["frozen"], watched.step)
        return await self._keep({"classical": packed(made)}, "Classical figures and key checks")

    async def _information(self, watched: Watched) -> bool:
        _, plan, found = await self._read("frozen", "calibration")
        async with self._database.reading() as session:
            forms = await forms_at_cut(session, plan)
        here = set(found["frozen"].forms)
        made = await asyncio.to_thread(
            stages.informed,
            found["frozen"],
            plan,
            found["calibration"],
            [form for form in forms if form.code in here],
            watched.step,
        )
        return await self._keep({"information": packed(made)}, "Information against the cut")

    async def _finish(self, watched: Watched) -> bool:
        run, _, found = await self._read(
            "frozen", "anchors", "calibration", "fit", "classical", "information"
        )
        calibration, fit = found["calibration"], found["fit"]
        rows = stages.table(found["frozen"], calibration, fit, found["classical"])
        digits = stages.digits(calibration)
        outcome = {
            "converged": calibration["report"]["converged"],
            "anchor_scale": found["anchors"]["scale"],
            "anchored": calibration["anchored"],
            "data_hash": run.data_hash,
            "versions": calibration["versions"],
            "calibration": calibration["report"],
            "fit": fit["report"],
            "populations": calibration["populations"],
            "pairs": fit["pairs"],
            "fairness": fit["fairness"],
            "forms": found["information"]["forms"],
        }
        kept: bool = await self._patiently(
            lambda runs: runs.finish(self._run_id, rows, outcome, digits)
        )
        return kept


def answer(document: Document) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


async def work(run_id: UUID) -> None:
    """Do what is asked until nobody asks any more."""
    database = Database(os.environ["EXAM_DATABASE_URL"])
    process = RunProcess(database, run_id)
    asked: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def listen() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(asked.put_nowait, line.strip())
        os._exit(0)  # whoever told us what to do is gone

    listening = loop.run_in_executor(None, listen)
    try:
        while True:
            answer(await process.do(Stage(await asked.get())))
    finally:
        listening.cancel()
        await database.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(work(UUID(sys.argv[1])))
