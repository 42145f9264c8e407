"""calibrations start, list, show, approve, cancel; import and export are in `calibration_data`."""

import asyncio
import json
from typing import Any, Literal
from uuid import UUID

import msgspec

from exam_engine.calibration import queries
from exam_engine.calibration.approval import left_out
from exam_engine.calibration.errors import CalibrationError
from exam_engine.calibration.plans import MODELS, Exclusion, Plan, exclusions_in
from exam_engine.calibration.scales.queries import list_outdated
from exam_engine.calibration.service import CalibrationRuns
from exam_engine.calibration.states import OPEN
from exam_engine.calibration.tables import CalibrationRun
from exam_engine.commands import calibration_data
from exam_engine.commands.acts import Arguments, Environ, done, find_run_id, person_id_of, usual
from exam_engine.commands.progress import Progress
from exam_engine.database import Database
from item_bank.errors import ItemBankError

LOOK_EVERY_S = 0.5

REFUSALS = (CalibrationError, ItemBankError)


def add_to(commands: Any) -> None:
    calibrations = commands.add_parser(
        "calibrations", help="item parameters from the answers that candidates gave"
    )
    acts = calibrations.add_subparsers(
        dest="act", required=True, metavar="start|list|show|approve|cancel|import|export"
    )
    start = acts.add_parser(
        "start",
        help="ask for a run; a worker carries it through",
        epilog="example: exam-engine calibrations start --exam CTO-PRACTICE --model 2PL --wait",
    )
    start.add_argument("--exam", required=True, metavar="CODE")
    start.add_argument("--form", action="append", default=[], metavar="CODE", help="default: all")
    start.add_argument("--model", choices=MODELS, default="2PL")
    start.add_argument("--prior", action="append", default=[], metavar="c=beta:5,17")
    start.add_argument("--groups", choices=["none", "form", "administration"], default="none")
    start.add_argument(
        "--anchors", choices=["none", "current"], default="none", help="current: stay on the scale"
    )
    start.add_argument(
        "--leave-out", action="append", default=[], metavar="ITEM:REASON", help="repeat for more"
    )
    start.add_argument("--key", default="", help="the same key gives the same run")
    start.add_argument("--wait", action="store_true", help="until the run has ended")
    usual(start, by=True)
    start.set_defaults(run=run_start)
    listing = acts.add_parser(
        "list", help="the newest runs", epilog="example: exam-engine calibrations list --json"
    )
    usual(listing)
    listing.set_defaults(run=run_list)
    show = acts.add_parser(
        "show",
        help="a run, its certificate and its flagged items",
        epilog="example: exam-engine calibrations show 0f3a... --json",
    )
    show.add_argument("id", metavar="RUN")
    usual(show)
    show.set_defaults(run=run_show)
    for act, words in (
        ("approve", "let its parameters into the bank"),
        ("cancel", "end a run that waits or is under way"),
    ):
        decide = acts.add_parser(
            act, help=words, epilog=f"example: exam-engine calibrations {act} 0f3a..."
        )
        decide.add_argument("id", metavar="RUN")
        if act == "approve":
            decide.add_argument("--reason", default="")
        usual(decide, by=True)
        decide.set_defaults(run=run_approve if act == "approve" else run_cancel)
    calibration_data.add_to(acts)


def _plan(arguments: Arguments) -> Plan:
    kind: Literal["item"] = "item"
    exclusions: tuple[Exclusion, ...] = exclusions_in("\n".join(arguments.leave_out), kind)
    return Plan(
        exam=arguments.exam,
        forms=tuple(arguments.form),
        groups=arguments.groups,
        exclusions=exclusions,
        model=arguments.model,
        priors=tuple(arguments.prior),
        anchors=arguments.anchors,
    )


def run_start(arguments: Arguments, environ: Environ) -> int:
    async def start(database: Database) -> CalibrationRun:
        async with database.transaction() as session:
            by = await person_id_of(session, arguments.by)
            runs = CalibrationRuns(session, await database.now(session))
            run, _ = await runs.request(_plan(arguments), by, arguments.key)
        if arguments.wait:
            run = await _ended(database, run.id)
        return run

    run = done(arguments, environ, start, *REFUSALS)
    _print_run(run, as_json=arguments.json)
    return 1 if run.state == "failed" else 0


