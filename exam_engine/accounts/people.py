"""Who is asking."""

from dataclasses import dataclass
from uuid import UUID

from exam_engine.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person as one of their sign-ins shows them."""

    sign_in_id: UUID
    person_id: UUID
    name: str
    email: str
    roles: frozenset[Role]
