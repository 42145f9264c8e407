"""How items, pairs, persons and the whole model fit a response file."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.curves import Observed, observed_curves
from exam_engine.analysis.populations import Populations
from exam_engine.analysis.responses import Responses
from exam_engine.analysis.scoring import Scores, scored
from psychometrics import Items
from psychometrics.errors import PsychometricsError
from psychometrics.fit import (
    FreeParameters,
    ItemChiSquare,
    LimitedInformation,
    LocalDependence,
    MeanSquares,
    PersonFit,
    ResidualCorrelations,
    free_parameters,
    item_mean_squares,
    ld_x2,
    limited_information,
    person_fit,
    person_mean_squares,
    q3,
    s_x2,
    theta_groups,
)

Floats = NDArray[np.float64]
T = TypeVar("T")

MOST_ITEMS_FOR_M2 = 100  # beyond it the covariance of the moments takes gigabytes
ROWS = 4096
LEVEL = 0.05
LARGE_Q3 = 0.2  # over the mean of all pairs (Christensen, Makransky & Horton, 2017)
CHANCE_Q3 = 3.5  # over the root of n: a pair of few persons passes that by chance
NARROWEST_GUIDE = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Fit of items, pairs and the model; None stands where ``undefined`` has the reason.

    Attributes
    ----------
    items : Items
    n : (J,) array of int
        Responses behind the figures.
    eap, ml : Scores
        Abilities: EAP for pairs, maximum likelihood for mean squares.
    mean_squares : MeanSquares or None
    s_x2, x2 : ItemChiSquare or None
        By raw score (complete rows only); by groups of EAP.
    adjusted_p : (J,) array
        Of ``s_x2``, for the number of items (Benjamini & Hochberg, 1995); NaN where undefined.
    q3 : ResidualCorrelations or None
    ld : LocalDependence or None
    model : LimitedInformation or None
    curves : tuple of Observed
    flags : tuple of tuple of str
        Words, one tuple an item.
    undefined : dict of figure to reason
    """

    items: Items
    n: NDArray[np.intp]
    eap: Scores
    ml: Scores
    mean_squares: MeanSquares | None
    s_x2: ItemChiSquare | None
    x2: ItemChiSquare | None
    adjusted_p: Floats
    q3: ResidualCorrelations | None
    ld: LocalDependence | None
    model: LimitedInformation | None
    curves: tuple[Observed, ...]
    flags: tuple[tuple[str, ...], ...]
    undefined: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class PersonsFit:
    """Fit of persons.

    Attributes
    ----------
    wle : Scores
    likelihood : PersonFit
        lz* at WLE.
    mean_squares : MeanSquares or None
        At WLE; None with nominal items.
    """

    wle: Scores
    likelihood: PersonFit
    mean_squares: MeanSquares | None


def taken_evenly(responses: Responses, most: int) -> Responses:
    """At most so many persons, spread evenly over the file."""
    if len(responses.codes) <= most:
        return responses
    some = np.unique(np.linspace(0, len(responses.codes) - 1, most).astype(np.intp))
    groups, weights = responses.groups, responses.weights
    return replace(
        responses,
        persons=tuple(responses.persons[i] for i in some.tolist()),
        codes=responses.codes[some],
        groups=None if groups is None else tuple(groups[i] for i in some.tolist()),
        weights=None if weights is None else weights[some],
        rows=responses.rows[some],
    )


