"""worker: the process that carries calibration runs through."""

import argparse
import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from exam_engine.settings import Settings


def add_to(commands: Any) -> None:
    worker = commands.add_parser(
        "worker",
        help="carry calibration runs through",
        epilog="example: EXAM_DATABASE_URL=postgresql://... exam-engine worker",
    )
    worker.add_argument("--data", metavar="DIR", help="data directory (default: ./data)")
    worker.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    worker.add_argument("--while-needed", action="store_true", help="end when no run is left")
    worker.set_defaults(run=run_worker)


def run_worker(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    # imported here: a worker is small while it waits, and --help does not wait
    from exam_engine.worker import end_with_parent, work

    if arguments.with_parent:  # which has brought the database to this version
        settings = Settings.from_env(environ)
        end_with_parent()
    else:
        from exam_engine.commands.serving import settings_for, upgrade

        settings = settings_for(arguments, environ)
        upgrade(settings)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(work(settings, while_needed=arguments.while_needed))
    return 0
