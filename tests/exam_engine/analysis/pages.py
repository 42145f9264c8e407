"""Pages of the reports that committees get, each of a small event or panel."""

import csv
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from exam_engine.analysis.decisions import METHODS, Basis, cuts_in, judged, with_alpha
from exam_engine.analysis.forensics.event import Rules, event_of
from exam_engine.analysis.forensics.pairs import named_pairs, tested_pairs
from exam_engine.analysis.forensics.persons import gains, leaked, misfit
from exam_engine.analysis.forensics.suspicion import Suspicion
from exam_engine.analysis.forensics.times import timed
from exam_engine.analysis.parameters import Parameters
from exam_engine.analysis.records import read_scores
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.decisions import decisions_report
from exam_engine.analysis.report.forensics import forensics_report
from exam_engine.analysis.report.standard import standard_report
from exam_engine.analysis.responses import Responses
from exam_engine.analysis.standards.angoff import angoff_standard
from exam_engine.analysis.standards.compromise import compromise_standard
from exam_engine.analysis.standards.contrasting_groups import contrasting_standard
from exam_engine.analysis.standards.standard import Aids
from psychometrics import Items
from psychometrics.simulation import Copying, ResponseTimes, simulate

WHEN = Occasion(datetime(2026, 3, 14, 9, 0, tzinfo=UTC), "exam-engine irt ...", ("A <note>.",))
NAMES = [f"<Q{j}>" for j in range(20)]
ITEMS = Items.from_irt("2PL", np.linspace(0.7, 1.6, 20), np.linspace(-2, 1.5, 20), names=NAMES)
PERSONS = tuple(f"p{i}" for i in range(60))


@cache
def drawn() -> tuple[Responses, np.ndarray]:
    """Responses and seconds of an event in which one person copied."""
    rng = np.random.default_rng(3)
    left = simulate(
        ITEMS,
        60,
        rng=rng,
        times=ResponseTimes(rng.normal(4, 0.3, 20), rng.uniform(1.5, 2.5, 20)),
        copying=(Copying(0, 1, tuple(range(20))),),
    )
    rows = np.arange(2, 62)
    responses = Responses(
        "<r>.csv", PERSONS, ITEMS.names, left.responses, (), None, None, rows, {}, ()
    )
    assert left.seconds is not None
    return responses, left.seconds


def _file(folder: Path, name: str, rows: list[list[object]]) -> str:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return str(path)


def _standard(method: str) -> str:
    rng = np.random.default_rng(1)
    responses, _ = drawn()
    scores = responses.codes.sum(axis=1)
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = [[who, score] for who, score in zip(PERSONS, scores.tolist(), strict=True)]
        path = _file(folder, "scores.csv", [["person", "score"], *rows])
        aids = Aids(items=ITEMS, scores=read_scores(path))
        if method == "angoff":
            p = ITEMS.expected_score([0.2])[:, 0]
            table = [
                [f"<J{j}>", k, *np.clip(p + rng.normal(0, 0.1, 20), 0, 1).tolist()]
                for k in (1, 2)
                for j in range(6)
            ]
            found = angoff_standard(
                _file(folder, "r.csv", [["judge", "round", *NAMES], *table]), aids
            )
        elif method == "groups":
            said = [[*row, int(row[1] + rng.normal(0, 2) > 10)] for row in rows]
            head: list[object] = ["person", "score", "qualified"]
            found = contrasting_standard(_file(folder, "g.csv", [head, *said]), aids)
        else:
            wishes = [[f"<J{j}>", 8, 12, 0.1, 0.4 + j / 50] for j in range(6)]
            head = ["judge", "lowest_cut", "highest_cut", "lowest_fail_rate", "highest_fail_rate"]
            path = _file(folder, "h.csv", [head, *wishes])
            found = compromise_standard(path, "hofstee", aids)
    return standard_report(found, WHEN)


def _decisions() -> str:
    responses, _ = drawn()
    bare = Basis(
        *("<r>.csv", None, 0, float("nan"), "", ITEMS, 0.0, 1.0, "standard normal", 60),
        *(0.0, 20.0, None),
    )
    basis = with_alpha(bare, responses.codes)
    return decisions_report(
        judged(basis, cuts_in([8, 13], "points", basis), METHODS, every=True), WHEN
    )


def _forensics() -> str:
    responses, seconds = drawn()
    rules = Rules(screen=0.2)
    with TemporaryDirectory() as name:
        folder = Path(name)
        event = event_of(responses, None, Parameters("i.csv", ITEMS, ()), rules)
        rows = [[who, *row] for who, row in zip(PERSONS, seconds.tolist(), strict=True)]
        times = timed(event, _file(folder, "t.csv", [["person", *NAMES], *rows]), "s", rules)
        some = _file(folder, "l.csv", [["item"], *([item] for item in NAMES[:6])])
        before: list[list[object]] = [[who, 0.1, 0.4] for who in PERSONS[:30]]
        earlier = _file(folder, "b.csv", [["person", "theta", "standard_error"], *before])
        pairs = _file(folder, "p.csv", [["source", "copier"], ["p0", "p1"]])
        found = Suspicion(
            event,
            rules,
            tested_pairs(event, rules, lambda _: None),
            named_pairs(event, rules, pairs),
            misfit(event, rules),
            times,
            leaked(event, some, times, rules),
            gains(event, earlier, rules),
        )
    return forensics_report(found, WHEN)


COMMITTEE: Mapping[str, Callable[[], str]] = {
    "angoff": lambda: _standard("angoff"),
    "hofstee": lambda: _standard("hofstee"),
    "contrasting groups": lambda: _standard("groups"),
    "decisions": _decisions,
    "forensics": _forensics,
}
