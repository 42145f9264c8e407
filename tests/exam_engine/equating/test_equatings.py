"""Equatings on both databases: from a plan to a table in force."""

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from exam_engine.calibration.plans import Exclusion
from exam_engine.equating.computing import compute, look
from exam_engine.equating.errors import (
    BaseProvisional,
    BasisChanged,
    DecisionReasonMissing,
    EquatingDecided,
    EquatingUnsound,
    SecondApproverNeeded,
)
from exam_engine.equating.plans import Plan
from exam_engine.equating.queries import get_equating, list_equatings
from exam_engine.equating.service import Equatings
from exam_engine.equating.tables import Equating
from exam_engine.exams.errors import ConversionSettled
from exam_engine.exams.queries import find_conversion_row
from exam_engine.exams.tables import Exam, Form, FormConversion
from item_bank.lifecycle import ItemVerb
from item_bank.queries import get_item
from item_bank.service import ItemBank
from tests.exam_engine.equating.forms import CANDIDATES, QUESTIONS, Pair


async def test_an_approved_equating_is_the_forms_table_with_its_evidence(pair: Pair) -> None:
    await pair.calibrated("F-1", "F-2", approve=True)
    draft = await pair.computed(replace(pair.plan, method="true-score"))
    before = await pair.table()
    assert before.method == "provisional-linear-1"
    await pair.do(lambda acts: acts.approve(draft.id, pair.colleague, "sound"))
    after = await pair.table()
    async with pair.database.reading() as session:
        kept = await get_equating(session, draft.id, whole=True)
        row = await find_conversion_row(session, await session.get_one(Form, pair.form.id))
    assert (kept.state, kept.decided_by, kept.decision_reason) == (
        "approved", pair.colleague, "sound",
    )  # fmt: skip
    assert after.to_json() == kept.report["conversion"]
    assert row is not None
    assert (row.source, row.source_id) == ("equating", draft.id)
    assert 0.5 < row.evidence["consistency"] < 1
    assert row.evidence["raw_error"] > 0
    # the new form's own questions are harder, so the same number right is worth more
    base = await pair.table(pair.programmed.form)
    assert all(new > old for new, old in zip(after.scaled[5:-1], base.scaled[5:-1], strict=True))


async def test_the_report_shows_everything_that_the_decision_rests_on(pair: Pair) -> None:
    draft = await pair.computed()
    report = draft.report
    assert draft.method == "circle-arc"
    assert len(draft.data_hash) == 64
    assert [row["code"] for row in report["anchors"]] == list(pair.shared)
    assert [row["raw"] for row in report["rows"]] == list(range(QUESTIONS + 1))
    assert all(row["error"] >= 0 for row in report["rows"])
    assert report["form"]["candidates"] == report["base"]["candidates"] == CANDIDATES
    assert report["drift"]["kind"] == "delta"
    assert [one["name"] for one in report["figures"]] == ["conversion", "anchors"]
    assert "stay held" in " ".join(report["warnings"])
    again = await pair.computed()
    assert (again.data_hash, again.report) == (draft.data_hash, report)


