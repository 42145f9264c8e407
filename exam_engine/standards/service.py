"""Panels: seating them, taking ratings round by round, recommending, and the two signatures."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.roles import Role
from exam_engine.exams.conversion import Conversion
from exam_engine.exams.queries import get_conversion, get_form
from exam_engine.exams.service import Exams
from exam_engine.standards import queries
from exam_engine.standards.adoption import check_cut
from exam_engine.standards.errors import (
    JudgeCannotSign,
    JudgeLeftOut,
    MoveRefused,
    NoMoreRounds,
    NotASigner,
    PanelNotFound,
    PanelUnsound,
    ProposalChanged,
    ReasonMissing,
    RoundChanged,
    RoundIncomplete,
    RoundNotOpen,
    SecondPersonNeeded,
    StatementMissing,
    TooFewJudges,
)
from exam_engine.standards.panels import (
    FEWEST_JUDGES,
    LONGEST_WORDS,
    PanelPlan,
    asked,
    check,
    check_rating,
    sentence_of_missing,
    unrated,
)
from exam_engine.standards.states import PRACTICE_ROUND, RATING, PanelState, after
from exam_engine.standards.tables import PanelJudge, Rating, Standard, StandardPanel

Ratings = queries.Ratings
SIGNERS = frozenset({Role.PSYCHOMETRICIAN, Role.MANAGER})


class Panels:
    """Panels within one transaction; ``now`` is the instant at which all of it happens.

    What takes figures is worked out before: see `exam_engine.standards.proceedings`.
    """

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    # ---- seating

    async def make(
        self,
        plan: PanelPlan,
        by: UUID | None,
        *,
        booklet: Sequence[Mapping[str, Any]] = (),
        scale: str | None = None,
        parameters_version: int | None = None,
    ) -> StandardPanel:
        """A draft.  A bookmark panel needs its booklet and the scale that ordered it.

        Raises `PanelUnsound`.
        """
        check(plan)
        form, _ = await queries.get_open_form(self._session, plan.form_id)
        people = [seat.person_id for seat in plan.seats]
        strangers = set(people) - await queries.list_holders(self._session, people)
        if strangers:
            raise PanelUnsound(
                "Somebody on the list has no open account with the judge's role.", "judges"
            )
        is_bookmark = plan.method == "bookmark"
        panel = StandardPanel(
            id=uuid4(),
            form_id=form.id,
            method=plan.method,
            title=plan.title.strip(),
            state=PanelState.DRAFT,
            n_rounds=plan.n_rounds,
            round=PRACTICE_ROUND,
            borderline=plan.borderline.strip(),
            response_probability=plan.response_probability if is_bookmark else None,
            scale=scale,
            parameters_version=parameters_version,
            booklet=[dict(page) for page in booklet],
            reports={},
            log=[],
            created_at=self._now,
            created_by=by,
        )
        self._session.add(panel)
        await self._session.flush()
        self._session.add_all(
            PanelJudge(
                panel_id=panel.id,
                person_id=seat.person_id,
                qualification=seat.qualification.strip(),
            )
            for seat in plan.seats
        )
        self._say(panel, by, "Panel made")
        await self._session.flush()
        return panel

    async def accept(self, panel_id: UUID, judge_id: UUID) -> PanelJudge:
        """A judge accepts the statement on conflicts of interest; a second time changes nothing.

        Raises `PanelNotFound` for somebody who does not sit on the panel.
        """
        panel = await queries.get_panel_for_update(self._session, panel_id)
        judge = await self._judge(panel.id, judge_id)
        if judge.accepted_at is None:
            judge.accepted_at = self._now
            self._say(panel, judge_id, "Statement on conflicts of interest accepted")
            await self._session.flush()
        return judge

    # ---- rounds

    async def begin(self, panel_id: UUID, by: UUID | None) -> StandardPanel:
        """Judges may read and practise.  Raises `MoveRefused`, `PanelUnsound`."""
        panel = await queries.get_panel_for_update(self._session, panel_id)
        self._move(panel, "begin")
        await queries.get_open_form(self._session, panel.form_id)
        self._say(panel, by, "Practice begun")
        await self._session.flush()
        return panel

    async def open_round(self, panel_id: UUID, by: UUID | None) -> StandardPanel:
        """The next round.  Raises `MoveRefused`, `NoMoreRounds`."""
        panel = await queries.get_panel_for_update(self._session, panel_id)
        self._move(panel, "open")
        if panel.round == panel.n_rounds:
            raise NoMoreRounds(panel.n_rounds)
        panel.round += 1
        self._say(panel, by, f"Round {panel.round} opened")
        await self._session.flush()
        return panel

    async def rate(
        self,
        panel_id: UUID,
        judge_id: UUID,
        round_number: int,
        ratings: Mapping[int, float | None],
    ) -> int:
        """Keep what a judge says of these positions; None takes a rating back.

        How many are kept now in this round.  All or nothing.  Raises `RoundNotOpen`,
        `StatementMissing`, `JudgeLeftOut`, `RatingUnsound`, `PanelNotFound`.
        """
        panel = await queries.get_panel_for_update(self._session, panel_id)
        judge = await self._judge(panel.id, judge_id)
        if PanelState(panel.state) not in RATING or panel.round != round_number:
            raise RoundNotOpen
        if judge.left_out_round is not None:
            raise JudgeLeftOut(judge.left_out_reason or "")
        if judge.accepted_at is None:
            raise StatementMissing
        positions = await self._asked(panel)
        for position, value in ratings.items():
            check_rating(position, value, positions, len(panel.booklet))
        kept = await queries.list_own(self._session, panel.id, round_number, judge_id)
        for position, value in ratings.items():
            if value is None:
                if position in kept:
                    await self._session.delete(kept.pop(position))
            elif position in kept:
                if kept[position].value != value:
                    kept[position].value = value
                    kept[position].saved_at = self._now
            else:
                kept[position] = Rating(
                    panel_id=panel.id,
                    round=round_number,
                    person_id=judge_id,
                    position=position,
                    value=value,
                    saved_at=self._now,
                )
                self._session.add(kept[position])
        await self._session.flush()
        return len(kept)

    async def check_complete(
        self, panel: StandardPanel, ratings: Ratings, reason: str
    ) -> list[queries.ListedJudge]:
        """The judges who count from here on.

        Those who miss something are left out where there is a reason.  Raises `RoundIncomplete`,
        which lists who misses what, and `TooFewJudges`.
        """
        positions = await self._asked(panel)
        listed = await queries.list_judges(self._session, panel.id)
        seated = [one for one in listed if one.judge.left_out_round is None]
        missing = unrated([one.judge.person_id for one in seated], positions, ratings)
        if missing and not reason.strip():
            raise RoundIncomplete(
                " ".join(
                    sentence_of_missing(one.name, missing[one.judge.person_id], len(positions))
                    for one in seated
                    if one.judge.person_id in missing
                )
                + " Wait for them, or close the round without them and say why."
            )
        complete = [one for one in seated if one.judge.person_id not in missing]
        if len(complete) < FEWEST_JUDGES:
            raise TooFewJudges
        return complete

    async def close(
        self,
        panel_id: UUID,
        round_number: int,
        seen: Ratings,
        report: Mapping[str, Any],
        by: UUID | None,
        reason: str = "",
    ) -> StandardPanel:
        """The end of a round, with what it came to.

        ``seen`` are the ratings that the report was made of.  Raises `MoveRefused`,
        `RoundIncomplete`, `TooFewJudges`, and `RoundChanged` where they are not the same any more.
        """
        panel = await queries.get_panel_for_update(self._session, panel_id)
        self._move(panel, "close")
        ratings = await queries.list_ratings(self._session, panel.id, panel.round)
        complete = await self.check_complete(panel, ratings, reason)
        if panel.round != round_number or ratings != seen:
            raise RoundChanged
        counted = {one.judge.person_id for one in complete}
        gone = []
        for one in await queries.list_judges(self._session, panel.id):
            if one.judge.left_out_round is None and one.judge.person_id not in counted:
                one.judge.left_out_round = panel.round
                one.judge.left_out_reason = reason.strip()[:LONGEST_WORDS]
                gone.append(one.name)
        panel.reports = {**panel.reports, str(panel.round): dict(report)}
        without = f" without {', '.join(gone)}: {reason.strip()}" if gone else ""
        self._say(panel, by, f"Round {panel.round} closed{without}"[:LONGEST_WORDS])
        await self._session.flush()
        return panel

    # ---- the standard

    async def recommend(self, panel_id: UUID, by: UUID | None) -> Standard:
        """The cut of the round closed last becomes the panel's recommendation.

        Raises `MoveRefused`.
        """
        panel = await queries.get_panel_for_update(self._session, panel_id)
        self._move(panel, "recommend")
        report = panel.reports[str(panel.round)]
        standard = Standard(
            id=uuid4(),
            panel_id=panel.id,
            cut_recommended=report["cut"],
            standard_error=report["standard_error"],
            recommended_at=self._now,
            recommended_by=by,
            reason="",
        )
        self._session.add(standard)
        self._say(panel, by, f"Recommended: {report['cut']:.2f} of {report['highest']:g}")
        await self._session.flush()
        return standard

    async def propose(self, panel_id: UUID, cut: int, by: UUID, reason: str = "") -> Standard:
        """The first signature: this raw score is to be the lowest that passes.

        Raises `MoveRefused`, `AdoptionUnsound`, `NotASigner`, `JudgeCannotSign`.
        """
        panel, standard = await self._standard(panel_id, "propose")
        await self._check_signer(panel.id, by)
        form = await get_form(self._session, panel.form_id)
        conversion = await get_conversion(self._session, form)
        check_cut(cut, standard.cut_recommended, len(conversion.scaled) - 1, reason)
        standard.cut_adopted = cut
        standard.reason = reason.strip()[:LONGEST_WORDS]
        standard.first_by, standard.first_at = by, self._now
        self._say(panel, by, f"Proposed for adoption, and signed first: {cut}")
        await self._session.flush()
        return standard

    async def withdraw(self, panel_id: UUID, by: UUID, reason: str) -> Standard:
        """The proposal is taken back; the recommendation stays.

        Raises `MoveRefused`, `ReasonMissing`.
        """
        panel, standard = await self._standard(panel_id, "withdraw")
        if not reason.strip():
            raise ReasonMissing
        words = f"Proposal of {standard.cut_adopted} withdrawn: {reason.strip()}"
        standard.cut_adopted, standard.reason = None, ""
        standard.first_by = standard.first_at = None
        self._say(panel, by, words[:LONGEST_WORDS])
        await self._session.flush()
        return standard

    async def confirm(
        self,
        panel_id: UUID,
        cut: int,
        by: UUID,
        conversion: Conversion,
        evidence: Mapping[str, Any],
    ) -> Standard:
        """The second signature; the form has its table from here on, in the same transaction.

        ``cut`` is what the second person has read.  Raises `MoveRefused`, `SecondPersonNeeded`,
        `NotASigner`, `JudgeCannotSign`, `ProposalChanged`, `ConversionSettled`.
        """
        panel, standard = await self._standard(panel_id, "confirm")
        if by == standard.first_by:
            raise SecondPersonNeeded
        await self._check_signer(panel.id, by)
        if cut != standard.cut_adopted:
            raise ProposalChanged
        form = await get_form(self._session, panel.form_id)
        await Exams(self._session, self._now).replace_conversion(
            form,
            conversion,
            source="standard",
            source_id=standard.id,
            evidence=evidence,
            by=by,
            reason=standard.reason or f"As the panel {panel.title} recommends.",
        )
        standard.second_by, standard.second_at = by, self._now
        self._say(panel, by, f"Adopted, and signed second: {cut}")
        await self._session.flush()
        return standard

    async def abandon(self, panel_id: UUID, by: UUID | None, reason: str) -> StandardPanel:
        """Nothing comes of it; what was rated stays on record.

        Raises `MoveRefused`, `ReasonMissing`.
        """
        panel = await queries.get_panel_for_update(self._session, panel_id)
        if not reason.strip():
            raise ReasonMissing
        self._move(panel, "abandon")
        self._say(panel, by, f"Abandoned: {reason.strip()}"[:LONGEST_WORDS])
        await self._session.flush()
        return panel

    # ---- what all of them do

    async def _judge(self, panel_id: UUID, person_id: UUID) -> PanelJudge:
        judge = await queries.find_judge(self._session, panel_id, person_id)
        if judge is None:
            raise PanelNotFound
        return judge

    async def _asked(self, panel: StandardPanel) -> Sequence[int]:
        scored = await queries.list_scored(self._session, panel.form_id)
        return asked(panel.method, panel.round, [one.position for one in scored])

    async def _standard(self, panel_id: UUID, verb: str) -> tuple[StandardPanel, Standard]:
        """The locked panel after the move, and its standard."""
        panel = await queries.get_panel_for_update(self._session, panel_id)
        self._move(panel, verb)
        standard = await queries.find_standard(self._session, panel.id)
        if standard is None:
            raise MoveRefused(verb, panel.state)
        return panel, standard

    async def _check_signer(self, panel_id: UUID, person_id: UUID) -> None:
        if SIGNERS.isdisjoint(await queries.list_roles(self._session, person_id)):
            raise NotASigner
        if await queries.find_judge(self._session, panel_id, person_id) is not None:
            raise JudgeCannotSign

    def _move(self, panel: StandardPanel, verb: str) -> None:
        to = after(PanelState(panel.state), verb)
        if to is None:
            raise MoveRefused(verb, panel.state)
        panel.state = to

    def _say(self, panel: StandardPanel, by: UUID | None, text: str) -> None:
        line = {
            "at": self._now.isoformat(timespec="milliseconds"),
            "by": str(by) if by else None,
            "text": text,
        }
        panel.log = [*panel.log, line]
