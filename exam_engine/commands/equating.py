"""equating plan, run, show, approve."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from exam_engine.calibration.errors import PlanUnsound
from exam_engine.calibration.plans import exclusions_in
from exam_engine.commands import Refused
from exam_engine.commands.acts import Arguments, Environ, done, person_id_of
from exam_engine.database import Database, Session
from exam_engine.equating import computing, queries
from exam_engine.equating.errors import EquatingError
from exam_engine.equating.methods import METHOD_WORDS
from exam_engine.equating.plans import METHODS, RULE_WORDS, Plan
from exam_engine.equating.service import Equatings
from exam_engine.equating.tables import Equating
from exam_engine.exams.errors import ExamError

REFUSALS = (EquatingError, ExamError, PlanUnsound)


def add_to(commands: Any) -> None:
    equating = commands.add_parser(
        "equating", help="a new form's conversion table, from a form that has one"
    )
    acts = equating.add_subparsers(dest="act", required=True, metavar="plan|run|show|approve")
    for act, words, run in (
        ("plan", "what two forms share, and what the data support; nothing is kept", run_plan),
        ("run", "compute a draft; the form's table stays as it is", run_run),
    ):
        command = acts.add_parser(
            act,
            help=words,
            epilog=f"example: exam-engine equating {act} --exam CTO-PRACTICE --form F-2 --base F-1",
        )
        command.add_argument("--exam", required=True, metavar="CODE")
        command.add_argument("--form", required=True, metavar="CODE", help="whose table is wanted")
        command.add_argument("--base", required=True, metavar="CODE", help="whose scale it is")
        command.add_argument("--method", choices=METHODS, help="default: what the data support")
        command.add_argument("--rule", choices=tuple(RULE_WORDS), default="none")
        command.add_argument(
            "--leave-out", action="append", default=[], metavar="ITEM:REASON", help="repeatable"
        )
        _usual(command, by=act == "run")
        command.set_defaults(run=run)
    show = acts.add_parser(
        "show",
        help="an equating with its table",
        epilog="example: exam-engine equating show 0f3a... --json",
    )
    show.add_argument("id", metavar="EQUATING")
    _usual(show)
    show.set_defaults(run=run_show)
    approve = acts.add_parser(
        "approve",
        help="let its table replace the form's provisional one, once",
        epilog="example: exam-engine equating approve 0f3a... --by sol@example.org",
    )
    approve.add_argument("id", metavar="EQUATING")
    approve.add_argument("--reason", default="")
    _usual(approve, by=True)
    approve.set_defaults(run=run_approve)


def _usual(command: Any, *, by: bool = False) -> None:
    if by:
        command.add_argument("--by", metavar="EMAIL", help="who does it, for the record")
    command.add_argument("--json", action="store_true", help="for machines")
    command.add_argument("--data", metavar="DIR", help="data directory (default: ./data)")


async def _find(session: Session, text: str) -> UUID:
    """An equating by its id, or by the beginning of it that only it has."""
    found = [
        one.equating.id
        for one in await queries.list_equatings(session, 1000)
        if str(one.equating.id).startswith(text.lower())
    ]
    if len(found) != 1:
        raise Refused(f"{len(found) or 'No'} equatings begin with {text}.")
    return found[0]


def _plan(arguments: Arguments) -> Plan:
    return Plan(
        exam=arguments.exam,
        form=arguments.form,
        base=arguments.base,
        method=arguments.method,
        rule=arguments.rule,
        left_out=exclusions_in("\n".join(arguments.leave_out)),
    )


def run_plan(arguments: Arguments, environ: Environ) -> int:
    """Exit code 1 where the forms cannot be equated so."""

    async def plan(database: Database) -> dict[str, Any]:
        return await computing.look(database, _plan(arguments))

    seen = done(arguments, environ, plan, *REFUSALS)
    if arguments.json:
        print(json.dumps(seen))
        return 1 if seen["refusals"] else 0
    _print_anchors(seen)
    for one in seen["methods"]:
        mark = "yes" if one["supported"] else "few" if one["possible"] else "no "
        print(f"  {mark}  {one['method']:<18} {one['why']}")
    for sentence in (*seen["refusals"], *seen["warnings"]):
        print(sentence)
    return 1 if seen["refusals"] else 0


def _print_anchors(seen: Mapping[str, Any]) -> None:
    kept = [row for row in seen["anchors"] if not row["left_out"]]
    print(
        f"{seen['form']['code']} to {seen['base']['code']}: {len(kept)} anchors, "
        f"{seen['share']:.0%} of the form."
    )
    print(seen["drift"]["sentence"])
    for row in seen["anchors"]:
        if row["left_out"] or row["over"]:
            what = f"left out: {row['reason']}" if row["left_out"] else "may have drifted"
            moved = "" if row["moved"] is None else f" {row['moved']:+.2f}"
            print(f"  {row['code']}{moved}  {what}")


def run_run(arguments: Arguments, environ: Environ) -> int:
    async def run(database: Database) -> Equating:
        async with database.reading() as session:
            by = await person_id_of(session, arguments.by)
        return await computing.compute(database, _plan(arguments), by)

    _print_equating(done(arguments, environ, run, *REFUSALS), as_json=arguments.json)
    return 0


def run_show(arguments: Arguments, environ: Environ) -> int:
    async def show(database: Database) -> Equating:
        async with database.reading() as session:
            return await queries.get_equating(
                session, await _find(session, arguments.id), whole=True
            )

    _print_equating(done(arguments, environ, show, *REFUSALS), as_json=arguments.json)
    return 0


def run_approve(arguments: Arguments, environ: Environ) -> int:
    async def approve(database: Database) -> Equating:
        async with database.transaction() as session:
            equating_id = await _find(session, arguments.id)
            by = await person_id_of(session, arguments.by)
            acts = Equatings(session, await database.now(session))
            return await acts.approve(equating_id, by, arguments.reason)

    found = done(arguments, environ, approve, *REFUSALS)
    if arguments.json:
        print(json.dumps(_document(found)))
    else:
        print(f"Approved: {found.plan['form']} has its table by equating {found.id}.")
    return 0


def _document(found: Equating) -> dict[str, Any]:
    names = ("id", "state", "method", "plan", "data_hash", "requested_at", "decided_at", "report")
    document: dict[str, Any] = msgspec.to_builtins({name: getattr(found, name) for name in names})
    return document


def _print_equating(found: Equating, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_document(found)))
        return
    report = found.report
    print(f"Equating {found.id}: {found.state}. {METHOD_WORDS[report['method']['method']]}.")
    for sentence in report["warnings"]:
        print(sentence)
    print(f"{report['raw_cut']} of {report['form']['scored']} right pass. {report['errors']}")
    print("  right  equivalent  error  reported")
    for row in report["rows"]:
        error = "    –" if row["error"] is None else f"{row['error']:5.2f}"
        print(f"  {row['raw']:>5}  {row['equivalent']:>10.2f}  {error}  {row['reported']:>8}")