async def test_calibrations_of_each_form_are_linked_and_carry_their_errors(pair: Pair) -> None:
    for form in ("F-1", "F-2"):
        await pair.calibrated(form)
    draft = await pair.computed(replace(pair.plan, method="linked-true-score"))
    assert draft.report["drift"]["kind"] == "parameters"
    assert "A 1.000, B +0.000" in draft.report["errors"]
    middle = draft.report["rows"][QUESTIONS // 2]
    assert 0 < middle["error"] < 2
    assert middle["equivalent"] > middle["raw"]


async def test_who_computed_it_cannot_approve_it_where_the_policy_wants_two(pair: Pair) -> None:
    async with pair.database.transaction() as session:
        (await session.get_one(Exam, pair.programmed.exam.id)).second_approver = True
    draft = await pair.computed(pair.simple)
    for by in (None, pair.analyst):
        with pytest.raises(SecondApproverNeeded):
            await pair.do(lambda acts, by=by: acts.approve(draft.id, by))
    await pair.do(lambda acts: acts.approve(draft.id, pair.colleague))
    assert (await pair.table()).method == "equated-identity-1"


async def test_a_table_is_replaced_once_and_a_decision_is_final(pair: Pair) -> None:
    first, second = [await pair.computed(pair.simple) for _ in range(2)]
    await pair.do(lambda acts: acts.approve(first.id, pair.colleague))
    with pytest.raises(ConversionSettled):
        await pair.do(lambda acts: acts.approve(second.id, pair.colleague))
    with pytest.raises(EquatingDecided, match="This equating is approved"):
        await pair.do(lambda acts: acts.reject(first.id, pair.colleague, "no"))
    with pytest.raises(DecisionReasonMissing):
        await pair.do(lambda acts: acts.reject(second.id, pair.colleague, " "))
    await pair.do(lambda acts: acts.reject(second.id, pair.colleague, "the other one"))
    with pytest.raises(EquatingUnsound, match="has its conversion table already"):
        await pair.computed()
    async with pair.database.reading() as session:
        listed = await list_equatings(session)
        assert {one.equating.state for one in listed} == {"approved", "rejected"}
        assert await session.scalar(select(func.count()).select_from(FormConversion)) == 2


async def test_a_failure_in_the_middle_of_an_approval_leaves_nothing(pair: Pair) -> None:
    draft = await pair.computed(pair.simple)

    async def failing() -> None:
        async with pair.database.transaction() as session:
            acts = Equatings(session, await pair.database.now(session))
            await acts.approve(draft.id, pair.colleague)
            raise LookupError("something else in the same transaction")

    with pytest.raises(LookupError):
        await failing()
    async with pair.database.reading() as session:
        assert (await get_equating(session, draft.id)).state == "draft"
        form = await session.get_one(Form, pair.form.id)
        assert form.conversion_number == 0
        assert await session.scalar(select(func.count()).select_from(FormConversion)) == 1


async def test_what_rests_on_a_provisional_table_is_shown_and_not_approved(pair: Pair) -> None:
    draft = await pair.computed(replace(pair.simple, base="F-3"))
    assert draft.report["provisional"] is True
    assert "is provisional too and cannot be approved" in " ".join(draft.report["warnings"])
    with pytest.raises(BaseProvisional, match="Adopt a standard for F-3 first"):
        await pair.do(lambda acts: acts.approve(draft.id, pair.colleague))
    assert (await pair.table()).method == "provisional-linear-1"


async def test_an_approval_is_refused_when_what_it_rests_on_changed(pair: Pair) -> None:
    await pair.calibrated("F-1", "F-2", approve=True)
    draft = await pair.computed(replace(pair.plan, method="true-score"))
    await pair.calibrated("F-1", "F-2", approve=True)
    with pytest.raises(BasisChanged, match="other parameters were approved"):
        await pair.do(lambda acts: acts.approve(draft.id, pair.colleague))
    by_groups = await pair.computed(pair.simple)
    await retire(pair, pair.shared[0])
    with pytest.raises(BasisChanged, match=f"the anchor {pair.shared[0]}"):
        await pair.do(lambda acts: acts.approve(by_groups.id, pair.colleague))
    seen = await look(pair.database, pair.plan)
    assert {one["code"]: one["reason"] for one in seen["apart"]} == {
        pair.shared[0]: "its item is retired since"
    }


async def retire(pair: Pair, code: str) -> None:
    async with pair.database.transaction() as session:
        bank = ItemBank(session, await pair.database.now(session))
        await bank.move((await get_item(session, code)).id, ItemVerb.RETIRE, None, "it leaked")


async def test_an_anchor_that_became_harder_is_found_and_left_out_by_the_rule(pair: Pair) -> None:
    plan = replace(pair.plan, form="F-3")
    kept = await look(pair.database, plan)
    worst = max(kept["anchors"], key=lambda row: abs(row["z"]))
    assert (worst["code"], worst["over"], worst["moved"] > 0) == (pair.shared[2], True, True)
    assert not any(row["left_out"] for row in kept["anchors"])
    assert pair.shared[2] in " ".join(kept["warnings"])
    out = await look(pair.database, replace(plan, rule="displacement"))
    assert [row["code"] for row in out["anchors"] if row["left_out"] == "rule"] == [pair.shared[2]]
    draft = await pair.computed(replace(plan, rule="displacement", method="tucker"))
    by_hand = Exclusion("item", pair.shared[2], "its exhibit was replaced")
    named = await pair.computed(replace(plan, left_out=(by_hand,), method="tucker"))
    assert [row["equivalent"] for row in draft.report["rows"]] == [
        row["equivalent"] for row in named.report["rows"]
    ]
    with_it = await pair.computed(replace(plan, method="tucker"))
    assert with_it.report["rows"] != draft.report["rows"]


BAD = {
    "the same form twice": ({"base": "F-2"}, "F-2 was chosen twice"),
    "no such form": ({"base": "F-9"}, "SMALL has no form F-9"),
    "no such exam": ({"exam": "NONE"}, "There is no exam NONE"),
    "a NUL": ({"form": "F\0"}, "There is no form"),
    "an item on neither": (
        {"left_out": (Exclusion("item", "XX-1", "why"),)}, "XX-1 is not on both forms",
    ),
    "no reason": ({"left_out": (Exclusion("item", "XX-1", " "),)}, "Give a reason"),
    "no calibration": ({"method": "true-score"}, "no calibrated scale yet"),
    "no runs": ({"method": "linked-true-score"}, "a calibration of each form alone"),
}  # fmt: skip


async def test_what_cannot_be_equated_is_said_in_a_sentence_and_nothing_is_kept(
    pair: Pair,
) -> None:
    for words, (change, sentence) in BAD.items():
        plan: Plan = replace(pair.plan, **change)
        with pytest.raises(EquatingUnsound) as refused:
            await compute(pair.database, plan, None)
        assert sentence in str(refused.value), words
    async with pair.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Equating)) == 0


async def test_forms_that_share_no_item_are_refused(pair: Pair) -> None:
    with pytest.raises(EquatingUnsound, match="no item in common"):
        await pair.computed(replace(pair.plan, form="F-4"))


async def test_where_drift_cannot_be_told_that_is_said(pair: Pair) -> None:
    seen = await look(pair.database, Plan(pair.exam, "F-4", "F-2"))
    assert seen["drift"]["kind"] is None
    assert "Nobody's answers to F-4 are here" in " ".join(seen["warnings"])


async def test_few_candidates_support_the_identity_and_nothing_more(pair: Pair) -> None:
    plan = replace(pair.plan, form="F-5")
    with pytest.raises(EquatingUnsound, match="12 candidates sat the form and 120"):
        await pair.computed(replace(plan, method="tucker"))
    draft = await pair.computed(plan)
    assert draft.method == "identity"
    base = await pair.table(pair.programmed.form)
    assert draft.report["conversion"]["scaled"] == list(base.scaled)
