"""`irt decisions`: published figures come through the command, and the report says the same."""

from pathlib import Path

import numpy as np
import pytest

from psychometrics import Items
from psychometrics.decisions import conditional_errors, decisions_lee, decisions_rudner
from psychometrics.scales import theta_at
from tests.exam_engine.commands.judged import (
    done,
    numbers,
    refused,
    report,
    rows_of,
    table_in,
    written,
)
from tests.psychometrics.figures import OWN, read_figures

TWOPL = OWN / "data" / "twopl.csv"
FIGURES = read_figures(OWN / "classification" / "cacIRT_twopl.json")


@pytest.fixture
def items(tmp_path: Path) -> Path:
    rows = [
        [f"I{j + 1:02d}", "2PL", item["a"], item["b"]] for j, item in enumerate(FIGURES["items"])
    ]
    return written(tmp_path / "items.csv", [["item", "model", "a", "b"], *rows])


def library() -> Items:
    a, b = ([item[key] for item in FIGURES["items"]] for key in "ab")
    return Items.from_irt("2PL", a, b)


def test_the_example_of_bbclassify_comes_out_of_the_command(tmp_path: Path) -> None:
    """H. E. Haakstad, BBClassify (2025), docstring of ``bbclassify``: data made by its seed."""
    rng = np.random.RandomState(1234)  # the example's own generator
    proportion = rng.beta(6, 4, 250) * (0.85 - 0.15) + 0.15
    answers = [rng.binomial(1, p, 100).tolist() for p in proportion]
    names = [f"Q{j}" for j in range(100)]
    rows = [[f"p{i}", *row] for i, row in enumerate(answers)]
    path = written(tmp_path / "r.csv", [["person", *names], *rows])
    words = ("--cut", 50, 75, "--method", "livingston-lewis")
    out = done(tmp_path, "decisions", path, *words)
    told = report(out)
    assert told["effective_test"]["length"] == pytest.approx(99.96892140618861, abs=1e-9)
    together = rows_of(out / "decisions.csv")[-1]
    assert together["measure"] == "all cuts together"
    assert float(together["accuracy"]) == pytest.approx(0.8438848734448846, abs=1e-6)
    assert float(together["consistency"]) == pytest.approx(0.7811757067805466, abs=1e-6)


def test_scores_with_their_reliability_are_the_same_as_responses(tmp_path: Path) -> None:
    from_responses = done(tmp_path, "decisions", TWOPL, "--cut", 10)
    alpha = report(from_responses)["reliability"]
    text = TWOPL.read_text("utf-8").splitlines()[1:]
    rows = [[f"p{i}", sum(map(int, line.split(",")))] for i, line in enumerate(text)]
    path = written(tmp_path / "s.csv", [["person", "score"], *rows])
    words = ("--highest", 20, "--reliability", repr(alpha), "--cut", 10)
    from_scores = done(tmp_path, "decisions", path, *words)
    known, found = (rows_of(out / "decisions.csv") for out in (from_responses, from_scores))
    assert [row["accuracy"] for row in known] == [row["accuracy"] for row in found]
    assert set(report(from_scores)["not_computed"]) == {"lee", "rudner"}


