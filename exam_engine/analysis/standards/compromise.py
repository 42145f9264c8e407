"""What judges want of cut and pass rate, met by the scores of candidates: Beuk, Hofstee."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.records import Records, read_records
from exam_engine.analysis.standards.bookmark import by_round
from exam_engine.analysis.standards.standard import (
    JUDGE_NAMES,
    ROUND_NAMES,
    Aids,
    Standard,
    check_conversion,
    check_scores,
    impact_of,
    margin,
    refused,
    steps_from,
    told_of,
    words_of,
)
from psychometrics.errors import PsychometricsError
from psychometrics.standards import beuk, hofstee
from psychometrics.standards.compromise import Compromise

Floats = NDArray[np.float64]
FIGURES: Mapping[str, tuple[str, ...]] = {
    "beuk": ("cut", "pass_rate"),
    "hofstee": ("lowest_cut", "highest_cut", "lowest_fail_rate", "highest_fail_rate"),
}


def compromise_standard(path: str, method: str, aids: Aids, *, percent: bool = False) -> Standard:
    """Read the judges' figures and find the cut where they meet the candidates' scores.

    Parameters
    ----------
    path : str
        Columns judge, round and those of `FIGURES`.
    method : "beuk" or "hofstee"
    aids : Aids
        With ``scores``.
    percent : bool
        Whether rates are from 0 to 100.

    Raises
    ------
    BadFile
    """
    if aids.scores is None:
        raise BadFile(
            f"The method of {method.capitalize()} weighs the judges' wishes against the scores of "
            "candidates. Give them: --scores."
        )
    wanted = {name: (name,) for name in FIGURES[method]}
    read = read_records(path, JUDGE_NAMES, wanted, layer=ROUND_NAMES)
    read = _shares(read, percent=percent)
    judges, rounds, tables = by_round(read)
    highest = aids.highest_score(path)
    check_conversion(aids.conversion, highest)
    check_scores(aids.scores, highest, aids.lowest)
    find = _finder(method, aids, highest)
    try:
        found = [find({name: tables[name][k] for name in wanted}) for k in range(len(rounds))]
    except PsychometricsError as error:
        raise refused(path, error, judges) from None
    last = found[-1]
    half = margin(len(judges)) * last.standard_error
    at = steps_from(last.cut, last.standard_error, highest, aids.lowest)
    told = told_of(last.flags, judges)
    rows = [
        {
            "judge": judge,
            **{name: float(tables[name][-1, j]) for name in wanted},
            "flags": words_of(told, judge),
        }
        for j, judge in enumerate(judges)
    ]
    middle = (
        tables["cut"] if method == "beuk" else (tables["lowest_cut"] + tables["highest_cut"]) / 2
    )
    details: dict[str, Any] = {
        "pass_rate_on_the_line": last.pass_rate,
        "wanted_cut": last.wanted_cut,
        "wanted_pass_rate": last.wanted_pass_rate,
        "slope": last.slope if np.isfinite(last.slope) else None,
        "rounds": [
            {"round": name, "cut": one.cut, "standard_error": one.standard_error}
            for name, one in zip(rounds, found, strict=True)
        ],
    }
    return Standard(
        method=method,
        path=path,
        highest=highest,
        cut=last.cut,
        standard_error=last.standard_error,
        lower=max(aids.lowest, last.cut - half),
        upper=min(highest, last.cut + half),
        theta=None,
        at=at,
        judges=judges,
        rounds=rounds,
        judge_cuts=middle,
        round_cuts=np.array([one.cut for one in found]),
        impact=impact_of(at, aids.points(), aids.conversion),
        scores=aids.points(),
        qualified=None,
        conversion=aids.conversion,
        columns=("judge", *wanted, "flags"),
        rows=rows,
        told=told,
        details=details,
        notes=(*read.notes, *aids.scores.notes),
    )


def _finder(
    method: str, aids: Aids, highest: float
) -> Callable[[Mapping[str, Floats]], Compromise]:
    scores, lowest, step = aids.points(), aids.lowest, aids.step
    if scores is None:
        raise ValueError("a compromise needs scores")

    def by_beuk(given: Mapping[str, Floats]) -> Compromise:
        return beuk(
            scores, given["cut"], given["pass_rate"], highest=highest, lowest=lowest, step=step
        )

    def by_hofstee(given: Mapping[str, Floats]) -> Compromise:
        figures = [given[name] for name in FIGURES["hofstee"]]
        return hofstee(scores, *figures, highest=highest, lowest=lowest, step=step)

    return by_beuk if method == "beuk" else by_hofstee


def _shares(read: Records, *, percent: bool) -> Records:
    """Rates as shares, each checked where it stands."""
    top = 100 if percent else 1
    values = dict(read.values)
    for name, column in read.values.items():
        if not name.endswith("rate"):
            continue
        bad = np.flatnonzero(~((column >= 0) & (column <= top)))
        if len(bad):
            more = " Say --percent if rates are per cent." if 1 < column[bad[0]] <= 100 else ""
            raise BadFile(
                f"{read.place_of(int(bad[0]), name.replace('_', ' '))} is {column[bad[0]]:g}. A "
                f"rate is a share of candidates, from 0 to {top}.{more}"
            )
        values[name] = column / top
    return Records(read.path, read.names, read.layers, values, read.rows, read.notes)
