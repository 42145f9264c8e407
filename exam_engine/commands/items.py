"""items import, items export, items template."""

import argparse
import asyncio
import json
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from exam_engine.accounts.queries import find_person_by_email
from exam_engine.commands import Refused
from exam_engine.commands.progress import Progress
from exam_engine.commands.serving import settings_for, upgrade
from exam_engine.database import Database
from exam_engine.settings import Settings
from exam_engine.uploads.accepting import accept
from exam_engine.uploads.exporting import ExportFormat, export_items
from exam_engine.uploads.reading import Planned, Upload, keep, patiently, plan_upload
from item_bank.errors import ItemBankError
from item_bank.formats.reading import MAX_FILE_BYTES
from item_bank.formats.spreadsheet_template import csv_template, workbook_template
from item_bank.imports.choices import Choices, OnChange, skipped
from item_bank.imports.detection import FORMAT_NAMES, ImportFormat
from item_bank.imports.planning import Outcome
from item_bank.imports.reports import Group, Severity, grouped, to_json
from item_bank.imports.service import ItemImports
from item_bank.lifecycle import ItemState
from item_bank.media.store import MediaStore

T = TypeVar("T")
TEMPLATES = {"csv": csv_template, "xlsx": workbook_template}
SHOWN = 20
"""Places of one group that are printed; ``--json`` has all."""

_TITLES = {
    Severity.ERROR: "Kept out",
    Severity.WARNING: "To look at",
    Severity.CHECK: "To mend in the drafts",
    Severity.NOTE: "Good to know",
}


def add_to(commands: Any) -> None:
    items = commands.add_parser("items", help="bring questions into the bank, and out of it")
    acts = items.add_subparsers(dest="act", required=True, metavar="import|export|template")
    bring = acts.add_parser(
        "import",
        help="read a file of questions, report, and import it",
        epilog="example: exam-engine items import march.xlsx --dry-run",
    )
    bring.add_argument("file", metavar="FILE", help="CSV, XLSX, GIFT, Aiken, Moodle XML or QTI")
    bring.add_argument("--dry-run", action="store_true", help="report only; store nothing")
    bring.add_argument("--json", action="store_true", help="print the report as JSON")
    bring.add_argument(
        "--area", metavar="CODE", help="the skill area of items for which the file names none"
    )
    bring.add_argument(
        "--on-change",
        choices=[str(choice) for choice in OnChange],
        help="what becomes of items that the bank holds with other content",
    )
    bring.add_argument(
        "--accept-partial", action="store_true", help="import the rest where some are refused"
    )
    bring.add_argument(
        "--format", choices=[str(one) for one in ImportFormat], help="overrule what the file tells"
    )
    bring.add_argument("--by", metavar="EMAIL", help="whose drafts they are")
    bring.add_argument("--data", metavar="DIR")
    bring.set_defaults(run=run_import)
    out = acts.add_parser(
        "export",
        help="write items of the bank to a file",
        epilog="example: exam-engine items export --format qti bank.zip --state operational",
    )
    out.add_argument("--format", required=True, choices=[str(one) for one in ExportFormat])
    out.add_argument("file", metavar="OUT")
    out.add_argument(
        "--state",
        action="append",
        default=[],
        choices=[str(state) for state in ItemState],
        help="only items in this state; may be given again",
    )
    out.add_argument("--json", action="store_true", help="print what is not in the file as JSON")
    out.add_argument("--data", metavar="DIR")
    out.set_defaults(run=run_export)
    template = acts.add_parser(
        "template",
        help="write the table to fill in, with an example",
        epilog="example: exam-engine items template xlsx questions.xlsx",
    )
    template.add_argument("kind", choices=list(TEMPLATES))
    template.add_argument("file", metavar="OUT")
    template.set_defaults(run=run_template)