def test_lee_and_rudner_get_the_items_and_the_cut(tmp_path: Path, items: Path) -> None:
    out = done(tmp_path, "decisions", TWOPL, "--items", items, "--cut", 8, 13)
    by = {(row["method"], row["cut_points"]): row for row in rows_of(out / "decisions.csv")}
    lee = decisions_lee(library(), [8, 13])
    rudner = decisions_rudner(library(), theta_at(library(), [8.0, 13.0]))
    for method, known in (("lee", lee), ("rudner", rudner)):
        for cut, one in zip(("8", "13"), known.cuts, strict=True):
            row = by[method, cut]
            for key in ("false_positive", "false_negative", "standard_error"):
                assert float(row[key]) == pytest.approx(getattr(one, key), rel=1e-9)
            assert float(row["kappa"]) == pytest.approx(one.agreement.kappa, rel=1e-9)
    # cacIRT sums over 61 points, which jump over the cuts; the integral is near it
    marginal = FIGURES["Lee"]["marginal"]
    for cut, row in zip(("8", "13"), marginal, strict=False):
        assert float(by["lee", cut]["accuracy"]) == pytest.approx(row["Accuracy"], abs=0.01)
    errors = conditional_errors(library(), np.linspace(-4, 4, 161))
    assert numbers(out / "errors.csv", "raw_error") == pytest.approx(errors.raw_error, rel=1e-9)
    shown = table_in(out, "Decisions at each cut")
    alone = [row for row in rows_of(out / "decisions.csv") if row["cut"]]
    told = [row for row in shown if "all cuts" not in row[0]]
    assert [row[2] for row in told] == [f"{float(row['accuracy']):.3f}" for row in alone]
    assert [row[6] for row in told] == [f"{float(row['false_positive']):.3f}" for row in alone]


def test_a_cut_may_be_named_in_logits_or_on_the_scale(tmp_path: Path, items: Path) -> None:
    table = written(
        tmp_path / "t.csv", [["raw", "scaled"], *([raw, 40 * raw] for raw in range(21))]
    )
    words = ("--items", items, "--conversion", table, "--method", "lee", "--no-html")
    found = [
        done(tmp_path, "decisions", TWOPL, *words, "--cut", cut, "--measure", measure)
        for cut, measure in ((12, "points"), (460, "scaled"), (480, "scaled"))
    ]
    rows = [rows_of(out / "decisions.csv")[0] for out in found]
    assert [float(row["cut_points"]) for row in rows] == [12, 12, 12]
    theta = float(theta_at(library(), 12.0)[0])
    words = (*words[:-3], "--method", "rudner", "--cut", repr(theta), "--measure", "theta")
    row = rows_of(done(tmp_path, "decisions", TWOPL, *words) / "decisions.csv")[0]
    assert float(row["cut_points"]) == pytest.approx(12)
    assert float(row["cut"]) == pytest.approx(theta)


def test_few_persons_are_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = TWOPL.read_text("utf-8").splitlines()[:41]
    path = tmp_path / "few.csv"
    path.write_text("\n".join(head), "utf-8")
    out = done(tmp_path, "decisions", path, "--cut", 10)
    assert "rest on the scores of 40 persons" in capsys.readouterr().out
    assert "Few persons: read these figures with care" in (out / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--cut", 25), "A cut of 25 lies outside the scores, which run from 0 to 20."),
        (("--cut", 0), "A cut of 0 lies outside the scores"),
        (("--cut", 10, 10), "Two cuts are the same raw score. Name each once."),
        (("--cut", 10, "--reliability", 1.2), "A reliability of 1.2 is not between 0 and 1."),
        (("--cut", 10, "--method", "lee"), "Lee: it needs item parameters. Give --items."),
        (("--cut", 0.5, "--measure", "theta"), "Give --items."),
        (("--cut", 600, "--measure", "scaled"), "Give --conversion."),
    ],
)
def test_a_cut_that_is_none_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[object, ...],
    sentence: str,
) -> None:
    assert sentence in refused(tmp_path, capsys, "decisions", TWOPL, *words)


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("person,score\na,3\nb,9\n", (), "Say --highest."),
        ("person,score\na,3\nb,9\n", ("--highest", 20), "The reliability of the scores is not"),
        ("person,score\na,3\nb,29\n", ("--highest", 20, "--reliability", 0.8), "score of 29"),
        ("person,score\na,3\nb,\n", ("--highest", 20), "column B (score) is blank."),
        ("person,a,b\np,1,\nq,,0\nr,1,\n", (), "nobody answered every item"),
    ],
)
def test_scores_that_say_nothing_are_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    words: tuple[object, ...],
    sentence: str,
) -> None:
    path = tmp_path / "s.csv"
    path.write_text(text, "utf-8")
    told = refused(tmp_path, capsys, "decisions", path, "--cut", 1, *words)
    assert sentence.lower() in told.lower()
