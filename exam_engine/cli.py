"""The command line: ``exam-engine COMMAND``.

Exit codes: 0 done, 1 it could not be done (one sentence on stderr says why and what to do), 2 the
words of the command are wrong.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from exam_engine.commands import Refused
from exam_engine.settings import SettingsError

# before numpy comes in: its threads quarter the speed of calibration's narrow products
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

SUBJECTS = {
    "demo": "serving",
    "serve": "serving",
    "migrate": "serving",
    "user": "accounts",
    "verify": "evidence",
    "rehearse": "rehearsal",
    "irt": "irt",
    "qti": "qti",
    "items": "items",
    "worker": "working",
    "calibrations": "calibrations",
    "standards": "standards",
    "release": "releases",
    "equating": "equating",
}
"""The module of `exam_engine.commands` behind each command: only it is loaded, since all of them
take seconds."""

EXAMPLES = """\
examples:
  exam-engine demo                      try everything on http://127.0.0.1:8000
  exam-engine serve --port 8000         serve the database of EXAM_DATABASE_URL
  exam-engine user add ana@example.org --name "Ana Pereira" --role candidate
  exam-engine verify 1f0c...            check the event chain of an attempt
  exam-engine rehearse --candidates 300 --minutes 1
  exam-engine irt calibrate responses.csv --model 2pl --out calibration
  exam-engine qti check item.xml        what is wrong in an item, by line
  exam-engine items import march.xlsx --dry-run
  exam-engine worker                    carry calibration runs through
  exam-engine calibrations start --exam CTO-PRACTICE --model 2PL
  exam-engine release check 2026-B      what held results wait for
  exam-engine standards list            panels of judges and what they recommend
  exam-engine equating plan --exam CTO-PRACTICE --form F-2 --base F-1

Settings come from the environment: EXAM_DATABASE_URL, EXAM_REDIS_URL, EXAM_SECRET_KEY,
EXAM_PUBLIC_URL, EXAM_DATA_DIR, EXAM_PRODUCTION, EXAM_WORKER.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See: {self.prog} --help\n")


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """What reads the words of ``command``; of every command where it is none that we have."""
    top = _Parser(
        prog="exam-engine",
        description="An engine that certifies people by examination.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    subjects = {SUBJECTS[command]} if command in SUBJECTS else dict.fromkeys(SUBJECTS.values())
    for subject in subjects:
        import_module(f"exam_engine.commands.{subject}").add_to(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if argv is None else argv
    arguments = parser(words[0] if words else None).parse_args(words)
    try:
        code: int = arguments.run(arguments, os.environ)
    except (Refused, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    except Exception as error:
        from exam_engine.database import DatabaseUnavailable  # whoever raised it has it loaded

        if not isinstance(error, DatabaseUnavailable):
            raise
        print(
            "The database does not answer. Check EXAM_DATABASE_URL and that it is running.",
            file=sys.stderr,
        )
        return 1
    return code
