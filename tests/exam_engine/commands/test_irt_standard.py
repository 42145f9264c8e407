"""`irt standard`: what the panel wrote is what the library gets, and what the report says."""

from pathlib import Path

import numpy as np
import pytest

from psychometrics import Items
from psychometrics.standards import (
    angoff,
    beuk,
    bookmark,
    contrasting_groups,
    hofstee,
    judge_consistency,
)
from tests.exam_engine.commands.judged import (
    done,
    numbers,
    refused,
    report,
    rows_of,
    table_in,
    written,
)

JUDGES = ("Ana", "Bo", "Cy", "Di", "Ed")
NAMES = [f"Q{j}" for j in range(12)]
ITEMS = Items.from_irt("2PL", np.linspace(0.7, 1.6, 12), np.linspace(-2, 1.5, 12), names=NAMES)
SCORES = np.random.default_rng(3).integers(2, 13, 80)
# Shrout & Fleiss (1979), Psychological Bulletin 86(2), Table 2: four judges of six targets
SHROUT_FLEISS = np.array([[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4]]) / 10
FOURTH = [0.8, 0.2, 0.8, 0.6, 0.9, 0.7]


def ratings() -> np.ndarray:
    rng = np.random.default_rng(1)
    p = ITEMS.expected_score([0.2])[:, 0]
    return np.asarray(np.clip(p + rng.normal(0, 0.1, (2, 5, 12)), 0, 1).round(3))


@pytest.fixture
def items(tmp_path: Path) -> Path:
    metric = ITEMS.metric
    rows = [
        [name, "2PL", repr(float(metric.a[j])), repr(float(metric.b[j, 0]))]
        for j, name in enumerate(NAMES)
    ]
    return written(tmp_path / "items.csv", [["item", "model", "a", "b"], *rows])


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    rows = [[f"p{i}", score] for i, score in enumerate(SCORES.tolist())]
    return written(tmp_path / "scores.csv", [["person", "score"], *rows])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [[raw, 800 * raw / 12] for raw in range(13)]
    return written(tmp_path / "table.csv", [["raw", "scaled"], *rows])


def wide(path: Path) -> Path:
    rows = [
        [judge, k + 1, *given]
        for k, table in enumerate(ratings().tolist())
        for judge, given in zip(JUDGES, table, strict=True)
    ]
    return written(path, [["judge", "round", *NAMES], *rows])


def test_the_agreement_of_shrout_and_fleiss_comes_out_of_the_command(tmp_path: Path) -> None:
    given = [*SHROUT_FLEISS.tolist(), FOURTH]
    rows = [[name, *row] for name, row in zip("abcd", given, strict=True)]
    path = written(tmp_path / "r.csv", [["judge", *"uvwxyz"], *rows])
    told = report(done(tmp_path, "standard", path, "--method", "angoff"))
    assert told["icc_single"] == pytest.approx(0.29, abs=0.005)
    assert told["icc_panel"] == pytest.approx(0.62, abs=0.005)
    assert told["cut"] == pytest.approx(np.sum(given) / 4)


def test_angoff_hands_ratings_over_and_tells_the_same_everywhere(
    tmp_path: Path, items: Path, scores: Path, table: Path
) -> None:
    path = wide(tmp_path / "r.csv")
    words = ("--items", items, "--scores", scores, "--conversion", table)
    out = done(tmp_path, "standard", path, "--method", "angoff", *words)
    known, within = angoff(ratings()), judge_consistency(ratings()[-1], ITEMS)
    told = report(out)
    assert told["cut"] == pytest.approx(known.cut, abs=1e-12)
    assert told["standard_error"] == pytest.approx(known.standard_error, abs=1e-12)
    assert [row["judge"] for row in rows_of(out / "standard.csv")] == list(JUDGES)
    csv_cuts = numbers(out / "standard.csv", "cut")
    assert csv_cuts == pytest.approx(known.rounds[-1].judge_cuts, rel=1e-9)
    first = numbers(out / "standard.csv", "cut_round_1")
    assert first == pytest.approx(known.rounds[0].judge_cuts, rel=1e-9)
    own = numbers(out / "standard.csv", "consistency")
    assert own == pytest.approx(within.consistency, rel=1e-9)
    assert numbers(out / "items.csv", "mean") == pytest.approx(known.rounds[-1].item_ratings)
    # the interval is t with 4 degrees of freedom: 2.776 standard errors to each side
    half = told["interval"][1] - told["cut"]
    assert half == pytest.approx(2.7764451 * known.standard_error, rel=1e-6)
    assert told["scaled"] == pytest.approx(known.cut * 800 / 12)
    for one in told["impact"]:
        at = known.cut + one["standard_errors"] * known.standard_error
        assert one["cut"] == pytest.approx(at)
        assert one["n_passing"] == int((at <= SCORES).sum())
    shown = table_in(out, "The cut, and two")
    assert [row[1] for row in shown] == [f"{one['cut']:.2f}" for one in told["impact"]]
    assert [row[4] for row in shown] == [str(one["n_passing"]) for one in told["impact"]]
    shown = table_in(out, "Each judge in the last round")
    assert [row[2] for row in shown] == [f"{cut:.2f}" for cut in csv_cuts]


