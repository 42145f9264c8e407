"""calibrations import, export: answers that were given elsewhere, and everything of a run."""

import argparse
import asyncio
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from exam_engine.calibration.errors import CalibrationError
from exam_engine.calibration.exporting import names
from exam_engine.calibration.outside.preview import LARGEST_FILE, Missing, Preview, Wish
from exam_engine.calibration.outside.queries import read_asked
from exam_engine.calibration.outside.service import PastAdministrations
from exam_engine.calibration.outside.waiting import packed
from exam_engine.commands import Refused
from exam_engine.commands.acts import Arguments, Environ, done, find_run_id, usual
from exam_engine.database import Database
from item_bank.errors import ItemBankError
from item_bank.imports.reports import from_json

SHOWN = 20
"""Places of one group that are printed; ``--json`` has more."""

REFUSALS = (CalibrationError, ItemBankError)


def add_to(acts: Any) -> None:
    bring = acts.add_parser(
        "import",
        help="answers to a published form that were given elsewhere",
        epilog="example: exam-engine calibrations import march.csv --form 2024-A "
        '--title "Spring 2024" --source "paper exam, scanned by ACME" --held-on 2024-03-14',
    )
    bring.add_argument("file", metavar="FILE", help="CSV, XLSX or Parquet, long or wide")
    bring.add_argument("--form", required=True, metavar="CODE")
    bring.add_argument("--exam", default="", metavar="CODE", help="where two have such a form")
    bring.add_argument("--title", required=True)
    bring.add_argument("--source", required=True, help="where the answers are from")
    bring.add_argument("--held-on", type=_day, metavar="DAY", help="where no column date says it")
    bring.add_argument(
        "--missing",
        choices=[str(one) for one in Missing],
        default=str(Missing.NO_ANSWER),
        help="what a blank cell or a missing row means",
    )
    bring.add_argument("--simulated", action="store_true", help="nobody gave these answers")
    bring.add_argument("--dry-run", action="store_true", help="preview only; store nothing")
    usual(bring)
    bring.set_defaults(run=run_import)
    out = acts.add_parser(
        "export",
        help="everything of a run as files",
        epilog="example: exam-engine calibrations export 0f3a... --to spring --format parquet",
    )
    out.add_argument("id", metavar="RUN")
    out.add_argument("--to", required=True, metavar="DIR", help="made where it is not there")
    out.add_argument(
        "--format", action="append", choices=names.FORMATS, help="of tables; default: csv"
    )
    usual(out)
    out.set_defaults(run=run_export)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day is like 2024-03-14, not {text!r}") from None


def run_import(arguments: Arguments, environ: Environ) -> int:
    """1 if something stands against the file; then nothing is stored."""
    # numpy is for this act alone
    from exam_engine.calibration.outside.reading import read_answers

    data = _content(Path(arguments.file))
    wish = _wish(arguments)

    async def bring(database: Database) -> Preview:
        async with database.reading() as session:
            asked = await read_asked(session, wish)
            today = (await database.now(session)).date()
        found = await asyncio.to_thread(read_answers, data, asked, wish, today)
        if not found.preview.errors and not arguments.dry_run:
            answers = [packed(one.tobytes()) for one in found.answers]
            async with database.transaction() as session:
                past = PastAdministrations(session, await database.now(session))
                await past.accept(wish, found.preview, answers)
        return found.preview

    preview: Preview = done(arguments, environ, bring, *REFUSALS)
    if arguments.json:
        sys.stdout.write(msgspec.json.encode(preview).decode() + "\n")
    else:
        _print(preview, stored=not preview.errors and not arguments.dry_run)
    return 1 if preview.errors else 0


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(f"{path} is over {LARGEST_FILE // 1_000_000} MB. Split it by candidates.")
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error


def _wish(arguments: Arguments) -> Wish:
    fields = {
        name: getattr(arguments, name)
        for name in ("form", "exam", "title", "source", "missing", "simulated", "held_on")
    }
    try:
        return msgspec.convert(fields, Wish)
    except msgspec.ValidationError as error:
        raise Refused(f"This cannot be asked for: {error}.") from None


def _print(preview: Preview, *, stored: bool) -> None:
    for group in map(from_json, preview.findings):
        print(f"{group.severity}: {group.total:,} x {group.code}. {group.mend}")
        for one in group.found[:SHOWN]:
            print(f"  {one.place or 'whole file'}: {one.sentence}")
    if preview.errors:
        print(f"Nothing was stored: {preview.errors:,} places stand against the file.")
        return
    for told in preview.data_sets:
        print(
            f"{told.title}: {told.candidates:,} candidates, {told.answers:,} answers, "
            f"{told.no_answer:,} without an answer, {told.not_shown:,} not shown; held "
            f"{told.held_on}."
        )
    print("Stored." if stored else "A preview; nothing was stored.")


def run_export(arguments: Arguments, environ: Environ) -> int:
    # numpy is for this act alone
    from exam_engine.calibration.exporting.process import write
    from exam_engine.calibration.exporting.queries import read_whole

    folder = Path(arguments.to)
    forms = arguments.format or ["csv"]
    wanted = [f"{table}.{form}" for table in names.TABLES for form in forms]

    async def read(database: Database) -> Any:
        async with database.reading() as session:
            return await read_whole(session, await find_run_id(session, arguments.id))

    whole = done(arguments, environ, read, *REFUSALS)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in [*wanted, names.USAGE, names.CERTIFICATE]:
            write(whole, name, folder / name)
            written.append(str(folder / name))
    except CalibrationError as refusal:
        raise Refused(str(refusal)) from refusal
    except OSError as error:
        raise Refused(f"{folder} cannot be written: {error.strerror}.") from error
    if arguments.json:
        print(json.dumps({"files": written}))
    else:
        print("\n".join(written))
    return 0
