"""irt dif: whether items are as hard for one group as for another of the same ability."""

import argparse

from exam_engine.analysis import parameters
from exam_engine.analysis.calibration import prior_in
from exam_engine.analysis.dif.findings import Comparison, document, table
from exam_engine.analysis.dif.groups import two_groups
from exam_engine.analysis.dif.methods import Ways, compared
from exam_engine.analysis.dif.scales import METHODS
from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.dif import dif_report
from exam_engine.commands.irt.arguments import add_responses, model_in, responses_in
from exam_engine.commands.irt.outcome import Outcome, many
from exam_engine.commands.progress import Progress
from psychometrics import MODELS

HELP = "whether items work alike in two groups (differential item functioning)"
EXAMPLES = """\
examples:
  exam-engine irt dif responses.csv --group sex --reference M --out dif
  exam-engine irt dif responses.csv --group region --reference urban --focal rural \\
      --method mh,logistic,likelihood-ratio --model 2pl --out dif
"""
WRITTEN = frozenset({"dif.csv", "report.json", "report.html"})
SHOWN = 8
USUAL = "mh,logistic,standardisation,sibtest"


def add(parser: argparse.ArgumentParser) -> None:
    add_responses(parser, needs_group=True)
    parser.add_argument(
        "--reference", required=True, metavar="VALUE", help="the group to compare to"
    )
    parser.add_argument("--focal", metavar="VALUE", help="the other; needed of three or more")
    parser.add_argument(
        "--method",
        type=_methods,
        default=USUAL,
        metavar="M,M,...",
        help=f"{', '.join(METHODS)}, or all (default: {USUAL})",
    )
    parser.add_argument(
        "--model", metavar="MODEL", help=f"for lord, raju, likelihood-ratio: {', '.join(MODELS)}"
    )
    parser.add_argument(
        "--prior",
        action="append",
        default=[],
        metavar="Q=KIND:X,Y",
        help="for the same, as of irt calibrate",
    )
    parser.add_argument(
        "--anchors", metavar="FILE", help="column item: the items to match on, not purified"
    )
    parser.add_argument("--no-purify", action="store_true", help="match on all items")
    parser.add_argument("--exact", action="store_true", help="exact test of mh, for small groups")
    parser.add_argument(
        "--level", type=float, default=0.05, metavar="P", help="of significance (default: 0.05)"
    )


def run(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    ways = Ways(
        model=None if arguments.model is None else model_in(arguments.model),
        priors=dict(prior_in(text) for text in arguments.prior),
        purify=not arguments.no_purify,
        exact=arguments.exact,
        anchors=None if arguments.anchors is None else parameters.read_names(arguments.anchors),
        level=arguments.level,
    )
    responses = responses_in(arguments, progress)
    groups = two_groups(responses, arguments.group, arguments.reference, arguments.focal)
    found = compared(groups, arguments.method.split(","), ways, progress.step)
    notes = groups.responses.notes
    files = {"dif.csv": csv_text(*table(found))}
    if not arguments.no_html:
        progress.step("Report")
        told = Occasion(occasion.now, occasion.recipe, notes)
        files["report.html"] = dif_report(found, told)
    review = found.to_review()
    names = [found.items[j] for j in review[:SHOWN]] + ["..."] * (len(review) > SHOWN)
    line = (
        f"Compared {many(groups.n_reference, 'reference person')} with "
        f"{many(groups.n_focal, 'focal person')} on {many(len(found.items), 'item')}: "
        + (f"{len(review):,} to review ({', '.join(names)})." if review else "none to review.")
    )
    return Outcome(files, document(found), [line], notes, _fault(found))


def _fault(found: Comparison) -> str | None:
    if not found.compared():
        return (
            "No item could be compared: no score is held by persons of both groups. Collect more "
            "responses, or join groups. The files were written for inspection."
        )
    if found.not_done:
        return " ".join(found.not_done.values()) + " The files hold the other methods."
    return None


def _methods(text: str) -> str:
    asked = list(METHODS) if text == "all" else [name.strip().lower() for name in text.split(",")]
    unknown = [name for name in asked if name not in METHODS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"there is no method {unknown[0]!r}; there are {', '.join(METHODS)}"
        )
    return ",".join(dict.fromkeys(asked))
