"""Words that several `irt` acts share, and what they name."""

import argparse

from exam_engine.analysis import parameters
from exam_engine.analysis.populations import Populations, beside
from exam_engine.analysis.responses import Responses, Roles, read_responses
from exam_engine.commands import Refused
from exam_engine.commands.progress import Progress
from psychometrics import MODELS

READING = """\
responses: CSV (comma, semicolon or tab, UTF-8) or Parquet (needs polars). Wide: a row a person, a
column an item. Long: columns person, item, response. Blank is not administered.
"""


def add_responses(parser: argparse.ArgumentParser, *, needs_group: bool = False) -> None:
    """The file of responses and what its columns are."""
    parser.epilog = f"{READING}\n{parser.epilog or ''}"
    parser.set_defaults(inputs=("responses",))
    parser.add_argument("responses", metavar="RESPONSES")
    columns = parser.add_argument_group("columns of the responses")
    columns.add_argument("--person", metavar="COLUMN", help="ids; usual names are found")
    columns.add_argument("--item", metavar="COLUMN", help="of a long file")
    columns.add_argument("--response", metavar="COLUMN", help="of a long file")
    columns.add_argument(
        "--group",
        metavar="COLUMN",
        required=needs_group,
        help="of the groups compared" if needs_group else "populations",
    )
    columns.add_argument(
        "--ignore", metavar="COLUMN", action="append", default=[], help="no item; may be repeated"
    )


def add_items(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--items", required=True, metavar="ITEMS.csv")
    parser.add_argument(
        "--mean", type=float, help="of theta; else as in the report.json beside the items, else 0"
    )
    parser.add_argument("--sd", type=float, help="of theta; likewise, else 1")


def add_writing(parser: argparse.ArgumentParser, *, html: bool) -> None:
    parser.add_argument("--out", metavar="DIR", required=True, help="where the files go")
    parser.add_argument("--force", action="store_true", help="also into a directory of other files")
    parser.add_argument("--json", action="store_true", help="print report.json's content")
    if html:
        parser.add_argument("--no-html", action="store_true", help="tables only, no report.html")


def responses_in(
    arguments: argparse.Namespace, progress: Progress, *, labels: bool = False
) -> Responses:
    progress.step(f"Reading {arguments.responses}")
    roles = Roles(
        person=arguments.person,
        item=arguments.item,
        response=arguments.response,
        group=arguments.group,
        weight=getattr(arguments, "weight", None),
        ignore=tuple(arguments.ignore),
    )
    return read_responses(arguments.responses, roles, labels=labels)


def populations_in(arguments: argparse.Namespace) -> Populations:
    """As the words say, else as the calibration beside the items estimated, else N(0, 1)."""
    if arguments.mean is not None or arguments.sd is not None:
        mean = 0.0 if arguments.mean is None else arguments.mean
        sd = 1.0 if arguments.sd is None else arguments.sd
        return Populations({"all": (mean, sd)}, "the command line")
    return beside(arguments.items) or Populations.standard()


def population_note(arguments: argparse.Namespace, populations: Populations) -> tuple[str, ...]:
    told = ", ".join(
        f"{name} mean {mean:.4g} sd {sd:.4g}" for name, (mean, sd) in populations.of_group.items()
    )
    several = len(populations.of_group) > 1 and arguments.group is None
    first = " Without --group, the first is used for everybody." if several else ""
    return (f"Population of theta from {populations.source}: {told}.{first}",)


def model_in(name: str) -> str:
    found = parameters.model_called(name)
    if found is None:
        raise Refused(f"There is no model {name!r}. The models are {', '.join(MODELS)}.")
    return found
