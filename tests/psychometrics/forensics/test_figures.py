"""Figures of aberrance 0.3.0 on both of its data sets."""

from pathlib import Path

import numpy as np
import pytest

from psychometrics.forensics import (
    gbt,
    m4,
    omega,
    preknowledge,
    rapid_guessing,
    time_residuals,
)
from tests.psychometrics.forensics.events import agree, classic, numbered, ours


def test_omega_and_gbt_of_copying() -> None:
    known = ours()
    rows = known.figures["answer_copying"]
    pairs = [[row["source"] - 1, row["copier"] - 1] for row in rows]
    found = omega(known.responses[:60], known.items, known.theta, pairs=pairs)
    agree(found.z, [row["omega"] for row in rows])
    agree(found.p, [row["omega_p"] for row in rows])
    exact = gbt(known.responses[:60], known.items, known.theta, pairs=pairs)
    agree(exact.p, [row["GBT_p"] for row in rows])
    assert len(rows) == 193


def test_omega_gbt_and_m4_of_similarity() -> None:
    known = ours()
    table = known.figures["answer_similarity_true_pairs"]
    pairs = numbered(table["pair"])
    data = (known.responses[:60], known.items, known.theta)
    both = omega(*data, pairs=pairs, given_source=False)
    agree(both.z, [row["OMG_S"] for row in table["stat"]])
    agree(both.p, [row["OMG_S"] for row in table["pval"]])
    exact = gbt(*data, pairs=pairs, given_source=False)
    agree(exact.p, [row["GBT_S"] for row in table["pval"]])
    agree(m4(*data, pairs=pairs).p, [row["M4_S"] for row in table["pval"]])


def test_copying_in_classic_data(shared: Path) -> None:
    known = classic(shared)
    table = known.figures["answer_copying"]
    pairs = numbered(table["pair"])
    found = omega(known.responses, known.items, known.theta, pairs=pairs)
    exact = gbt(known.responses, known.items, known.theta, pairs=pairs)
    agree(found.z, [row[0] for row in table["stat"]], 1e-3)
    agree(found.p, [row[0] for row in table["pval"]], 1e-3)
    agree(exact.p, [row[1] for row in table["pval"]], 1e-3)


def test_similarity_in_classic_data(shared: Path) -> None:
    known = classic(shared)
    table = known.figures["answer_similarity"]
    pairs = numbered(table["pair"])
    data = (known.responses, known.items, known.theta)
    both = omega(*data, pairs=pairs, given_source=False)
    agree(both.z, [row["OMG_S"] for row in table["stat"]], 1e-3)
    exact = gbt(*data, pairs=pairs, given_source=False)
    agree(exact.p, [row["GBT_S"] for row in table["pval"]], 1e-3)
    agree(m4(*data, pairs=pairs).p, [row["M4_S"] for row in table["pval"]], 1e-3)


@pytest.mark.parametrize(
    ("table", "options"),
    [("rapid_guessing_NT10", {}), ("rapid_guessing_3_seconds", {"threshold": 3.0})],
)
def test_rapid_guessing(table: str, options: dict[str, float]) -> None:
    known = ours()
    figures = known.figures[table]
    found = rapid_guessing(known.seconds, **options)
    agree(found.threshold, figures["threshold"], 1e-9)
    agree(found.effort[:60], figures["rte_person_first60"], 1e-9)
    agree(found.fidelity, figures["rtf_item"], 1e-9)
    assert found.n_rapid == figures["flagged_total"]
    # aberrance calls unmotivated whoever guessed rapidly once
    assert found.rapid.any(axis=1).mean() == pytest.approx(figures["unmotivated"])


def test_rapid_guessing_in_classic_data(shared: Path) -> None:
    known = classic(shared)
    figures = known.figures["rapid_guessing_NT10"]
    found = rapid_guessing(known.seconds)
    agree(found.threshold, figures["threshold"], 1e-6)
    agree(found.effort, figures["rte_person"], 1e-9)
    agree(found.fidelity, figures["rtf_item"], 1e-9)


def test_chi_squares_of_persons_times(shared: Path) -> None:
    for known in (ours(), classic(shared)):
        rows = known.figures["parametric_misfit"]
        found = time_residuals(known.seconds[: len(rows)], known.times)
        agree(found.person_chi2, [row["L_T"] for row in rows], 1e-6)


def test_preknowledge_in_classic_data(shared: Path) -> None:
    known = classic(shared)
    table = known.figures["preknowledge"]
    items = np.array(known.figures["compromised"]) - 1
    found = preknowledge(
        known.responses, known.items, items, seconds=known.seconds, times=known.times
    )
    stat = {name: [row[name] for row in table["stat"]] for name in table["stat"][0]}
    p = {name: [row[name] for row in table["pval"]] for name in table["pval"][0]}
    # one person's thetas all stand at -4, where ours are equal and aberrance's search stops short
    apart = found.theta_compromised != found.theta_secure
    assert np.flatnonzero(~apart).tolist() == [17]
    agree(found.by_scores[apart], np.array(stat["L_S"])[apart])
    agree(found.p_scores[apart], np.array(p["L_S"])[apart])
    # its information is at thetas that its search leaves 1e-4 off
    agree(found.by_wald[apart], np.array(stat["W_S"])[apart], 1e-4)
    agree(found.by_times, stat["L_T"])
    agree(found.p_times, p["L_T"])
    agree(found.by_both, stat["L_ST"])
    agree(found.p_both, p["L_ST"])
