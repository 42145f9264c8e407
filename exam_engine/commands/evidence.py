"""verify: prove that an attempt's log is what was written."""

import argparse
import asyncio
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from exam_engine.commands import Refused
from exam_engine.commands.serving import settings_for
from exam_engine.database import Database
from exam_engine.delivery.errors import NoSuchAttempt
from exam_engine.delivery.queries import verify_attempt
from exam_engine.delivery.verification import Verified


def add_to(commands: Any) -> None:
    verify = commands.add_parser(
        "verify",
        help="check the event chain of an attempt",
        epilog="exit code 0: intact, 1: a fault was found",
    )
    verify.add_argument("attempt", help="the attempt's id")
    verify.add_argument("--data", metavar="DIR")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=run_verify)


def run_verify(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    try:
        attempt_id = UUID(arguments.attempt)
    except ValueError:
        raise Refused(f"{arguments.attempt!r} is not the id of an attempt.") from None
    settings = settings_for(arguments, environ)

    async def read() -> Verified:
        database = Database(settings.database_url)
        try:
            async with database.reading() as session:
                return await verify_attempt(session, attempt_id)
        finally:
            await database.close()

    try:
        verified = asyncio.run(read())
    except NoSuchAttempt as error:
        raise Refused(str(error)) from error
    if arguments.json:
        print(
            json.dumps(
                {
                    "attempt": str(verified.attempt_id),
                    "state": verified.state,
                    "events": verified.events,
                    "answers": len(verified.accepted),
                    "intact": verified.fault is None,
                    "fault": verified.fault,
                }
            )
        )
    elif verified.fault is None:
        print(
            f"Intact: {verified.events} events, {len(verified.accepted)} answers, "
            f"state {verified.state}."
        )
    else:
        print(f"NOT intact. {verified.fault}")
    return 0 if verified.fault is None else 1