async def _ended(database: Database, run_id: UUID) -> CalibrationRun:
    """Wait for a worker to end the run."""
    with Progress() as progress:
        while True:
            async with database.reading() as session:
                run = await queries.get_run(session, run_id)
            if run.state not in OPEN:
                return run
            progress.step(run.progress.get("doing", "Waiting for a worker (exam-engine worker)"))
            await asyncio.sleep(LOOK_EVERY_S)


def run_list(arguments: Arguments, environ: Environ) -> int:
    async def listing(database: Database) -> list[queries.ListedRun]:
        async with database.reading() as session:
            return await queries.list_runs(session)

    found = done(arguments, environ, listing, *REFUSALS)
    if arguments.json:
        print(json.dumps([_document(one.run) for one in found]))
        return 0
    for one in found:
        run = one.run
        size = f"{run.n_persons:,} candidates" if run.n_persons else ""
        print(
            f"{str(run.id)[:8]}  {run.requested_at:%Y-%m-%d %H:%M}  {run.state:<9}  "
            f"{one.exam}  {run.plan['model']}  {size}"
        )
    return 0


def run_show(arguments: Arguments, environ: Environ) -> int:
    async def show(database: Database) -> tuple[CalibrationRun, Any, list[str]]:
        async with database.reading() as session:
            run_id = await find_run_id(session, arguments.id)
            run = await queries.get_run(session, run_id, whole=True)
            outdated = await list_outdated(session, run)
            return run, await queries.list_run_items(session, run.id), outdated

    run, rows, outdated = done(arguments, environ, show, *REFUSALS)
    if arguments.json:
        items = [
            {"code": row.code, "n": row.n, "flags": row.flags, **row.parameters} for row in rows
        ]
        more = {"outcome": run.outcome, "outdated": outdated, "items": items}
        print(json.dumps({**_document(run), **more}))
        return 0
    _print_run(run, as_json=False)
    for line in run.log:
        print(f"  {line['at'][11:19]}  {line['text']}")
    if run.outcome:
        certificate = run.outcome["calibration"]["certificate"]
        print(
            f"Log likelihood {run.outcome['calibration']['log_likelihood']:.4f}, largest gradient "
            f"{certificate['largest_gradient']:.2g}, {certificate['cycles']} cycles. "
            f"Digits {run.digits[:16]}"
        )
        for one in left_out(rows):
            print(f"  {one.code} would stay out: {one.reason}.")
        for code in outdated:
            print(f"  {code} is older here than what was decided about its key: calibrate again.")
    return 0


def run_approve(arguments: Arguments, environ: Environ) -> int:
    async def approve(database: Database) -> tuple[str, int]:
        async with database.transaction() as session:
            run_id = await find_run_id(session, arguments.id)
            by = await person_id_of(session, arguments.by)
            runs = CalibrationRuns(session, await database.now(session))
            stored = await runs.approve(run_id, by, arguments.reason)
            return stored.scale, stored.version

    scale, version = done(arguments, environ, approve, *REFUSALS)
    if arguments.json:
        print(json.dumps({"scale": scale, "version": version}))
    else:
        print(f"Approved: the bank holds the parameters as {scale}, version {version}.")
    return 0


def run_cancel(arguments: Arguments, environ: Environ) -> int:
    async def cancel(database: Database) -> CalibrationRun:
        async with database.transaction() as session:
            run_id = await find_run_id(session, arguments.id)
            by = await person_id_of(session, arguments.by)
            return await CalibrationRuns(session, await database.now(session)).cancel(run_id, by)

    _print_run(done(arguments, environ, cancel, *REFUSALS), as_json=arguments.json)
    return 0


def _document(run: CalibrationRun) -> dict[str, Any]:
    names = ("id", "state", "plan", "stage", "n_persons", "n_items", "data_hash", "digits")
    more = ("failure", "requested_at", "ended_at", "scale", "parameters_version")
    document: dict[str, Any] = msgspec.to_builtins(
        {name: getattr(run, name) for name in (*names, *more)}
    )
    return document


def _print_run(run: CalibrationRun, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_document(run)))
        return
    print(f"Run {run.id}: {run.state}.")
    if run.failure:
        print(run.failure)
