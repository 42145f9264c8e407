"""release: what stands between held results and their release, and the release itself."""

import json
from typing import Any
from uuid import UUID

from exam_engine.commands import Refused
from exam_engine.commands.acts import Arguments, Environ, done, person_id_of
from exam_engine.database import Database, Session
from exam_engine.release import carrying_out
from exam_engine.release.checks import Check, obstacles
from exam_engine.release.errors import ReleaseError
from exam_engine.release.queries import find_forms, get_released_form
from exam_engine.release.tables import Release

REFUSALS = (ReleaseError,)


def add_to(commands: Any) -> None:
    subject = commands.add_parser("release", help="release held results of a form")
    acts = subject.add_subparsers(dest="act", required=True, metavar="ACT")
    check = acts.add_parser(
        "check",
        help="what stands between a form's held results and their release",
        epilog="example: exam-engine release check 2026-B --json   (exit code 1: something does)",
    )
    check.set_defaults(run=run_check)
    run = acts.add_parser(
        "run",
        help="tell everybody at once whose result of a form is held",
        epilog='example: exam-engine release run 2026-B --by noor@example.org --reason "Standard"',
    )
    run.add_argument("--by", metavar="EMAIL", help="who releases, for the record")
    run.add_argument("--reason", default="", help="a note for the record")
    run.set_defaults(run=run_release)
    for command in (check, run):
        command.add_argument("form", metavar="FORM", help="the form's code")
        command.add_argument("--exam", metavar="CODE", help="where two exams have such a form")
        command.add_argument("--json", action="store_true", help="for machines")
        command.add_argument("--data", metavar="DIR", help="data directory (default: ./data)")


async def _form(session: Session, arguments: Arguments) -> UUID:
    found = await find_forms(session, arguments.form, arguments.exam)
    if not found:
        raise Refused(f"There is no form {arguments.form}.")
    if len(found) > 1:
        raise Refused(f"{len(found)} exams have a form {arguments.form}: name one with --exam.")
    return found[0].id


def run_check(arguments: Arguments, environ: Environ) -> int:
    async def look(database: Database) -> tuple[str, list[Check], int]:
        async with database.reading() as session:
            form_id = await _form(session, arguments)
            form, _ = await get_released_form(session, form_id)
        found, ready = await carrying_out.look(database, form_id)
        return form.purpose, found, ready

    purpose, found, ready = done(arguments, environ, look, *REFUSALS)
    blocked = obstacles(found)
    if arguments.json:
        document = {
            "form": arguments.form,
            "purpose": purpose,
            "ready": ready,
            "checks": [check.to_json() for check in found],
            "obstacles": blocked,
        }
        print(json.dumps(document, indent=2))
        return 1 if blocked else 0
    print(f"Form {arguments.form} ({purpose}): {ready} results would be released.")
    for check in found:
        mark = "met" if check.met else "BLOCKS" if check.blocks else "to know"
        print(f"  {mark:<8}{check.title}: {check.sentence}")
        if not check.met and check.next_step:
            print(f"          {check.next_step}")
    return 1 if blocked else 0


def run_release(arguments: Arguments, environ: Environ) -> int:
    async def act(database: Database) -> Release:
        async with database.reading() as session:
            form_id = await _form(session, arguments)
            by = await person_id_of(session, arguments.by)
        return await carrying_out.release(database, form_id, by, arguments.reason)

    made: Release = done(arguments, environ, act, *REFUSALS)
    if arguments.json:
        document = {
            "id": str(made.id),
            "form": arguments.form,
            "count": made.count,
            "passed": made.passed,
            "conversion": made.conversion_number,
            "released_at": made.released_at.isoformat() if made.released_at else None,
        }
        print(json.dumps(document, indent=2))
    elif made.released_at is None:
        print("The release is asked for. A second person confirms it with the same command.")
    else:
        print(f"{made.count} results of {arguments.form} are released; {made.passed} passed.")
    return 0
