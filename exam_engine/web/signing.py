"""Signing in, as the API and the pages both do it.

A password is checked between two transactions, on a thread: while it is worked out nobody else
waits for the database.
"""

from exam_engine.accounts import passwords
from exam_engine.accounts.errors import AccountLocked, CodeRefused, SignInRefused
from exam_engine.accounts.queries import find_person_by_email
from exam_engine.accounts.service import Accounts
from exam_engine.arrival.service import Arrival
from exam_engine.resources import Resources


async def sign_in_with_password(resources: Resources, email: str, password: str) -> str:
    """A new token.  Raises `SignInRefused`, the same for a wrong address and a wrong password,
    and `AccountLocked`."""
    database = resources.database
    async with database.reading() as session:
        person = await find_person_by_email(session, email)
        now = await database.now(session)
    if person is not None and person.locked_until is not None and now < person.locked_until:
        raise AccountLocked
    known = person is not None and person.closed_at is None
    right = await passwords.matches(password, person.password_hash if person and known else None)
    token = None
    async with database.transaction() as session:
        accounts = Accounts(session, await database.now(session))
        if person is not None and right:
            token = await accounts.sign_in(person.id)
            if person.failed_sign_ins:
                await accounts.forget_failures(person.id)
        elif person is not None:
            await accounts.count_failure(person.id)
    if token is None:
        raise SignInRefused
    return token


async def sign_in_with_code(resources: Resources, email: str, code: str) -> str:
    """A new token for the candidate whose start code this is.  Raises `CodeRefused`."""
    async with resources.database.act() as act:
        arrival = Arrival(act, await act.now())
        token = await arrival.sign_in(email, code, resources.settings.secret_key)
    if token is None:
        raise CodeRefused
    return token
