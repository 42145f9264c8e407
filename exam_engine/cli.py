"""The command line: ``exam-engine COMMAND``.

Exit codes: 0 done, 1 it could not be done (one sentence on stderr says why and what to do), 2 the
words of the command are wrong.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from exam_engine.commands import Refused, accounts, evidence, rehearsal, serving
from exam_engine.database import DatabaseUnavailable
from exam_engine.settings import SettingsError

EXAMPLES = """\
examples:
  exam-engine demo                      try everything on http://127.0.0.1:8000
  exam-engine serve --port 8000         serve the database of EXAM_DATABASE_URL
  exam-engine user add ana@example.org --name "Ana Pereira" --role candidate
  exam-engine verify 1f0c...            check the event chain of an attempt
  exam-engine rehearse --candidates 300 --minutes 1

Settings come from the environment: EXAM_DATABASE_URL, EXAM_REDIS_URL, EXAM_SECRET_KEY,
EXAM_PUBLIC_URL, EXAM_DATA_DIR, EXAM_PRODUCTION.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See: {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    top = _Parser(
        prog="exam-engine",
        description="An engine that certifies people by examination.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (serving, accounts, evidence, rehearsal):
        module.add_to(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments, os.environ)
    except (Refused, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except DatabaseUnavailable:
        print(
            "The database does not answer. Check EXAM_DATABASE_URL and that it is running.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 0
    return code
