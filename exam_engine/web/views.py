"""From rows to what is shown: shared by the JSON API and the pages.

Everything a candidate can see passes through here, and nothing here reads a key: questions come
as `CandidateItem`, which has no field for one.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from exam_engine.accounts.doorkeeper import SignedIn
from exam_engine.database import Session
from exam_engine.delivery import queries as attempts
from exam_engine.delivery.clock import added_words, first_deadline
from exam_engine.delivery.states import AttemptState
from exam_engine.delivery.tables import Attempt
from exam_engine.exams.conversion import Conversion
from exam_engine.exams.queries import BlueprintNode, get_exam_of_form, list_blueprint
from exam_engine.exams.tables import Exam
from exam_engine.invigilation.service import Seat, time_left_ms
from exam_engine.registration.queries import list_authorizations
from exam_engine.registration.tables import Sitting
from exam_engine.results.queries import Found, find_result_of
from exam_engine.results.scoring import likely_range, passing_raw, standing, totals
from exam_engine.web import schemas
from item_bank.items import present
from item_bank.queries import get_contents
from proctor.queries import find_session_of

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def person_out(who: SignedIn) -> schemas.PersonOut:
    return schemas.PersonOut(who.person_id, who.name, who.email, sorted(who.roles))


async def authorizations_out(session: Session, who: SignedIn) -> list[schemas.AuthorizationOut]:
    mine = {
        attempt.authorization_id: attempt
        for attempt in await attempts.list_attempts_of_person(session, who.person_id)
    }
    out = []
    for authorization, sitting, exam in await list_authorizations(session, who.person_id):
        attempt = mine.get(authorization.id)
        out.append(
            schemas.AuthorizationOut(
                authorization.id,
                exam.title,
                sitting.title,
                sitting.opens_at,
                sitting.closes_at,
                authorization.allowance_s,
                attempt.id if attempt else None,
                attempt.state if attempt else None,
            )
        )
    return out


async def attempt_out(
    session: Session, attempt: Attempt, who: SignedIn, now: datetime
) -> schemas.AttemptOut:
    exam = await get_exam_of_form(session, attempt.form_id)
    watched = await find_session_of(session, attempt.id)
    lease = responses = result = None
    if attempt.started_at:
        lease = await attempts.find_lease(session, attempt.id, attempt.lease)
        responses = await attempts.list_responses(session, attempt.id)
    if attempt.ended_at:
        result = await find_result_of(session, attempt.id)
    return schemas.AttemptOut(
        id=attempt.id,
        exam=exam.title,
        state=attempt.state,
        admission=watched.state if watched else "waiting",
        question_count=attempt.question_count,
        server_time=now,
        started_at=attempt.started_at,
        remaining_ms=time_left_ms(attempt, now),
        allowance_s=attempt.allowance_s,
        paused_at=attempt.paused_at,
        ended_at=attempt.ended_at,
        lease=attempt.lease,
        writes_here=lease is not None and lease.sign_in_id == who.sign_in_id,
        answers=[
            schemas.AnsweredOut(
                row.position, row.value, row.flagged, row.lease, row.sequence, row.received_at
            )
            for row in responses or ()
        ],
        result_id=result.id if result else None,
        receipt=receipt_word(attempt),
        message=await time_message(session, attempt),
    )


async def time_message(session: Session, attempt: Attempt) -> str:
    """What was added to this attempt's time; empty for the many to which nothing was."""
    if attempt.started_at is None or attempt.deadline_at == first_deadline(
        attempt.started_at, attempt.allowance_s, attempt.window_end_at
    ):
        return ""
    ledger = await attempts.list_adjustments(session, attempt.id)
    return added_words((row.kind, row.microseconds) for row in ledger)


def receipt_word(attempt: Attempt) -> str | None:
    """A short word a candidate can write down: the end of the chain, in eight signs."""
    if attempt.ended_at is None:
        return None
    word = attempt.chain_head.hex()[:8].upper()
    return f"{word[:4]}-{word[4:]}"


class ShownOption(Struct):
    identifier: str
    letter: str
    text: str


class ShownQuestion(Struct):
    """A question with what its candidate has done: all that the template gets."""

    position: int
    paragraphs: list[str]
    question: str
    options: list[ShownOption]
    response: str | None
    flagged: bool


