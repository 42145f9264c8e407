"""What every page hands to its template."""

from dataclasses import dataclass, field
from typing import Any

from litestar.response import Redirect, Template

from exam_engine.accounts.people import SignedIn
from exam_engine.web.views import person_out

PROGRAMME = "Certification exams"


@dataclass(frozen=True, slots=True)
class FormError:
    """What is wrong with a form: (field id, sentence) in the order of the fields."""

    list: tuple[tuple[str, str], ...]
    title: str = field(default="There is a problem")


@dataclass(frozen=True, slots=True)
class Notice:
    """``kind`` is info, ok, warn or bad."""

    kind: str
    title: str
    text: str


def page(
    name: str,
    who: SignedIn | None,
    *,
    status: int = 200,
    form_error: FormError | None = None,
    notice: Notice | None = None,
    **context: Any,
) -> Template:
    return Template(
        name,
        status_code=status,
        context={
            "person": person_out(who) if who else None,
            "programme": PROGRAMME,
            "notice": notice,
            "form_error": form_error,
            **context,
        },
    )


def see(address: str) -> Redirect:
    """After an act, the page that shows what came of it."""
    return Redirect(address, status_code=303)