def test_a_long_file_and_per_cent_are_the_same_ratings(tmp_path: Path) -> None:
    long = [
        [judge, name, k + 1, value * 100]
        for k, table in enumerate(ratings())
        for judge, given in zip(JUDGES, table, strict=True)
        for name, value in zip(NAMES, given.tolist(), strict=True)
    ]
    path = written(tmp_path / "long.csv", [["judge", "item", "round", "rating"], *long])
    out = done(tmp_path, "standard", path, "--method", "angoff", "--percent", "--no-html")
    assert report(out)["cut"] == pytest.approx(angoff(ratings()).cut)
    assert not (out / "report.html").exists()


def test_a_bookmark_is_read_from_pages(tmp_path: Path, items: Path, scores: Path) -> None:
    pages = np.array([[6, 7, 9, 4, 7], [7, 7, 8, 6, 7]])
    rows = [[judge, k + 1, pages[k, j]] for k in (0, 1) for j, judge in enumerate(JUDGES)]
    path = written(tmp_path / "p.csv", [["judge", "round", "page"], *rows])
    words = ("--items", items, "--probability", 0.5, "--place", "at", "--scores", scores)
    out = done(tmp_path, "standard", path, "--method", "bookmark", *words)
    known = bookmark(ITEMS, pages, probability=0.5, place="at")
    told = report(out)
    assert told["cut"] == pytest.approx(known.raw_cut)
    assert told["theta"] == pytest.approx(known.cut)
    assert told["theta_standard_error"] == pytest.approx(known.standard_error)
    assert numbers(out / "standard.csv", "theta") == pytest.approx(known.rounds[-1])
    assert numbers(out / "booklet.csv", "location") == pytest.approx(known.booklet.location)


def test_the_compromises_get_what_each_judge_wants(tmp_path: Path, scores: Path) -> None:
    cuts, rates = [6, 7, 7, 8, 6], [0.6, 0.55, 0.7, 0.5, 0.62]
    rows = list(zip(JUDGES, cuts, rates, strict=True))
    path = written(tmp_path / "b.csv", [["judge", "cut", "pass_rate"], *rows])
    words = ("--scores", scores, "--highest", 12)
    told = report(done(tmp_path, "standard", path, "--method", "beuk", *words))
    known = beuk(SCORES, cuts, rates, highest=12)
    assert told["cut"] == pytest.approx(known.cut)
    assert told["standard_error"] == pytest.approx(known.standard_error)

    low, high, few, many = [5, 6, 5, 6, 4], [8, 9, 8, 8, 9], [0.1] * 5, [0.5, 0.6, 0.5, 0.4, 0.6]
    names = ["judge", "lowest_cut", "highest_cut", "lowest_fail_rate", "highest_fail_rate"]
    rows_h = list(zip(JUDGES, low, high, few, many, strict=True))
    path = written(tmp_path / "h.csv", [names, *rows_h])
    told = report(done(tmp_path, "standard", path, "--method", "hofstee", *words))
    known = hofstee(SCORES, low, high, few, many, highest=12)
    assert told["cut"] == pytest.approx(known.cut)
    assert told["pass_rate_on_the_line"] == pytest.approx(known.pass_rate)


def test_contrasting_groups_take_scores_from_either_file(tmp_path: Path, scores: Path) -> None:
    said = (SCORES + np.random.default_rng(2).normal(0, 2, 80) > 7).astype(int)
    known = contrasting_groups(SCORES, said, cost=2.0)
    rows = [[f"p{i}", score, said[i]] for i, score in enumerate(SCORES.tolist())]
    both = written(tmp_path / "g.csv", [["person", "score", "qualified"], *rows])
    alone = written(tmp_path / "j.csv", [["person", "qualified"], *([r[0], r[2]] for r in rows)])
    for words in ((both,), (alone, "--scores", scores, "--highest", 12)):
        path, *more = words
        words_ = (path, "--method", "contrasting-groups", "--cost", 2, *more)
        told = report(done(tmp_path, "standard", *words_))
        assert told["cut"] == pytest.approx(known.cut)
        assert told["standard_error"] == pytest.approx(known.standard_error)


