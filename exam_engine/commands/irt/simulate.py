"""irt simulate: responses drawn from a model."""

import argparse

from exam_engine.analysis import simulated
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.commands import Refused
from exam_engine.commands.irt.arguments import model_in
from exam_engine.commands.irt.outcome import Outcome, many
from exam_engine.commands.progress import Progress
from psychometrics import MODELS

HELP = "draw responses from a model"
EXAMPLES = """\
example:
  exam-engine irt simulate --model 2pl --persons 500 --items 40 --seed 7 --out simulated
"""
WRITTEN = frozenset({"responses.csv", "items.csv", "persons.csv", "report.json"})


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--persons", type=int, required=True, metavar="N")
    parser.add_argument("--items", type=int, required=True, metavar="N")
    parser.add_argument("--seed", type=int, required=True, metavar="S")
    parser.add_argument(
        "--categories", type=int, default=4, metavar="K", help="of items with several (default: 4)"
    )
    parser.add_argument("--length", type=int, metavar="N", help="items for each person, at random")


def run(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    n_persons, n_items = arguments.persons, arguments.items
    if n_persons * n_items > simulated.MOST_RESPONSES:
        raise Refused(f"At most {simulated.MOST_RESPONSES:,} responses can be drawn at once.")
    model = model_in(arguments.model)
    progress.step(f"Drawing {n_persons:,} persons on {n_items:,} items")
    items, drawn = simulated.simulated(
        model,
        n_persons,
        n_items,
        arguments.seed,
        n_categories=arguments.categories,
        length=arguments.length,
    )
    progress.step("Tables")
    document = {
        "model": model,
        "n_persons": n_persons,
        "n_items": n_items,
        "seed": arguments.seed,
        "length": arguments.length,
    }
    line = (
        f"Drew {many(n_persons, 'person')} on {many(n_items, 'item')} with seed {arguments.seed}."
    )
    return Outcome(simulated.files(items, drawn), document, [line])