def fitted(
    responses: Responses,
    items: Items,
    populations: Populations,
    free: FreeParameters | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> Fit:
    """Compare responses with item parameters.

    Parameters
    ----------
    responses : Responses
        Columns in the order of ``items``.
    free : FreeParameters, optional
        What was estimated from these responses; everything, if not given.
    step : callable
        Told what is being done, for people who wait.

    Raises
    ------
    BadFile
    """
    undefined: dict[str, str] = {}
    codes = responses.codes
    mean, sd = populations.pooled(responses.groups, len(codes))
    cost = free_parameters(items) if free is None else free
    step("Scoring")
    eap = scored(responses, items, "EAP", populations)
    ml = scored(responses, items, "ML", populations)

    def tried(name: str, figure: Callable[[], T]) -> T | None:
        try:
            return figure()
        except PsychometricsError as error:
            undefined[name] = _sentence(str(error))
            return None

    step("Item fit")
    squares = tried(
        "mean squares", lambda: item_mean_squares(codes, items, ml.finite(), missing=-1)
    )
    by_score = tried("S-X2", lambda: s_x2(codes, items, mean=mean, sd=sd, free=cost, missing=-1))
    by_theta = tried("X2", lambda: theta_groups(codes, items, eap.theta, free=cost, missing=-1).x2)
    step("Pairs of items")
    pairs = tried("Q3", lambda: q3(codes, items, eap.theta, missing=-1))
    dependence = tried("LD-X2", lambda: ld_x2(codes, items, mean=mean, sd=sd, missing=-1))
    model = None
    if len(populations.members(responses.groups, len(codes))) > 1:
        undefined["M2"] = "It is defined for one population, and here are several groups."
    elif len(items) > MOST_ITEMS_FOR_M2:
        undefined["M2"] = f"It is not computed for more than {MOST_ITEMS_FOR_M2} items."
    else:
        step("Model fit")
        model = tried(
            "M2",
            lambda: limited_information(codes, items, mean=mean, sd=sd, free=cost, missing=-1),
        )
    step("Observed proportions")
    curves = observed_curves(responses, items, populations)
    adjusted = np.full(len(items), np.nan) if by_score is None else adjusted_p(by_score.p_value)
    return Fit(
        items=items,
        n=np.count_nonzero(codes >= 0, axis=0),
        eap=eap,
        ml=ml,
        mean_squares=squares,
        s_x2=by_score,
        x2=by_theta,
        adjusted_p=adjusted,
        q3=pairs,
        ld=dependence,
        model=model,
        curves=curves,
        flags=tuple(_flags(item, squares, adjusted, pairs) for item in range(len(items))),
        undefined=undefined,
    )


def nothing_free(items: Items) -> FreeParameters:
    """Of items whose parameters come from elsewhere: the statistics pay for none."""
    return FreeParameters(tuple(np.full(len(row), -1, dtype=np.int64) for row in items.rows))


def persons_fitted(responses: Responses, items: Items, populations: Populations) -> PersonsFit:
    """How likely each person's pattern is, at the weighted likelihood estimate (WLE)."""
    wle = scored(responses, items, "WLE", populations)
    theta = wle.finite()
    parts, squares = [], []
    ordered = all(model.ordered for model in items.models)
    for start in range(0, len(responses.codes), ROWS):
        rows = slice(start, start + ROWS)
        codes = responses.codes[rows]
        parts.append(person_fit(codes, items, theta[rows], estimator="WLE", missing=-1))
        if ordered:
            squares.append(person_mean_squares(codes, items, theta[rows], missing=-1))
    return PersonsFit(wle, _joined(parts), _joined(squares) if ordered else None)


def guide(n: Any, *, outfit: bool) -> Any:
    """How far from 1 a mean square of n responses may be by chance (Smith, Schumacker & Bush,
    1998), and never less than matters (Wright & Linacre, 1994)."""
    return np.maximum((6.0 if outfit else 2.0) / np.sqrt(np.maximum(n, 1)), NARROWEST_GUIDE)


def adjusted_p(p: Floats) -> Floats:
    """p values adjusted for the number of tests (Benjamini & Hochberg, 1995); NaN stays."""
    result = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known])[::-1]]
    ranks = np.arange(len(order), 0, -1)
    result[order] = np.minimum(np.minimum.accumulate(p[order] * len(order) / ranks), 1.0)
    return result


def q3_excess(pairs: ResidualCorrelations) -> Floats:
    """Q3 less the mean over pairs, each pair counted by its persons; 0 where undefined."""
    defined = pairs.defined.copy()
    np.fill_diagonal(defined, val=False)
    weights = np.where(defined, pairs.n, 0)
    mean = (np.where(defined, pairs.q3, 0.0) * weights).sum() / max(weights.sum(), 1)
    return np.where(defined, pairs.q3 - mean, 0.0)


def dependent_pairs(pairs: ResidualCorrelations | None) -> list[tuple[int, int]]:
    """Pairs whose residuals correlate far above the mean of all pairs, strongest first."""
    if pairs is None:
        return []
    excess = np.triu(q3_excess(pairs), 1)
    least = np.maximum(LARGE_Q3, CHANCE_Q3 / np.sqrt(np.maximum(pairs.n, 1)))
    first, second = np.nonzero(excess > least)
    strongest = np.argsort(-excess[first, second], kind="stable")
    return [(int(first[i]), int(second[i])) for i in strongest]


def _flags(
    item: int,
    squares: MeanSquares | None,
    adjusted: Floats,
    pairs: ResidualCorrelations | None,
) -> tuple[str, ...]:
    flags = []
    if squares is not None:
        for name, value, z, is_outfit in (
            ("infit", squares.infit[item], squares.z_infit[item], False),
            ("outfit", squares.outfit[item], squares.z_outfit[item], True),
        ):
            far = guide(squares.n[item], outfit=is_outfit)
            if np.isfinite(value) and abs(value - 1) > far and abs(z) > 2:
                flags.append(f"{name}_{'high' if value > 1 else 'low'}")
    if adjusted[item] < LEVEL:
        flags.append("s_x2")
    if any(item in pair for pair in dependent_pairs(pairs)):
        flags.append("dependent")
    return tuple(flags)


def _joined(parts: list[Any]) -> Any:
    """Frozen results over blocks of persons as one."""
    kind = type(parts[0])
    fields: dict[str, Any] = {}
    for name in kind.__slots__:
        values = [getattr(part, name) for part in parts]
        if values[0] is None:
            fields[name] = None
        elif isinstance(values[0], tuple):
            fields[name] = sum(values, ())
        else:
            fields[name] = np.concatenate(values)
    return kind(**fields)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