async def questions_shown(
    session: Session, attempt: Attempt, start: int, count: int
) -> list[ShownQuestion]:
    """Questions of a started attempt; none before the start."""
    if attempt.state == AttemptState.CREATED:
        return []
    rows = await attempts.list_presented(session, attempt.id, start, count)
    touched = await attempts.list_responses(session, attempt.id, start, count)
    answers = {row.position: row for row in touched}
    contents = await get_contents(session, [row.item_version_id for row in rows])
    shown = []
    for row in rows:
        item = present(contents[row.item_version_id], row.option_order)
        answer = answers.get(row.position)
        shown.append(
            ShownQuestion(
                row.position,
                list(item.paragraphs),
                item.question,
                [
                    ShownOption(choice.identifier, letter, choice.text)
                    for letter, choice in zip(LETTERS, item.choices, strict=False)
                ],
                answer.value if answer else None,
                answer.flagged if answer else False,
            )
        )
    return shown


async def letters_chosen(session: Session, attempt: Attempt) -> dict[int, str]:
    """Position to the letter under which the chosen option was shown."""
    rows = await attempts.list_presented(session, attempt.id)
    answers = {
        row.position: row.value for row in await attempts.list_responses(session, attempt.id)
    }
    return {
        row.position: LETTERS[row.option_order.index(value)]
        for row in rows
        if (value := answers.get(row.position)) is not None
    }


async def result_out(session: Session, found: Found) -> schemas.ResultOut:
    """A result as its candidate may see it: no score unless it is released, never a raw one."""
    result, score, attempt, form, exam = found
    released = result.state == "released"
    categories = []
    if released:
        blueprint = await list_blueprint(session, exam.id)
        categories = category_standings(
            score.by_node, blueprint, Conversion.from_json(form.conversion)
        )
    return schemas.ResultOut(
        id=result.id,
        exam=exam.title,
        state=result.state,
        ended_at=attempt.ended_at or result.created_at,
        released_at=result.released_at,
        score=score.reported if released else None,
        passing_score=exam.cut,
        scale_low=exam.scale_low,
        scale_high=exam.scale_high,
        passed=score.passed if released else None,
        categories=categories,
    )


class ScorePicture(Struct):
    """The numbers of the picture on the result page, on the reported scale."""

    low: int
    high: int
    cut: int
    score: int
    band_low: int
    band_high: int


def score_picture(found: Found) -> ScorePicture | None:
    """None unless the result is released."""
    result, score, _, form, exam = found
    if result.state != "released":
        return None
    band_low, band_high = likely_range(score.raw, Conversion.from_json(form.conversion))
    return ScorePicture(
        exam.scale_low, exam.scale_high, exam.cut, score.reported, band_low, band_high
    )


def category_standings(
    by_node: dict[str, Sequence[int]],
    blueprint: Sequence[BlueprintNode],
    conversion: Conversion,
) -> list[schemas.CategoryOut]:
    parents = {node.code: node.parent_code for node in blueprint}
    titles = {node.parent_code: node.parent_title for node in blueprint}
    share = passing_raw(conversion) / (len(conversion.scaled) - 1)
    return [
        schemas.CategoryOut(code, titles[code], standing(right, total, share))
        for code, (right, total) in sorted(totals(by_node, parents).items())
    ]


def sitting_out(sitting: Sitting, exam: Exam) -> schemas.SittingOut:
    return schemas.SittingOut(
        sitting.id,
        sitting.title,
        exam.title,
        sitting.opens_at,
        sitting.closes_at,
        sitting.self_admitting,
    )


def seat_out(seat: Seat, question_count: int) -> schemas.SeatOut:
    """``question_count`` is that of the sitting's form."""
    watched, attempt = seat.session, seat.attempt
    return schemas.SeatOut(
        id=seat.id,
        session_id=watched.id if watched else None,
        attempt_id=attempt.id if attempt else None,
        name=seat.name,
        admission=watched.state if watched else "waiting",
        attempt_state=attempt.state if attempt else "created",
        remaining_ms=seat.remaining_ms,
        answered=seat.answered,
        question_count=question_count,
        connection=seat.connection,
        last_contact_at=seat.contact.at if seat.contact else None,
        last_saved_at=seat.last_saved_at,
        waiting=seat.contact.waiting if seat.contact else 0,
        signals=seat.signals,
        version=watched.version if watched else 0,
    )


def proctor_scope(who: SignedIn) -> UUID | None:
    """None for whoever sees every room, else the proctor whose rooms count."""
    return None if "manager" in who.roles else who.person_id
