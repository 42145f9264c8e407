"""`exam-engine irt`: response files in, tables and a report out; one module an act."""

import argparse
from collections.abc import Mapping
from typing import Any

from exam_engine.commands.irt import (
    calibrate,
    classical,
    decisions,
    dif,
    fit,
    forensics,
    link,
    score,
    simulate,
    standard,
)
from exam_engine.commands.irt.arguments import add_writing
from exam_engine.commands.irt.outcome import Act, runner

ACTS: Mapping[str, Act] = {
    "calibrate": calibrate,
    "score": score,
    "fit": fit,
    "classical": classical,
    "dif": dif,
    "link": link,
    "standard": standard,
    "decisions": decisions,
    "forensics": forensics,
    "simulate": simulate,
}


def add_to(commands: Any) -> None:
    irt = commands.add_parser(
        "irt",
        help=f"psychometrics: {', '.join(ACTS)}",
        description="Item response theory and classical analysis of response files.",
        epilog=calibrate.EXAMPLES + score.EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = irt.add_subparsers(dest="act", required=True, metavar="|".join(ACTS))
    for name, act in ACTS.items():
        parser = acts.add_parser(
            name,
            help=act.HELP,
            description=act.HELP[0].upper() + act.HELP[1:] + ".",
            epilog=act.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.set_defaults(run=runner(name, act), inputs=())
        act.add(parser)
        add_writing(parser, html="report.html" in act.WRITTEN)
