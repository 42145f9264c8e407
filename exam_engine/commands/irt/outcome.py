"""What an `irt` command leaves: files in a directory, a summary, and words for people."""

import argparse
import json
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from exam_engine.analysis import documents
from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.exports import json_text, plain
from exam_engine.analysis.folders import check_folder, write_folder
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.clock import Clock
from exam_engine.commands import Refused
from exam_engine.commands.progress import Progress
from psychometrics.errors import PsychometricsError

NO_PART_OF_THE_RECIPE = {"command", "act", "run", "json", "force", "inputs"}


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


class Act(Protocol):
    """What a module of this room is: one act of ``exam-engine irt``.

    Attributes
    ----------
    HELP : str
        What it does, in a line.
    EXAMPLES : str
        How it is called.
    WRITTEN : frozenset of str
        The names of every file it may write.
    """

    HELP: str
    EXAMPLES: str
    WRITTEN: frozenset[str]

    def add(self, parser: argparse.ArgumentParser) -> None:
        """Add its own arguments."""

    def run(self, arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
        """Do its work; ``progress.step`` says what begins."""


def runner(name: str, act: Act) -> Callable[[argparse.Namespace, Mapping[str, str]], int]:
    """What runs an act: check the directory, work, write, tell."""

    def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
        maker = f"exam-engine irt {name}"
        try:
            own = check_folder(arguments.out, maker, act.WRITTEN, force=arguments.force)
            occasion = Occasion(Clock().now(), _recipe(arguments))
            with Progress() as progress:
                outcome = act.run(arguments, progress, occasion)
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
                write_folder(arguments.out, files, remove=act.WRITTEN if own else frozenset())
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
    words += [getattr(arguments, name) for name in arguments.inputs]
    left_out = NO_PART_OF_THE_RECIPE.union(arguments.inputs)
    for name, value in vars(arguments).items():
        if name in left_out or value is None or value is False:
            continue
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif isinstance(value, list) and value and all(isinstance(one, float) for one in value):
            words += [flag, *(f"{one:g}" for one in value)]  # several numbers of one flag
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
