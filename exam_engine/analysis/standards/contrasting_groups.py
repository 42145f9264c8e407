"""Candidates judged qualified or not, and their scores, as a recommended cut."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.grids import usual
from exam_engine.analysis.records import SCORE_NAMES, Records, records_in
from exam_engine.analysis.responses import PERSON_NAMES
from exam_engine.analysis.sheets import read_sheet
from exam_engine.analysis.standards.standard import (
    LEVEL,
    Aids,
    Standard,
    Told,
    check_conversion,
    check_scores,
    impact_of,
    refused,
    steps_from,
    told_of,
)
from psychometrics.errors import PsychometricsError
from psychometrics.standards import contrasting_groups

Floats = NDArray[np.float64]

JUDGEMENT_NAMES = ("qualified", "judgment", "judgement", "competent")


def contrasting_standard(path: str, aids: Aids, *, cost: float = 1.0) -> Standard:
    """Read judged candidates (columns person, qualified and, without ``aids.scores``, score).

    Parameters
    ----------
    path : str
    aids : Aids
        ``scores`` holds the scores of everybody, also of those nobody judged.
    cost : float
        Of passing an unqualified candidate, where failing a qualified one costs 1.

    Raises
    ------
    BadFile
    """
    sheet = read_sheet(path)
    wanted: dict[str, tuple[str, ...]] = {"qualified": JUDGEMENT_NAMES}
    own = usual(sheet.header, SCORE_NAMES) is not None
    if own:
        wanted["score"] = SCORE_NAMES
    elif aids.scores is None:
        raise BadFile(f"{path} has no column score. Add it, or give the scores with --scores.")
    read = records_in(sheet, PERSON_NAMES, wanted)
    scores = read.values["score"] if own else _scores_of(read, aids)
    said = read.values["qualified"]
    bad = np.flatnonzero(~np.isin(said, (0, 1)))
    if len(bad):
        raise BadFile(
            f"{read.place_of(int(bad[0]), 'judgement')} is {said[bad[0]]:g}. Write 1 for "
            "qualified and 0 for not."
        )
    try:
        found = contrasting_groups(scores, said.astype(bool), cost=cost)
    except PsychometricsError as error:
        raise refused(path, error, ()) from None
    everybody = scores if aids.scores is None else aids.scores.values["score"]
    highest = _highest(aids, path, everybody)
    check_conversion(aids.conversion, highest)
    check_scores(aids.scores, highest, aids.lowest)
    half = float(ndtri((1 + LEVEL) / 2)) * found.standard_error
    at = steps_from(found.cut, found.standard_error, highest, aids.lowest)
    passes = scores >= found.cut
    return Standard(
        method="contrasting-groups",
        path=path,
        highest=highest,
        cut=found.cut,
        standard_error=found.standard_error,
        lower=found.cut - half,
        upper=found.cut + half,
        theta=None,
        at=at,
        judges=(),
        rounds=("1",),
        judge_cuts=np.empty((1, 0)),
        round_cuts=np.array([found.cut]),
        impact=impact_of(at, everybody, aids.conversion),
        scores=scores,
        qualified=said.astype(bool),
        conversion=aids.conversion,
        columns=("person", "score", "qualified", "passes", "flags"),
        rows=[
            {
                "person": name,
                "score": float(scores[i]),
                "qualified": bool(said[i]),
                "passes": bool(passes[i]),
                "flags": [] if passes[i] == bool(said[i]) else ["disagrees"],
            }
            for i, name in enumerate(read.names)
        ],
        told=(*told_of(found.flags, ()), *_outside(found.cut, scores)),
        details={
            "midpoint": found.midpoint,
            "fewest_errors": found.fewest_errors,
            "slope": found.slope if np.isfinite(found.slope) else None,
            "false_positive": found.false_positive,
            "false_negative": found.false_negative,
            "cost": cost,
            "n_qualified": int(said.sum()),
            "n_unqualified": int((said == 0).sum()),
        },
        notes=read.notes,
    )


def _scores_of(read: Records, aids: Aids) -> Floats:
    """The scores of the judged persons, from the file of everybody's."""
    scores = aids.scores
    if scores is None:
        raise ValueError("there are no scores to look up")
    at = {name: i for i, name in enumerate(scores.names)}
    absent = [name for name in read.names if name not in at]
    if absent:
        raise BadFile(
            f"{scores.path} has no score of {absent[0]!r}, whom {read.path} judges. Add the score, "
            "or delete the judgement."
        )
    return np.asarray(scores.values["score"][[at[name] for name in read.names]])


def _highest(aids: Aids, path: str, scores: Floats) -> float:
    """The highest score possible, or at least the highest seen."""
    try:
        return aids.highest_score(path)
    except BadFile:
        return float(scores.max())


def _outside(cut: float, scores: Floats) -> tuple[Told, ...]:
    if scores.min() <= cut <= scores.max():
        return ()
    sentence = (
        f"The cut of {cut:.2f} lies outside the scores of the judged candidates, {scores.min():g} "
        f"to {scores.max():g}: it is drawn on from data that are not there. Judge candidates near "
        "the standard."
    )
    return (Told("cut_outside", sentence),)
