"""worker: the process that carries calibration runs through."""

import argparse
import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from exam_engine.commands.serving import settings_for, upgrade


def add_to(commands: Any) -> None:
    worker = commands.add_parser(
        "worker",
        help="carry calibration runs through",
        epilog="example: EXAM_DATABASE_URL=postgresql://... exam-engine worker",
    )
    worker.add_argument("--data", metavar="DIR", help="data directory (default: ./data)")
    worker.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    worker.set_defaults(run=run_worker)


def run_worker(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from exam_engine.worker import end_with_parent, work  # a second that --help need not wait

    settings = settings_for(arguments, environ)
    if arguments.with_parent:
        end_with_parent()
    else:
        upgrade(settings)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(work(settings))
    return 0
