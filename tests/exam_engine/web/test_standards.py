"""Panels over the API and the plain pages: what judges and facilitators see, candidates never."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from exam_engine.accounts.roles import Role
from exam_engine.database import Database
from exam_engine.web.auth import FOR
from tests import factories
from tests.exam_engine.calibration.conftest import a_past
from tests.exam_engine.conftest import Room
from tests.exam_engine.standards.conftest import Bench, a_bench
from tests.exam_engine.web.conftest import Enter

ONE_IS_ENOUGH = pytest.mark.parametrize("database_kind", ["sqlite"])
"""Of pages, whose every question to a database others of these tests ask on both."""

JUDGES_OPEN = {
    "/api/standards",
    "/api/standards/{panel_id}/sheet",
    "/api/standards/{panel_id}/statement",
    "/api/standards/{panel_id}/ratings",
    "/standards",
    "/standards/{panel_id}/sheet",
    "/standards/{panel_id}/statement",
}


@pytest.fixture
async def bench(room: Room) -> Bench:
    return await a_bench(room.database, room.programmed, n_judges=2)


async def entered(bench: Bench, enter: Enter, *people: Any) -> list[httpx.AsyncClient]:
    async with bench.database.transaction() as session:
        now = await bench.database.now(session)
        return [enter(await factories.a_sign_in(session, now, one)) for one in people]


async def test_a_panel_from_the_first_request_to_the_forms_table(
    bench: Bench, enter: Enter
) -> None:
    ada, bo, sol, noor = await entered(
        bench, enter, *bench.judges, bench.facilitator, bench.manager
    )
    emails = [(await one.get("/api/me")).json()["email"] for one in (ada, bo)]
    body = {
        "exam": "SMALL",
        "form": "F-1",
        "method": "angoff",
        "title": "Spring",
        "rounds": 1,
        "judges": [{"email": email, "qualification": "Ten years"} for email in emails],
    }
    made = await sol.post("/api/standards", json=body)
    assert made.status_code == 201
    where = f"/api/standards/{made.json()['panel']['id']}"
    assert (await ada.get(f"{where}/sheet")).json()["questions"] == []
    for verb in ("begin", "open"):
        assert (await sol.post(f"{where}/{verb}", json={})).status_code == 200
    for judge, share in ((ada, 0.62), (bo, 0.72)):
        refused = await judge.post(f"{where}/statement", json={"accepted": False})
        assert (refused.status_code, refused.json()["code"]) == (409, "statement_not_accepted")
        await judge.post(f"{where}/statement", json={"accepted": True})
        ratings = {str(position): share for position in range(1, 11)}
        kept = await judge.post(f"{where}/ratings", json={"round": 1, "ratings": ratings})
        assert kept.json() == {"rated": 10}
    sheet = (await ada.get(f"{where}/sheet")).json()
    assert [one["rating"] for one in sheet["questions"]] == [0.62] * 10
    keys = [[o["is_key"] for o in one["options"]].count(True) for one in sheet["questions"]]
    assert keys == [1] * 10
    assert (await sol.post(f"{where}/close", json={})).json()["panel"]["state"] == "closed"
    recommended = (await sol.post(f"{where}/recommend", json={})).json()["standard"]
    # sums 6.2 and 7.2: 6.7, and an error of (1 / sqrt 2) / sqrt 2
    assert recommended["cut_recommended"] == pytest.approx(6.7)
    assert recommended["standard_error"] == pytest.approx(0.5)
    assert (await noor.post(f"{where}/propose", json={"cut": 7})).status_code == 200
    same = await noor.post(f"{where}/confirm", json={"cut": 7})
    assert (same.status_code, same.json()["code"]) == (403, "second_person_needed")
    done = (await sol.post(f"{where}/confirm", json={"cut": 7})).json()
    assert (done["panel"]["state"], done["standard"]["cut_adopted"]) == ("adopted", 7)
    again = await sol.post("/api/standards", json=body)
    assert (again.status_code, again.json()["code"]) == (422, "panel_unsound")


async def test_bad_ratings_and_bad_panels_are_refused_in_a_sentence(
    bench: Bench, enter: Enter
) -> None:
    ada, sol = await entered(bench, enter, bench.judges[0], bench.facilitator)
    panel_id = await bench.sworn()
    where = f"/api/standards/{panel_id}/ratings"
    for ratings, code in (
        ({"1": 1.5}, 422),
        ({"99": 0.5}, 422),
        ({"one": 0.5}, 422),
        ({"9" * 5000: 0.5}, 422),
        ({"\u00b2": 0.5}, 422),
        ({"1": "half"}, 422),
    ):
        refused = await ada.post(where, json={"round": 0, "ratings": ratings})
        assert refused.status_code == code, ratings
    late = await ada.post(where, json={"round": 1, "ratings": {"1": 0.5}})
    assert (late.status_code, late.json()["code"]) == (409, "round_not_open")
    body = {"exam": "SMALL", "form": "F-1", "method": "angoff", "title": "S", "judges": []}
    for change in (
        {"form": "F-\0"},
        {"judges": [{"email": "nobody@example.org", "qualification": "x"}]},
        {"rounds": 99},
        {"method": "bookmark", "response_probability": 2},
    ):
        refused = await sol.post("/api/standards", json=body | change)
        assert (refused.status_code, refused.json()["code"]) == (422, "panel_unsound"), change


async def test_a_judge_sees_only_panels_that_they_sit_on(bench: Bench, enter: Enter) -> None:
    panel_id = await bench.sworn()
    async with bench.database.transaction() as session:
        now = await bench.database.now(session)
        other = (await factories.a_person(session, now, Role.JUDGE)).id
    ada, stranger = await entered(bench, enter, bench.judges[0], other)
    assert len((await ada.get("/api/standards")).json()) == 1
    assert (await stranger.get("/api/standards")).json() == []
    assert "Spring panel" in (await ada.get("/standards")).text
    assert "You sit on no panel yet." in (await stranger.get("/standards")).text
    for path in (f"/api/standards/{panel_id}/sheet", f"/standards/{panel_id}/sheet"):
        assert (await ada.get(path)).status_code == 200
        assert (await stranger.get(path)).status_code == 404
    posts = [f"/standards/{panel_id}/sheet", f"/standards/{panel_id}/statement"]
    for path in posts:
        data = {"accepted": "yes", "round": "0", "rating-1": "50"}
        assert (await stranger.post(path, data=data)).status_code == 404


@ONE_IS_ENOUGH
async def test_the_plain_form_keeps_what_is_right_and_says_what_is_not(
    bench: Bench, enter: Enter
) -> None:
    panel_id = await bench.sworn()
    (ada,) = await entered(bench, enter, bench.judges[0])
    where = f"/standards/{panel_id}/sheet"
    fields = {
        "round": "0",
        "rating-1": "62,5 %",
        "rating-2": "101",
        "rating-3": "",
        "rating-9": "5",
    }
    mixed = await ada.post(where, data=fields)
    assert mixed.status_code == 422
    assert "Question 2: Write a number from 0 to 100" in mixed.text
    assert 'value="62,5 %"' in mixed.text
    sheet = (await ada.get(f"/api/standards/{panel_id}/sheet")).json()
    assert [one["rating"] for one in sheet["questions"]] == [0.625, None, None, None, None]
    saved = await ada.post(where, data={"round": "0", "rating-1": ""})
    assert (saved.status_code, saved.headers["location"]) == (303, f"{where}?saved=yes")
    late = await ada.post(where, data={"round": "1", "rating-1": "50"})
    assert late.status_code == 409
    assert "This round is not open." in late.text


@ONE_IS_ENOUGH
async def test_last_ratings_are_kept_for_the_rest_when_the_judge_says_so(
    bench: Bench, enter: Enter
) -> None:
    panel_id = await bench.sworn()
    await bench.round(panel_id, [[0.6] * 10, [0.8] * 10])
    await bench.open(panel_id)
    (ada,) = await entered(bench, enter, bench.judges[0])
    fields = {"round": "2", "rating-1": "75"} | {f"rating-{n}": "" for n in range(2, 10)}
    await ada.post(f"/standards/{panel_id}/sheet", data=fields)
    sheet = (await ada.get(f"/api/standards/{panel_id}/sheet")).json()
    assert [one["rating"] for one in sheet["questions"]] == [0.75, *[None] * 9]
    assert (sheet["questions"][1]["before"], sheet["cut"]) == (0.6, pytest.approx(7))
    await ada.post(f"/standards/{panel_id}/sheet", data=fields | {"keep": "yes"})
    sheet = (await ada.get(f"/api/standards/{panel_id}/sheet")).json()
    # question 10 was not in the form that was sent
    assert [one["rating"] for one in sheet["questions"]] == [0.75, *[0.6] * 8, None]


@ONE_IS_ENOUGH
async def test_a_bookmark_is_placed_on_a_plain_page_and_stays_in_the_booklet(
    database: Database, enter: Enter
) -> None:
    past = await a_past(database, n=40)
    run = await past.finished()
    await past.do(lambda runs: runs.approve(run.id, past.colleague))
    bench = await a_bench(database, past.programmed, n_judges=2)
    panel_id = await bench.sworn(method="bookmark", n_rounds=2)
    (ada, sol) = await entered(bench, enter, bench.judges[0], bench.facilitator)
    where = f"/standards/{panel_id}/sheet"
    page = (await ada.get(where)).text
    assert page.count('type="radio"') == 12  # pages 2 to 12, and after the last
    assert (await ada.post(where, data={"round": "0"})).status_code == 422
    outside = await ada.post(where, data={"round": "0", "bookmark": "14"})
    assert outside.status_code == 422
    assert "from 2 to 12, or on 13" in outside.text
    assert (await ada.post(where, data={"round": "0", "bookmark": "13"})).status_code == 303
    assert 'value="13" checked' in (await ada.get(where)).text
    await bench.round(panel_id, [[5], [8]])
    assert "yours 5" in (await ada.get(where)).text
    await bench.open(panel_id)
    assert "yours 5" in (await ada.get(where)).text
    shown = (await sol.get(f"/standards/{panel_id}")).text
    assert "All of them are simulated" in shown
    assert "5–8, median 6.5" in shown


@ONE_IS_ENOUGH
async def test_judges_open_no_other_route_and_candidates_none_of_these(app: Litestar) -> None:
    opened, candidates = set(), set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            rule = handler.opt.get(FOR)
            if isinstance(rule, frozenset) and Role.JUDGE in rule:
                opened.add(route.path_format)
                candidates |= rule & {Role.CANDIDATE}
    assert opened == JUDGES_OPEN
    assert candidates == set()
