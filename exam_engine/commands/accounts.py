"""user add, user token."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from exam_engine.accounts.errors import AccountError
from exam_engine.accounts.passwords import SHORTEST, hash_password
from exam_engine.accounts.queries import find_person_by_email
from exam_engine.accounts.roles import Role
from exam_engine.accounts.service import Accounts
from exam_engine.commands import Refused
from exam_engine.commands.serving import settings_for, upgrade
from exam_engine.database import Database


def add_to(commands: Any) -> None:
    user = commands.add_parser("user", help="people who may sign in")
    acts = user.add_subparsers(dest="act", required=True, metavar="add|token")
    add = acts.add_parser(
        "add",
        help="add a person",
        epilog='example: exam-engine user add kit@example.org --name "Kit Larsen" --role proctor',
    )
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.add_argument(
        "--role", action="append", required=True, choices=[role.value for role in Role]
    )
    add.add_argument("--no-password", action="store_true", help="signs in by start code only")
    add.add_argument("--data", metavar="DIR")
    add.set_defaults(run=run_add)
    token = acts.add_parser("token", help="a bearer token for a tool, shown once")
    token.add_argument("email")
    token.add_argument("--days", type=int, default=1)
    token.add_argument("--data", metavar="DIR")
    token.set_defaults(run=run_token)


def run_add(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """The password comes from the terminal, or as the first line of standard input."""
    if "@" not in arguments.email:
        raise Refused(f"{arguments.email!r} is not an email address, like kit@example.org.")
    settings = settings_for(arguments, environ)
    password = None if arguments.no_password else _read_password()
    upgrade(settings)

    async def add() -> None:
        database = Database(settings.database_url)
        try:
            password_hash = await hash_password(password) if password else None
            async with database.transaction() as session:
                accounts = Accounts(session, await database.now(session))
                roles = [Role(role) for role in arguments.role]
                await accounts.add_person(arguments.email, arguments.name, roles, password_hash)
        finally:
            await database.close()

    try:
        asyncio.run(add())
    except AccountError as error:
        raise Refused(str(error)) from error
    print(f"Added {arguments.name} <{arguments.email.lower()}> as {', '.join(arguments.role)}.")
    return 0


def _read_password() -> str:
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
    else:
        password = sys.stdin.readline().rstrip("\n")
    if len(password) < SHORTEST:
        raise Refused(f"A password must have at least {SHORTEST} characters.")
    return password


def run_token(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    if not 0 < arguments.days <= 365:
        raise Refused("A token lasts from 1 to 365 days.")
    settings = settings_for(arguments, environ)

    async def make() -> str:
        database = Database(settings.database_url)
        try:
            async with database.transaction() as session:
                person = await find_person_by_email(session, arguments.email)
                if person is None:
                    raise Refused(f"There is nobody with the email address {arguments.email}.")
                accounts = Accounts(session, await database.now(session))
                return await accounts.sign_in(person.id, lasts=timedelta(days=arguments.days))
        finally:
            await database.close()

    print(asyncio.run(make()))
    return 0
