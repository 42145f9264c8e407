"""The words of the `irt` commands."""

import argparse
from collections.abc import Mapping
from typing import Any

from psychometrics import MODELS

READING = """\
responses: CSV (comma, semicolon or tab, UTF-8) or Parquet (needs polars). Wide: a row a person, a
column an item. Long: columns person, item, response. Blank is not administered.
"""
EXAMPLES = {
    "calibrate": """\
examples:
  exam-engine irt calibrate responses.csv --model 2pl --out calibration
  exam-engine irt calibrate new.csv --model 3pl --prior c=beta:5,17 --anchor bank.csv \\
      --group form --out new
""",
    "score": """\
example:
  exam-engine irt score responses.csv --items calibration/items.csv --method WLE --out scores
""",
    "fit": """\
example:
  exam-engine irt fit responses.csv --items calibration/items.csv --out fit
""",
    "classical": """\
examples:
  exam-engine irt classical scored.csv --out classical
  exam-engine irt classical choices.csv --key key.csv --omitted X --out classical
""",
    "simulate": """\
example:
  exam-engine irt simulate --model 2pl --persons 500 --items 40 --seed 7 --out simulated
""",
}
HELP = {
    "calibrate": "estimate item parameters (marginal maximum likelihood)",
    "score": "estimate the ability of persons",
    "fit": "see how well items, pairs and persons fit given parameters",
    "classical": "difficulty, discrimination, options and reliability",
    "simulate": "draw responses from a model",
}


def add_words(commands: Any, run: Mapping[str, Any]) -> None:
    """Add ``irt`` with its acts, each with what runs it."""
    irt = commands.add_parser(
        "irt",
        help="psychometrics: calibrate, score, fit, classical, simulate",
        description="Item response theory and classical analysis of response files.",
        epilog="".join(
            text for act in ("calibrate", "score") for text in EXAMPLES[act].splitlines(True)
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = irt.add_subparsers(dest="act", required=True, metavar="|".join(HELP))
    for act, told in HELP.items():
        parser = acts.add_parser(
            act,
            help=told,
            description=told[0].upper() + told[1:] + ".",
            epilog=("" if act == "simulate" else READING + "\n") + EXAMPLES[act],
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if act != "simulate":
            _reading(parser)
        _OWN[act](parser)
        _writing(parser, html=act != "simulate")
        parser.set_defaults(run=run[act])


def _reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("responses", metavar="RESPONSES")
    columns = parser.add_argument_group("columns of the responses")
    columns.add_argument("--person", metavar="COLUMN", help="ids; usual names are found")
    columns.add_argument("--item", metavar="COLUMN", help="of a long file")
    columns.add_argument("--response", metavar="COLUMN", help="of a long file")
    columns.add_argument("--group", metavar="COLUMN", help="populations")
    columns.add_argument(
        "--ignore", metavar="COLUMN", action="append", default=[], help="no item; may be repeated"
    )


def _writing(parser: argparse.ArgumentParser, *, html: bool) -> None:
    parser.add_argument("--out", metavar="DIR", required=True, help="where the files go")
    parser.add_argument("--force", action="store_true", help="also into a directory of other files")
    parser.add_argument("--json", action="store_true", help="print report.json's content")
    if html:
        parser.add_argument("--no-html", action="store_true", help="tables only, no report.html")


def _calibrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--models", metavar="FILE", help="columns item, model: those that differ")
    parser.add_argument("--anchor", metavar="ITEMS.csv", help="items with fixed parameters")
    parser.add_argument(
        "--prior",
        action="append",
        default=[],
        metavar="Q=KIND:X,Y",
        help="of a, b, intercept, c or u: normal, lognormal, beta, logitnormal",
    )
    parser.add_argument("--weight", metavar="COLUMN", help="how often each row counts")
    parser.add_argument(
        "--errors",
        choices=["observed", "cross-product", "sandwich", "none"],
        default="observed",
        help="standard errors (default: observed)",
    )
    parser.add_argument(
        "--random-groups", action="store_true", help="forms were given to persons at random"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--max-cycles", type=int, default=2000)


def _with_items(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--items", required=True, metavar="ITEMS.csv")
    parser.add_argument(
        "--mean", type=float, help="of theta; else as in the report.json beside the items, else 0"
    )
    parser.add_argument("--sd", type=float, help="of theta; likewise, else 1")


def _score(parser: argparse.ArgumentParser) -> None:
    _with_items(parser)
    parser.add_argument(
        "--method", type=str.upper, choices=["EAP", "MAP", "ML", "WLE"], default="EAP"
    )


def _fit(parser: argparse.ArgumentParser) -> None:
    _with_items(parser)
    parser.add_argument(
        "--fixed",
        action="store_true",
        help="the parameters were not estimated from these responses",
    )


def _classical(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key", metavar="KEY.csv", help="columns item, key: responses are option labels"
    )
    parser.add_argument("--omitted", metavar="LABEL", help="the label of seen but not answered")


def _simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--persons", type=int, required=True, metavar="N")
    parser.add_argument("--items", type=int, required=True, metavar="N")
    parser.add_argument("--seed", type=int, required=True, metavar="S")
    parser.add_argument(
        "--categories", type=int, default=4, metavar="K", help="of items with several (default: 4)"
    )
    parser.add_argument("--length", type=int, metavar="N", help="items for each person, at random")


_OWN = {
    "calibrate": _calibrate,
    "score": _score,
    "fit": _fit,
    "classical": _classical,
    "simulate": _simulate,
}
