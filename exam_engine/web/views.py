"""From rows to what is shown: shared by the JSON API and the pages.

Everything a candidate can see passes through here, and nothing here reads a key: questions come
as `CandidateItem`, which has no field for one.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from exam_engine.accounts.people import SignedIn
from exam_engine.database import Database, Session
from exam_engine.delivery.clock import added_words, first_deadline
from exam_engine.delivery.states import AttemptState
from exam_engine.delivery.tables import Attempt
from exam_engine.driver.prepared import Snapshot
from exam_engine.exams.conversion import Conversion
from exam_engine.exams.queries import BlueprintNode, get_conversion, list_blueprint
from exam_engine.exams.tables import Exam
from exam_engine.invigilation import queries as hot
from exam_engine.invigilation.queries import Standing
from exam_engine.invigilation.service import Seat, time_left_ms
from exam_engine.registration.tables import Sitting
from exam_engine.results.queries import Found
from exam_engine.results.scoring import likely_range, passing_raw, standing, totals
from exam_engine.web import schemas
from item_bank.items import ItemContent, present
from item_bank.queries import get_contents, known_contents

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def person_out(who: SignedIn) -> schemas.PersonOut:
    return schemas.PersonOut(who.person_id, who.name, who.email, sorted(who.roles))


async def authorizations_out(snapshot: Snapshot, who: SignedIn) -> list[schemas.AuthorizationOut]:
    return [
        schemas.AuthorizationOut(*right) for right in await hot.list_rights(snapshot, who.person_id)
    ]


async def attempt_out(
    snapshot: Snapshot, standing: Standing, who: SignedIn, now: datetime
) -> schemas.AttemptOut:
    started = standing.started_at is not None
    touched = await hot.list_touched(snapshot, standing.id) if started else ()
    return schemas.AttemptOut(
        id=standing.id,
        exam=standing.exam,
        state=standing.state,
        admission=standing.admission or "waiting",
        question_count=standing.question_count,
        server_time=now,
        started_at=standing.started_at,
        remaining_ms=time_left_ms(standing, now),
        allowance_s=standing.allowance_s,
        paused_at=standing.paused_at,
        ended_at=standing.ended_at,
        lease=standing.lease,
        writes_here=writes_here(standing, who),
        answers=[schemas.AnsweredOut(*row) for row in touched],
        result_id=standing.result_id,
        receipt=receipt_word(standing),
        message=await time_message(snapshot, standing),
    )


def writes_here(standing: Standing, who: SignedIn) -> bool:
    """Whether this sign-in holds the lease in force."""
    return standing.holder_id == who.sign_in_id


async def time_message(snapshot: Snapshot, standing: Standing) -> str:
    """What was added to this attempt's time; empty for the many to which nothing was."""
    if standing.started_at is None or standing.deadline_at == first_deadline(
        standing.started_at, standing.allowance_s, standing.window_end_at
    ):
        return ""
    return added_words(await hot.list_ledger(snapshot, standing.id))


def receipt_word(attempt: Attempt | Standing) -> str | None:
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
    database: Database, snapshot: Snapshot, standing: Standing, start: int, count: int
) -> list[ShownQuestion]:
    """Questions of a started attempt; none before the start."""
    if standing.state == AttemptState.CREATED:
        return []
    rows = await hot.list_presented(snapshot, standing.id, start, count)
    contents = await _contents(database, [row.item_version_id for row in rows])
    shown = []
    for row in rows:
        item = present(contents[row.item_version_id], row.option_order)
        shown.append(
            ShownQuestion(
                row.position,
                list(item.paragraphs),
                item.question,
                [
                    ShownOption(choice.identifier, letter, choice.text)
                    for letter, choice in zip(LETTERS, item.choices, strict=False)
                ],
                row.response,
                bool(row.flagged),
            )
        )
    return shown


async def _contents(database: Database, version_ids: list[UUID]) -> dict[UUID, ItemContent]:
    """From memory, where a form's questions are after the first candidate."""
    known = known_contents(version_ids)
    if len(known) == len(set(version_ids)):
        return known
    async with database.reading() as session:
        return await get_contents(session, version_ids)


async def letters_chosen(snapshot: Snapshot, standing: Standing) -> dict[int, str]:
    """Position to the letter under which the chosen option was shown."""
    rows = await hot.list_presented(snapshot, standing.id, 1, standing.question_count)
    return {
        row.position: LETTERS[row.option_order.index(row.response)]
        for row in rows
        if row.response is not None
    }


async def result_out(session: Session, found: Found) -> schemas.ResultOut:
    """A result as its candidate may see it: no score unless it is released, never a raw one."""
    result, score, attempt, form, exam = found
    released = result.state == "released"
    categories = []
    if released:
        blueprint = await list_blueprint(session, exam.id)
        categories = category_standings(
            score.by_node,
            blueprint,
            await get_conversion(session, form, score.conversion_number),
        )
    return schemas.ResultOut(
        id=result.id,
        exam=exam.title,
        purpose=form.purpose,
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


async def score_picture(session: Session, found: Found) -> ScorePicture | None:
    """None unless the result is released."""
    result, score, _, form, exam = found
    if result.state != "released":
        return None
    conversion = await get_conversion(session, form, score.conversion_number)
    share = score.raw / score.raw_max if score.raw_max else 0.0
    band_low, band_high = likely_range(share * conversion.raw_max, conversion)
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
        waiting=unsent(seat),
        signals=seat.signals,
        version=watched.version if watched else 0,
    )


def unsent(seat: Seat) -> int:
    """Answers that wait on the device, as it said last; a submit comes after all of them."""
    if seat.contact is None or (seat.attempt and seat.attempt.state == AttemptState.SUBMITTED):
        return 0
    return seat.contact.waiting


def proctor_scope(who: SignedIn) -> UUID | None:
    """None for whoever sees every room, else the proctor whose rooms count."""
    return None if "manager" in who.roles else who.person_id
