"""Panels on a form that candidates have sat and whose items have parameters."""

import math
from statistics import median

import pytest

from exam_engine.calibration.freezing.queries import freeze
from exam_engine.database import Database
from exam_engine.demonstration.past import Truth
from exam_engine.exams.queries import find_conversion_row, get_form
from exam_engine.results.marking import Treatment
from exam_engine.standards import errors, proceedings, queries
from tests.exam_engine.calibration.conftest import Past, a_past
from tests.exam_engine.calibration.test_decided_keys import decide
from tests.exam_engine.calibration.test_scales import another_right
from tests.exam_engine.standards.conftest import Bench, a_bench


@pytest.fixture
async def past(database: Database) -> Past:
    """Twelve questions with approved parameters, and forty candidates of long ago."""
    found = await a_past(database, n=40)
    run = await found.finished()
    await found.do(lambda runs: runs.approve(run.id, found.colleague))
    return found


@pytest.fixture
async def bench(past: Past) -> Bench:
    return await a_bench(past.database, past.programmed)


def chance(truth: Truth, theta: float) -> float:
    return 1 / (1 + math.exp(-truth.a * (theta - truth.b)))


async def test_a_bookmarks_cut_is_that_of_a_hand_and_evidence_comes_with_adoption(
    past: Past, bench: Bench
) -> None:
    panel_id = await bench.sworn(method="bookmark", n_rounds=1)
    # P = 2/3 where a (theta - b) = ln 2
    places = sorted(
        (truth.b + math.log(2) / truth.a, code) for code, truth in past.parameters.items()
    )
    panel = await bench.panel(panel_id)
    assert [page["code"] for page in panel.booklet] == [code for _, code in places]
    assert [page["location"] for page in panel.booklet] == pytest.approx([at for at, _ in places])
    assert (panel.scale, panel.parameters_version) == ("SMALL:1", 1)
    await bench.open(panel_id)
    for page in (1.0, 14.0, 3.5):
        with pytest.raises(errors.RatingUnsound, match="from 2 to 12, or on 13"):
            await bench.rate(panel_id, bench.judges[0], {0: page})
    for judge, page in zip(bench.judges, (6, 8, 13), strict=True):
        await bench.rate(panel_id, judge, {0: page})
    await bench.close(panel_id)
    report = await bench.report(panel_id, 1)
    theta = median(places[page - 2][0] for page in (6, 8, 13))
    assert report["theta"] == pytest.approx(theta)
    assert report["cut"] == pytest.approx(
        sum(chance(truth, theta) for truth in past.parameters.values())
    )
    assert [one["bookmarks"] for one in report["items"]] == [0] * 5 + [1, 0, 1] + [0] * 4
    await bench.recommended(panel_id)
    cut = report["passing"]
    await bench.do(lambda panels: panels.propose(panel_id, cut, bench.facilitator))
    await proceedings.confirm(bench.database, panel_id, cut, bench.manager)
    async with bench.database.reading() as session:
        row = await find_conversion_row(session, await get_form(session, bench.form_id))
    assert row is not None
    theta_of_cut = row.evidence["theta"]
    expected = [chance(truth, theta_of_cut) for truth in past.parameters.values()]
    assert sum(expected) == pytest.approx(cut)
    # the binomial error of the raw score at the cut (Lord's conditional standard error)
    assert row.evidence["raw_error"] == pytest.approx(math.sqrt(sum(p * (1 - p) for p in expected)))
    assert 0.5 < row.evidence["consistency"] <= 1
    assert (row.evidence["scale"], row.evidence["version"]) == ("SMALL:1", 1)


async def test_feedback_has_what_earlier_candidates_did(past: Past, bench: Bench) -> None:
    async with past.database.reading() as session:
        frozen = await freeze(session, past.plan)
        scored = await queries.list_scored(session, bench.form_id)
    rights = [
        {
            column.code: int(row[j]) == column.options.index(column.key) + 1
            for j, column in enumerate(frozen.columns)
        }
        for row in frozen.answers
    ]
    panel_id = await bench.sworn(n_rounds=1)
    await bench.open(panel_id)
    for judge, share in zip(bench.judges, (0.4, 0.5, 0.6), strict=True):
        await bench.rate(panel_id, judge, {one.position: share for one in scored})
    await bench.close(panel_id)
    report = await bench.report(panel_id, 1)
    assert report["cut"] == pytest.approx(6)
    passing = sum(sum(row.values()) >= 6 for row in rights)
    middle = next(one for one in report["impact"] if one["steps"] == 0)
    assert (middle["n_passing"], report["n_candidates"]) == (passing, 40)
    assert middle["pass_rate"] == pytest.approx(passing / 40)
    assert report["n_simulated"] == 40
    assert {one["code"]: one["right"] for one in report["items"]} == pytest.approx(
        {code: sum(row[code] for row in rights) / 40 for code in past.parameters}
    )
    # 1 - error / greatest possible error, at the theta of the judge's own sum (van der Linden)
    first = report["judges"][0]
    theta = _theta_of(past, 0.4 * 12)
    chances = [chance(truth, theta) for truth in past.parameters.values()]
    error = sum(abs(0.4 - p) for p in chances) / 12
    assert first["error"] == pytest.approx(error)
    worst = sum(max(p, 1 - p) for p in chances) / 12
    assert first["consistency"] == pytest.approx(1 - error / worst)
    assert [one["name"] for one in report["figures"]] == ["judges", "cut"]


def _theta_of(past: Past, points: float) -> float:
    low, high = -20.0, 20.0
    for _ in range(100):
        middle = (low + high) / 2
        total = sum(chance(truth, middle) for truth in past.parameters.values())
        low, high = (middle, high) if total < points else (low, middle)
    return low


async def test_no_booklet_is_ordered_by_parameters_from_before_a_decision_about_a_key(
    past: Past, bench: Bench
) -> None:
    await another_right(past, 3)
    with pytest.raises(errors.PanelUnsound, match="older than what was decided"):
        await bench.made(method="bookmark")
    await decide(past, 3, Treatment.NOT_SCORED)
    with pytest.raises(errors.PanelUnsound, match=r"No answer to .* matters any more"):
        await bench.made(method="bookmark")
    await decide(past, 3, Treatment.KEEP)
    await bench.made(method="bookmark")
