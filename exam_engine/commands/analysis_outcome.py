"""What an `irt` command leaves: files in a directory, a summary, and words for people."""

import argparse
import json
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from exam_engine.analysis import documents
from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.exports import json_text, plain
from exam_engine.analysis.folders import check_folder, write_folder
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.clock import Clock
from exam_engine.commands import Refused
from exam_engine.commands.progress import Progress
from psychometrics.errors import PsychometricsError

WRITTEN: Mapping[str, frozenset[str]] = {
    "calibrate": frozenset({"items.csv", "persons.csv", "report.json", "report.html"}),
    "score": frozenset({"persons.csv", "report.json", "report.html"}),
    "fit": frozenset({"items.csv", "persons.csv", "pairs.csv", "report.json", "report.html"}),
    "classical": frozenset(
        {"items.csv", "options.csv", "persons.csv", "report.json", "report.html"}
    ),
    "simulate": frozenset({"responses.csv", "items.csv", "persons.csv", "report.json"}),
}
NO_PART_OF_THE_RECIPE = {"command", "act", "run", "json", "force", "responses"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command leaves.

    Attributes
    ----------
    files : mapping of name to text
        But for ``report.json``.
    document : dict
        What ``report.json`` says.
    told : list of str
        Sentences for people.
    notes : tuple of str
        What was found out on the way; to stderr.
    fault : str or None
        Why the work counts as not done, though the files are written.
    """

    files: Mapping[str, str]
    document: dict[str, Any]
    told: list[str]
    notes: tuple[str, ...] = ()
    fault: str | None = None


Work = Callable[[argparse.Namespace, Progress, Occasion], Outcome]


def runner(name: str, work: Work) -> Callable[[argparse.Namespace, Mapping[str, str]], int]:
    """What runs a command: check the directory, work, write, tell."""

    def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
        maker = f"exam-engine irt {name}"
        try:
            own = check_folder(arguments.out, maker, WRITTEN[name], force=arguments.force)
            occasion = Occasion(Clock().now(), _recipe(arguments))
            with Progress() as progress:
                outcome = work(arguments, progress, occasion)
                document = {
                    "made_by": maker,
                    "made_at": occasion.now.isoformat(timespec="seconds"),
                    "command": occasion.recipe,
                    **documents.with_reasons(outcome.document),
                    "notes": list(outcome.notes),
                    "files": sorted([*outcome.files, "report.json"]),
                }
                progress.step("Writing")
                # the report last: a directory with a report.json has all the rest
                files = {**outcome.files, "report.json": json_text(document)}
                write_folder(arguments.out, files, remove=WRITTEN[name] if own else frozenset())
        except (BadFile, PsychometricsError) as error:
            raise Refused(sentence(str(error))) from error
        except KeyboardInterrupt:
            raise Refused("Stopped. Nothing was written.") from None
        for note in outcome.notes:
            print(note, file=sys.stderr)
        if arguments.json:
            print(json.dumps(plain(document), ensure_ascii=False, allow_nan=False))
        else:
            print("\n".join([*outcome.told, _wrote(arguments.out, document["files"])]))
        if outcome.fault is not None:
            raise Refused(outcome.fault)
        return 0

    return run


def _recipe(arguments: argparse.Namespace) -> str:
    """The words that make the same files again."""
    words = ["exam-engine", arguments.command, arguments.act]
    words += [arguments.responses] if "responses" in arguments else []
    for name, value in vars(arguments).items():
        if name in NO_PART_OF_THE_RECIPE or value is None or value is False:
            continue
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        else:
            for one in value if isinstance(value, list) else [value]:
                words += [flag, str(one)]
    return shlex.join(words)


def _wrote(folder: str, names: list[str]) -> str:
    return f"Wrote {', '.join(names)} to {folder}."


def many(number: int, what: str) -> str:
    """A number with its noun: "1 item", "20 items"."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
