"""standards list, show, adopt."""

import json
from typing import Any
from uuid import UUID

import msgspec

from exam_engine.commands import Refused
from exam_engine.commands.acts import Arguments, Environ, done, person_id_of
from exam_engine.database import Database, Session
from exam_engine.exams.errors import ExamError
from exam_engine.standards import proceedings, queries
from exam_engine.standards.errors import StandardsError
from exam_engine.standards.service import Panels
from exam_engine.standards.states import PanelState
from exam_engine.standards.tables import Standard, StandardPanel

REFUSALS = (StandardsError, ExamError)


def add_to(commands: Any) -> None:
    standards = commands.add_parser("standards", help="panels of judges, and what was adopted")
    acts = standards.add_subparsers(dest="act", required=True, metavar="list|show|adopt")
    listing = acts.add_parser(
        "list", help="the newest panels", epilog="example: exam-engine standards list --json"
    )
    listing.set_defaults(run=run_list)
    show = acts.add_parser(
        "show",
        help="a panel, its rounds and its standard",
        epilog="example: exam-engine standards show 0f3a...",
    )
    show.add_argument("id", metavar="PANEL")
    show.set_defaults(run=run_show)
    adopt = acts.add_parser(
        "adopt",
        help="sign: the first signature proposes the cut, the second, another person's, adopts it",
        epilog="example: exam-engine standards adopt 0f3a... --cut 64 --by noor@example.org",
    )
    adopt.add_argument("id", metavar="PANEL")
    adopt.add_argument("--cut", type=int, required=True, help="the lowest raw score that passes")
    adopt.add_argument("--by", required=True, metavar="EMAIL", help="who signs")
    adopt.add_argument("--reason", default="", help="where the cut is not the recommended one")
    adopt.set_defaults(run=run_adopt)
    for command in (listing, show, adopt):
        command.add_argument("--json", action="store_true", help="for machines")
        command.add_argument("--data", metavar="DIR", help="data directory (default: ./data)")


async def _find(session: Session, text: str) -> UUID:
    """A panel by its id, or by the beginning of it that only it has."""
    listed = await queries.list_panels(session, limit=1000)
    found = [one.panel.id for one in listed if str(one.panel.id).startswith(text.lower())]
    if len(found) != 1:
        raise Refused(
            f"{len(found) or 'No'} panels begin with {text}. See: exam-engine standards list"
        )
    return found[0]


def run_list(arguments: Arguments, environ: Environ) -> int:
    async def listing(database: Database) -> list[queries.ListedPanel]:
        async with database.reading() as session:
            return await queries.list_panels(session)

    found = done(arguments, environ, listing, *REFUSALS)
    if arguments.json:
        print(
            json.dumps(
                [
                    {
                        **_document(one.panel, one.standard),
                        "exam": one.exam.code,
                        "form": one.form.code,
                    }
                    for one in found
                ]
            )
        )
        return 0
    for one in found:
        cut = f"recommended {one.standard.cut_recommended:.2f}" if one.standard else ""
        panel = one.panel
        line = (
            f"{str(panel.id)[:8]}  {panel.created_at:%Y-%m-%d}  {panel.state:<11}  "
            f"{one.exam.code} {one.form.code}  {panel.method}  {panel.title}  {cut}"
        )
        print(line.rstrip())
    return 0


def run_show(arguments: Arguments, environ: Environ) -> int:
    async def show(
        database: Database,
    ) -> tuple[StandardPanel, Standard | None, list[queries.ListedJudge]]:
        async with database.reading() as session:
            panel_id = await _find(session, arguments.id)
            return (
                await queries.get_panel(session, panel_id, whole=True),
                await queries.find_standard(session, panel_id),
                await queries.list_judges(session, panel_id),
            )

    panel, standard, judges = done(arguments, environ, show, *REFUSALS)
    if arguments.json:
        names = [{"name": one.name, "left_out_round": one.judge.left_out_round} for one in judges]
        whole = {**_document(panel, standard), "judges": names, "reports": panel.reports}
        print(json.dumps(whole))
        return 0
    _print(panel, standard)
    for number, report in sorted(panel.reports.items(), key=lambda one: int(one[0])):
        print(
            f"  Round {number}: {report['cut']:.2f} of {report['highest']:g} points, standard "
            f"error {report['standard_error']:.2f}, {report['n_judges']} judges"
        )
    for line in panel.log:
        print(f"  {line['at'][:16].replace('T', ' ')}  {line['text']}")
    return 0


def run_adopt(arguments: Arguments, environ: Environ) -> int:
    async def adopt(database: Database) -> tuple[StandardPanel, Standard]:
        async with database.reading() as session:
            panel_id = await _find(session, arguments.id)
            signer = await person_id_of(session, arguments.by)
            panel = await queries.get_panel(session, panel_id)
        if signer is None:
            raise Refused("Name who signs: --by EMAIL.")
        if panel.state == PanelState.PROPOSED:
            standard = await proceedings.confirm(database, panel_id, arguments.cut, signer)
        else:
            async with database.transaction() as session:
                panels = Panels(session, await database.now(session))
                standard = await panels.propose(panel_id, arguments.cut, signer, arguments.reason)
        async with database.reading() as session:
            return await queries.get_panel(session, panel_id), standard

    panel, standard = done(arguments, environ, adopt, *REFUSALS)
    if arguments.json:
        print(json.dumps(_document(panel, standard)))
        return 0
    _print(panel, standard)
    return 0


def _document(panel: StandardPanel, standard: Standard | None) -> dict[str, Any]:
    names = ("id", "title", "method", "state", "round", "n_rounds", "created_at")
    signed = (
        *("cut_recommended", "standard_error", "cut_adopted", "reason"),
        *("first_by", "first_at", "second_by", "second_at"),
    )
    document: dict[str, Any] = msgspec.to_builtins(
        {
            **{name: getattr(panel, name) for name in names},
            "standard": {name: getattr(standard, name) for name in signed} if standard else None,
        }
    )
    return document


def _print(panel: StandardPanel, standard: Standard | None) -> None:
    print(f"Panel {panel.id} ({panel.title}): {panel.state}.")
    if standard is None:
        return
    print(
        f"Recommended {standard.cut_recommended:.2f}, standard error {standard.standard_error:.2f}."
    )
    if standard.second_by is not None:
        print(f"Adopted {standard.cut_adopted}: the form has its conversion table.")
    elif standard.first_by is not None:
        print(f"Proposed {standard.cut_adopted}: another person signs second.")