def run_import(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    upload = _upload(arguments)
    settings = settings_for(arguments, environ)
    upgrade(settings)
    choices = Choices(
        OnChange(arguments.on_change) if arguments.on_change else None,
        partial=arguments.accept_partial,
    )

    async def work(database: Database) -> int:
        by = await _person(database, arguments.by)
        with Progress() as progress:

            def told(doing: str, done: int, of: int) -> None:
                progress.step(f"{doing}, {done:,} of {of:,}" if of > 1 else doing)

            planned = await plan_upload(database, upload, told)
            imported: UUID | None = None
            refusal: ItemBankError | None = None
            if not arguments.dry_run and planned.plan.entries:
                try:
                    _check_choices(planned, choices)
                    imported = await _begin(database, upload, planned, by)
                    await keep(database, imported, planned, _media(settings), told)
                    progress.step("Importing")
                    await accept(database, imported, choices, by)
                except ItemBankError as error:
                    refusal = error
        done = imported if refusal is None else None
        if arguments.json:
            print(json.dumps(_as_json(upload, planned, done), ensure_ascii=False, indent=2))
        else:
            print(_in_words(upload, planned, done, dry_run=arguments.dry_run))
        if refusal is not None:
            raise Refused(str(refusal)) from refusal
        refused = planned.plan.counts["refused"] + planned.plan.counts[Outcome.LOCKED]
        return 1 if refused and done is None else 0

    return _run(settings, work)


def run_export(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_for(arguments, environ)
    upgrade(settings)
    form = ExportFormat(arguments.format)
    states = [ItemState(state) for state in arguments.state]

    async def work(database: Database) -> int:
        with Progress() as progress:
            progress.step("Writing the items")
            exported = await export_items(database, form, states, _media(settings))
        _write(arguments.file, exported.data)
        if arguments.json:
            listed = [{"item": one.item, "sentence": one.sentence} for one in exported.remarks]
            print(json.dumps({"items": exported.items, "remarks": listed}, indent=2))
        else:
            for remark in exported.remarks:
                print(f"{remark.item}: {remark.sentence}")
            count = len(exported.remarks)
            print(f"Wrote {arguments.file}: {exported.items:,} items, {count:,} remarks.")
        return 0

    return _run(settings, work)


def run_template(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    _write(arguments.file, TEMPLATES[arguments.kind]())
    print(f"Wrote {arguments.file}. Fill it in, then: exam-engine items import {arguments.file}")
    return 0


def _run(settings: Settings, work: Any) -> int:
    async def connected() -> int:
        database = Database(settings.database_url)
        try:
            code: int = await work(database)
            return code
        finally:
            await database.close()

    try:
        return asyncio.run(connected())
    except ItemBankError as error:
        raise Refused(str(error)) from error


def _upload(arguments: argparse.Namespace) -> Upload:
    path = Path(arguments.file)
    try:
        if path.is_file() and path.stat().st_size > MAX_FILE_BYTES:
            raise Refused(f"{path} has over {MAX_FILE_BYTES // 1_000_000} MB. Split the file.")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Refused(f"{arguments.file} cannot be read: {reason}.") from error
    chosen = ImportFormat(arguments.format) if arguments.format else None
    return Upload(path.name, data, chosen, arguments.area)


async def _person(database: Database, email: str | None) -> UUID | None:
    if email is None:
        return None
    async with database.reading() as session:
        person = await find_person_by_email(session, email)
    if person is None:
        raise Refused(f"There is nobody with the email address {email}.")
    return person.id


def _check_choices(planned: Planned, choices: Choices) -> None:
    """Before anything is stored.  Raises ImportUndecided."""
    counts = planned.plan.counts
    rows = [
        (entry.item.code, entry.held is not None)
        for entry in planned.plan.entries
        if entry.outcome in (Outcome.NEW, Outcome.CHANGED)
    ]
    skipped(choices, rows, counts["refused"] + counts[Outcome.LOCKED])


async def _begin(database: Database, upload: Upload, planned: Planned, by: UUID | None) -> UUID:
    def begin(imports: ItemImports) -> Coroutine[Any, Any, Any]:
        return imports.begin(
            by,
            upload.name,
            file_hash=upload.hash,
            file_bytes=len(upload.data),
            file_format=planned.format,
            area=upload.area,
        )

    record = await patiently(database, begin)
    found: UUID = record.id
    return found


def _media(settings: Settings) -> MediaStore:
    return MediaStore(settings.data_dir / "media")


def _write(name: str, data: bytes) -> None:
    try:
        Path(name).write_bytes(data)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Refused(f"{name} cannot be written: {reason}.") from error


def _as_json(upload: Upload, planned: Planned, imported: UUID | None) -> dict[str, Any]:
    return {
        "file": upload.name,
        "sha256": upload.hash,
        "format": planned.format,
        "import": str(imported) if imported else None,
        "counts": dict(planned.plan.counts),
        "findings": [to_json(group) for group in grouped(planned.plan.findings)],
    }


def _in_words(upload: Upload, planned: Planned, imported: UUID | None, *, dry_run: bool) -> str:
    counts = planned.plan.counts
    known = f" ({FORMAT_NAMES[planned.format]})" if planned.format else ""
    lines = [
        f"{upload.name}{known}: {counts['new']:,} new, {counts['changed']:,} changed, "
        f"{counts['unchanged']:,} unchanged, {counts['refused'] + counts['locked']:,} refused."
    ]
    if planned.statistics or planned.tests:
        lines.append(
            f"With it come {len(planned.statistics):,} statistics of items and"
            f" {len(planned.tests):,} tests."
        )
    for group in grouped(planned.plan.findings, SHOWN):
        lines += ["", *_lines_of(group)]
    lines.append("")
    if imported is not None and not counts["new"] + counts["changed"]:
        lines.append("The bank holds all of it already; nothing was changed.")
    elif imported is not None:
        lines.append(f"Imported as drafts. The record: {imported}")
    elif dry_run:
        lines.append("A dry run: nothing was stored.")
    else:
        lines.append("Nothing was imported.")
    return "\n".join(lines)


def _lines_of(group: Group) -> list[str]:
    lines = [f"{_TITLES[group.severity]} [{group.code}], {group.total:,}: {group.mend}"]
    for one in group.found:
        where = ", ".join(part for part in (one.place, one.item) if part)
        lines.append(f"  {where + ': ' if where else ''}{one.sentence}")
    if group.total > len(group.found):
        lines.append(f"  and {group.total - len(group.found):,} more (--json has all)")
    return lines
