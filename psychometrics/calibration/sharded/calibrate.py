"""`calibrate_sheets`: sheets in, item parameters with their certificate out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from psychometrics.calibration.arrangement import block_priors, start_of
from psychometrics.calibration.calibrate import (
    check_identified,
    check_options,
    estimated,
    layout_of,
)
from psychometrics.calibration.information import complete_information
from psychometrics.calibration.layout import Layout, State
from psychometrics.calibration.priors import BlockPrior, Prior, check_priors
from psychometrics.calibration.report import Errors, assembled, inverse_of
from psychometrics.calibration.result import Calibration
from psychometrics.calibration.sharded.parts import (
    Place,
    counts_of,
    expectations_of,
    part_of,
    spread_of,
    squares_of,
)
from psychometrics.calibration.sharded.screening import screen_sheets
from psychometrics.calibration.sharded.sheets import Sheet, gather, shards
from psychometrics.calibration.sharded.workers import Here, Workers
from psychometrics.calibration.start import Standard, Summary, loadings
from psychometrics.models import FloatArray, Items
from psychometrics.posterior.expectation import Expectations, Tables
from psychometrics.posterior.features import cells_of
from psychometrics.quadrature import Quadrature


def calibrate_sheets(
    sheets: Iterable[Sheet],
    model: str | Sequence[str],
    n_items: int,
    *,
    priors: Mapping[str, Prior] | None = None,
    anchors: Items | None = None,
    item_names: Sequence[str] | None = None,
    errors: Errors | None = "cross-product",
    quadrature: Quadrature | None = None,
    tolerance: float = 1e-4,
    max_cycles: int = 2000,
    workers: Workers | None = None,
    told: Callable[[int, float], None] | None = None,
) -> Calibration:
    """Estimate item parameters as `calibrate` does, of more persons than one array holds.

    Parameters
    ----------
    sheets : iterable of Sheet
        Taken once, one at a time.  However they are cut, the digits are those of the order of the
        persons of each group and set of items.
    model : str or sequence of n_items str
    n_items : int
        Of the bank.
    errors : {"observed", "cross-product", "sandwich"} or None
        By default from the cross-product of scores (BHHH), which costs two cycles.
    workers : Workers, optional
        Who computes; by default this process, with one thread.  The digits are the same.
    priors, anchors, item_names, quadrature, tolerance, max_cycles, told
        As in `calibrate`.

    Returns
    -------
    Calibration

    Notes
    -----
    Memory: a byte an answer, half a gigabyte at most beside it, and whatever an iterable of sheets
    holds itself.  Where an item was not given it takes no place: 1,000,000 persons with 100 items
    each of a bank of 500 are 100 MB.

    Raises
    ------
    As `calibrate`.
    """
    check_options(tolerance, max_cycles, 1, errors)
    priors = dict(priors or {})
    check_priors(priors)
    gathered = gather(sheets, n_items)
    study = screen_sheets(gathered, model, anchors, item_names)
    layout = layout_of(study, None)
    densities = block_priors(layout, priors)
    check_identified(study, layout, densities)
    parts = [
        part_of(shard, layout, study.n_categories)
        for shard in shards(gathered, study.columns, study.group_names)
    ]
    del gathered  # the parts have the answers
    forms = np.zeros((len(parts), len(study.columns)), dtype=bool)
    for row, part in zip(forms, parts, strict=True):
        row[part.place.items] = True
    n_persons = study.n_persons
    places = tuple(part.place for part in parts)
    who = workers or Here()
    handles = who.keep(parts)
    del parts
    summary = _summary(who, handles, places, forms.shape[1], n_persons)
    totals = _totals(layout, summary.counts)
    problem = _Sharded(who, handles, places, totals, layout, densities)
    found, nodes = estimated(
        problem,
        np.unique(forms, axis=0),
        start_of(layout, summary, priors),
        quadrature,
        tolerance,
        max_cycles,
        told,
    )
    covariance = None
    if errors is not None and layout.n_free:
        covariance = problem.covariance(found.state, found.expectations, nodes, errors)
    return assembled(study, layout, found, nodes, priors, covariance, asked=errors is not None)


def _summary(
    who: Workers, handles: Sequence[Any], places: Sequence[Place], n_items: int, n_persons: int
) -> Summary:
    counts = np.zeros((n_items, 2))
    for place, part in zip(places, who.each(counts_of, handles), strict=True):
        more = part.shape[1] - counts.shape[1]
        if more > 0:
            counts = np.pad(counts, ((0, 0), (0, more)))
        counts[place.items, : part.shape[1]] += part
    standard = Standard.of(counts)
    covariance, squares = np.zeros(n_items), 0.0
    spreads = who.each(spread_of, handles, standard.mean, standard.scale)
    for place, (own, square) in zip(places, spreads, strict=True):
        covariance[place.items] += own
        squares += square
    return Summary(counts, loadings(counts, n_persons, covariance, squares))


def _totals(layout: Layout, counts: FloatArray) -> FloatArray:
    """Responses in each log-linear cell, in the layout's order."""
    cells = cells_of(layout.blocks, linear=True)
    return np.asarray(counts[cells.item, cells.category])


@dataclass(frozen=True, slots=True, eq=False)
class _Sharded:
    """A problem whose persons are with workers: see `estimation.Expecting`."""

    workers: Workers
    handles: Sequence[Any]
    places: tuple[Place, ...]
    totals: FloatArray
    layout: Layout
    priors: tuple[BlockPrior, ...]

    def expect(self, state: State, tables: Tables, quadrature: Quadrature) -> Expectations:
        result = Expectations(
            0.0,
            np.zeros((len(tables.log_weights), len(tables.theta))),
            np.zeros_like(tables.log_zero),
            np.zeros_like(tables.slopes),
            np.zeros_like(tables.log_odds),
        )
        parts = self.workers.each(expectations_of, self.handles, state, quadrature)
        for place, part in zip(self.places, parts, strict=True):
            place.add(result, part)
        return result

    def covariance(
        self, state: State, found: Expectations, quadrature: Quadrature, errors: Errors
    ) -> FloatArray | None:
        """As `report.standard_errors`."""
        complete, prior = complete_information(self, state, found, quadrature)

        def squares(first: int, beyond: int | None) -> FloatArray:
            result = np.zeros_like(prior)
            rest = (state, quadrature, first, beyond)
            for part in self.workers.each(squares_of, self.handles, *rest):
                result[: len(part), : len(part)] += part
            return result

        if errors == "cross-product":
            return inverse_of(prior + squares(0, 1))
        inverse = inverse_of(complete + prior - squares(1, None))
        if inverse is None or errors == "observed":
            return inverse
        return np.asarray(inverse @ (prior + squares(0, 1)) @ inverse)
