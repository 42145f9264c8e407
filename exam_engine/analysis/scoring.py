"""Persons' abilities from a response file, and the rows of ``persons.csv``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.matching import in_file
from exam_engine.analysis.populations import Populations
from exam_engine.analysis.responses import Responses
from psychometrics import Items, score
from psychometrics.ability.scoring import Method
from psychometrics.errors import PsychometricsError

Floats = NDArray[np.float64]

COLUMNS = ("person", "group", "n_answered", "raw_score", "theta", "standard_error", "flags")


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Theta of each person of a response file.

    Attributes
    ----------
    method : str
    theta, standard_error : (n_persons,) arrays
        NaN for persons who answered nothing.
    at_bound : (n_persons,) array of int
    n_answered, raw : (n_persons,) arrays of int
    """

    method: Method
    theta: Floats
    standard_error: Floats
    at_bound: NDArray[np.int8]
    n_answered: NDArray[np.intp]
    raw: NDArray[np.int64]

    @property
    def reliability(self) -> float:
        """Empirical reliability: the share of the variance of theta that is no error; NaN if none.

        EAP: Var(theta) / (Var(theta) + mean squared error); others: 1 - error / variance.
        """
        known = np.isfinite(self.theta) & (self.at_bound == 0)
        if known.sum() < 2:
            return float("nan")
        spread = float(np.var(self.theta[known], ddof=1))
        error = float(np.mean(self.standard_error[known] ** 2))
        if self.method in {"EAP", "MAP"}:
            return spread / (spread + error)
        return 1.0 - error / spread if spread > 0 else float("nan")

    def finite(self) -> Floats:
        """Theta with NaN where the estimate stands at a bound."""
        return np.where(self.at_bound == 0, self.theta, np.nan)


def scored(responses: Responses, items: Items, method: Method, populations: Populations) -> Scores:
    """Score persons, each with the normal prior of their group.

    Parameters
    ----------
    responses : Responses
        Columns in the order of ``items``.

    Raises
    ------
    BadFile
    """
    codes = responses.codes
    theta, error = np.full(len(codes), np.nan), np.full(len(codes), np.nan)
    at_bound = np.zeros(len(codes), np.int8)
    n_answered = np.count_nonzero(codes >= 0, axis=1)
    for who, mean, sd in populations.members(responses.groups, len(codes)):
        try:
            part = score(codes[who], items, method, mean=mean, sd=sd, missing=-1)
        except PsychometricsError as problem:
            raise in_file(problem, responses) from None
        theta[who], error[who], at_bound[who] = part.theta, part.standard_error, part.at_bound
    silent = n_answered == 0
    theta[silent] = error[silent] = np.nan
    raw = np.where(codes >= 0, codes, 0).sum(axis=1, dtype=np.int64)
    return Scores(method, theta, error, at_bound, n_answered, raw)


def person_rows(responses: Responses, scores: Scores) -> list[dict[str, Any]]:
    """One row a person, in the order of the file."""
    rows = []
    for person, name in enumerate(responses.persons):
        row: dict[str, Any] = {
            "person": name,
            "n_answered": int(scores.n_answered[person]),
            "raw_score": int(scores.raw[person]),
            "theta": float(scores.theta[person]),
            "standard_error": float(scores.standard_error[person]),
            "flags": _flags(scores, person),
        }
        if responses.groups is not None:
            row["group"] = responses.groups[person]
        rows.append(row)
    return rows


def columns_for(responses: Responses, columns: Sequence[str] = COLUMNS) -> list[str]:
    """The columns of ``persons.csv``: without ``group`` where there are none."""
    return [name for name in columns if name != "group" or responses.groups is not None]


def _flags(scores: Scores, person: int) -> list[str]:
    if scores.n_answered[person] == 0:
        return ["no_responses"]
    bound = int(scores.at_bound[person])
    return [] if bound == 0 else ["at_lower_bound" if bound < 0 else "at_upper_bound"]