def test_a_judge_far_from_the_others_is_named(tmp_path: Path) -> None:
    given = ratings()[-1]
    given[1] = 0.99
    rows = [[judge, *row] for judge, row in zip(JUDGES, given.tolist(), strict=True)]
    rows[3][4] = ""
    path = written(tmp_path / "r.csv", [["judge", *NAMES], *rows])
    out = done(tmp_path, "standard", path, "--method", "angoff")
    flags = {row["judge"]: row["flags"].split() for row in rows_of(out / "standard.csv")}
    assert "outlying_judge" in flags["Bo"]
    assert flags["Di"] == ["incomplete"]
    assert any(flag["sentence"].startswith("Judge Bo's cut") for flag in report(out)["flags"])


BASE = "judge,a,b,c\n"
GOOD = BASE + "x,0.5,0.6,0.7\ny,0.4,0.6,0.8\n"


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("", (), "is empty. Its first row must name the columns."),
        (BASE, (), "holds no rating. Add one row for each judge."),
        (BASE + "x,1.2,0.5,0.5\ny,1,1,0\n", (), "row 2, column B (a) holds 1.2. A rating is"),
        (BASE + "x,60,0.5,0.5\ny,1,1,0\n", (), "Say --percent if ratings are per cent."),
        (BASE + "x,-0.1,0.5,0.5\ny,1,1,0\n", (), "holds -0.1. A rating is the share"),
        (BASE + "x,NA,0.5,0.5\ny,1,1,0\n", (), 'holds "NA". A rating is a number; leave'),
        (BASE + "x,,,\ny,1,1,0\nz,1,0,0\n", (), "judge 'x' rated nothing. Fill in"),
        (BASE + "x,,1,0\ny,,1,0\n", (), "item 'a' was rated by no judge. Fill in"),
        (GOOD + "x,0.1,0.2,0.3\n", (), "judge 'x' is in row 2 and in row 4. Keep one row."),
        (BASE + "x,0.1,0.2,0.3\n", (), "needs two judges and two items or more, not 1 by 3"),
        (GOOD, ("--method", "beuk"), "against the scores of candidates. Give them: --scores."),
        (GOOD, ("--method", "bookmark"), "Give their parameters: --items."),
        ("judge,score\nx,1\n", ("--method", "contrasting-groups"), "has no column 'qualified'"),
        (
            "person,score,qualified\na,1,1\nb,2,2\n",
            ("--method", "contrasting-groups"),
            "row 3: judgement of b is 2. Write 1 for qualified and 0 for not.",
        ),
        (
            "person,score,qualified\na,9,0\nb,2,1\n",
            ("--method", "contrasting-groups"),
            "the scores do not tell them apart",
        ),
        (
            "person,score,qualified\na,9,1\nb,2,1\n",
            ("--method", "contrasting-groups"),
            "there is no unqualified candidate to contrast with the others",
        ),
    ],
)
def test_a_file_that_cannot_be_a_panel_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    words: tuple[str, ...],
    sentence: str,
) -> None:
    path = tmp_path / "r.csv"
    path.write_text(text, "utf-8")
    told = refused(tmp_path, capsys, "standard", path, "--method", "angoff", *words)
    assert sentence in told
    assert str(path) in told or "--" in told


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("raw,scaled\n0,0\n1,300\n2,250\n3,800\n", "raw score 2 is worth 250, less than the 300"),
        ("raw,scaled\n0,0\n2,300\n", "row 3 holds raw score 2 where 1 belongs"),
        ("raw,scaled\n0,0\n1,300\n", "from 0 to 1, but this form has 3 points"),
        ("raw,points\n0,0\n", "has no column 'scaled'. It needs raw, scaled."),
    ],
)
def test_a_conversion_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, sentence: str
) -> None:
    path, other = tmp_path / "r.csv", tmp_path / "t.csv"
    path.write_text(GOOD, "utf-8")
    other.write_text(table, "utf-8")
    words = ("--method", "angoff", "--conversion", other)
    assert sentence in refused(tmp_path, capsys, "standard", path, *words)


def test_scores_of_another_form_and_absent_judges_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], items: Path, scores: Path
) -> None:
    path = tmp_path / "r.csv"
    path.write_text(GOOD, "utf-8")
    words = ("--method", "angoff", "--scores", scores)
    assert "which is not from 0 to 3" in refused(tmp_path, capsys, "standard", path, *words)
    path.write_text("judge,round,page\nx,1,3\ny,1,4\nx,2,3\n", "utf-8")
    words = ("--method", "bookmark", "--items", items)
    told = refused(tmp_path, capsys, "standard", path, *words)
    assert "judge 'y' is absent from round 2" in told
    path.write_text("judge,page\nx,3\ny,14\n", "utf-8")
    assert "judge y put the bookmark" in refused(tmp_path, capsys, "standard", path, *words)
