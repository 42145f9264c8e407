"""The methods, run on two groups and brought into one shape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.dif.findings import Comparison, Finding, named
from exam_engine.analysis.dif.groups import TwoGroups, part
from exam_engine.analysis.dif.scales import BINARY, BY_MODEL, SCALES
from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.matching import in_file
from psychometrics import calibrate
from psychometrics.calibration import Prior
from psychometrics.dif import (
    ItemEstimates,
    likelihood_ratio,
    logistic_dif,
    lord,
    mantel_haenszel,
    raju,
    sibtest,
    standardise,
)
from psychometrics.errors import PsychometricsError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Ways:
    """How the methods are to work.

    Attributes
    ----------
    model : str or None
        For those that calibrate.
    priors : mapping of quantity to Prior
    purify, exact : bool
    anchors : tuple of str or None
    level : float
    """

    model: str | None = None
    priors: Mapping[str, Prior] = field(default_factory=dict)
    purify: bool = True
    exact: bool = False
    anchors: tuple[str, ...] | None = None
    level: float = 0.05


def compared(
    groups: TwoGroups,
    methods: Sequence[str],
    ways: Ways,
    step: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Every item by every method.

    Parameters
    ----------
    groups : TwoGroups
    methods : sequence of str
        Of `METHODS`.
    ways : Ways
    step : callable
        Told what is being done, for people who wait.

    Raises
    ------
    BadFile
        None of the methods can be done; the sentence is that of the first.
    """
    if not 0.0 < ways.level < 1.0:
        raise BadFile(
            f"--level {ways.level:g} is no level of significance. Take one between 0 and 1, like "
            "0.05."
        )
    if ways.model is None and (needing := [name for name in methods if name in BY_MODEL]):
        raise BadFile(
            f"--method {needing[0]} calibrates items: say by which model, like --model 2pl."
        )
    run = _Run(groups, ways, _positions(groups, ways.anchors))
    findings, not_done = [], {}
    for name in methods:
        step(SCALES[name].title)
        try:
            findings.append(run.method(name))
        except PsychometricsError as error:
            not_done[name] = str(in_file(error, groups.responses))
        except BadFile as error:
            not_done[name] = str(error)
    if not findings:
        raise BadFile(next(iter(not_done.values())))
    return Comparison(groups, tuple(findings), not_done, ways.level, ways.purify, ways.anchors)


def _positions(groups: TwoGroups, anchors: tuple[str, ...] | None) -> list[int] | None:
    if anchors is None:
        return None
    path, items = groups.responses.path, groups.responses.items
    unknown = [name for name in anchors if name not in items]
    if unknown:
        raise BadFile(
            f"{path} has no item {unknown[0]!r}, which is named as an anchor. Correct --anchors."
        )
    return [items.index(name) for name in anchors]


@dataclass(slots=True)
class _Run:
    """The methods on one set of responses; what two of them need is calibrated once."""

    groups: TwoGroups
    ways: Ways
    anchors: list[int] | None
    _estimates: tuple[ItemEstimates, ItemEstimates] | None = None

    def method(self, name: str) -> Finding:
        if name in BINARY:
            self._check_binary(name)
        own: Mapping[str, Callable[[], Finding]] = {
            "mh": self._mh,
            "logistic": self._logistic,
            "standardisation": self._standardisation,
            "sibtest": self._sibtest,
            "lord": self._lord,
            "raju": self._raju,
            "likelihood-ratio": self._likelihood_ratio,
        }
        return own[name]()

    @property
    def _common(self) -> dict[str, Any]:
        return {"purify": self.ways.purify, "anchors": self.anchors}

    @property
    def _matched(self) -> dict[str, Any]:
        codes, focal = self.groups.responses.codes, self.groups.focal.astype(np.int64)
        return {"responses": codes, "group": focal, "missing": -1, **self._common}

    def _check_binary(self, name: str) -> None:
        responses = self.groups.responses
        wide = [responses.items[j] for j in np.flatnonzero((responses.codes > 1).any(axis=0))]
        if wide:
            more = f" and {len(wide) - SHOWN} more" if len(wide) > SHOWN else ""
            raise BadFile(
                f"{responses.path}: --method {name} takes items scored 0 or 1, but "
                f"{', '.join(wide[:SHOWN])}{more} have more categories. Take --method "
                "likelihood-ratio --model grm, or leave them out with --ignore."
            )

    def _finding(
        self,
        method: str,
        found: Any,
        *,
        p: Floats | None,
        classes: tuple[str | None, ...] = (),
        statistics: Mapping[str, Any] | None = None,
        counts: tuple[Integers, Integers] | None = None,
        figures: Mapping[str, Any] | None = None,
    ) -> Finding:
        n_reference, n_focal = counts or self.groups.answered()
        return Finding(
            method=method,
            statistics=statistics
            or {name: getattr(found, name) for name in SCALES[method].columns},
            p=p,
            classes=classes,
            flagged=found.flagged,
            anchors=found.anchors,
            rounds=found.rounds,
            n_reference=n_reference,
            n_focal=n_focal,
            flags=named(found.flags, self.groups.responses.items),
            figures=figures or {},
        )

    def _mh(self) -> Finding:
        found = mantel_haenszel(**self._matched, exact=self.ways.exact, level=self.ways.level)
        counts = (found.n_reference, found.n_focal)
        return self._finding("mh", found, p=found.p, classes=found.ets_class, counts=counts)

    def _logistic(self) -> Finding:
        found = logistic_dif(**self._matched, level=self.ways.level)
        statistics = {
            "statistic": found.statistic,
            "df": found.df,
            "effect": found.effect,
            "coefficient_group": found.coefficients[:, 2],
            "coefficient_interaction": found.coefficients[:, 3],
        }
        classes = found.jodoin_gierl
        return self._finding("logistic", found, p=found.p, classes=classes, statistics=statistics)

    def _standardisation(self) -> Finding:
        found = standardise(**self._matched)
        return self._finding("standardisation", found, p=None, classes=found.effect_class)

    def _sibtest(self) -> Finding:
        found = sibtest(**self._matched, level=self.ways.level)
        codes, focal = self.groups.responses.codes, self.groups.focal
        whole = (codes >= 0).all(axis=1)
        n_reference, n_focal = (
            np.full(codes.shape[1], (whole & who).sum()) for who in (~focal, focal)
        )
        return self._finding(
            "sibtest", found, p=found.p, classes=found.effect_class, counts=(n_reference, n_focal)
        )

    def _lord(self) -> Finding:
        found = lord(*self._both(), **self._common, level=self.ways.level)
        return self._finding("lord", found, p=found.p, figures={"scale": list(found.scale)})

    def _raju(self) -> Finding:
        found = raju(*self._both(), **self._common, level=self.ways.level)
        figures = {"scale": list(found.scale)}
        return self._finding("raju", found, p=found.p_unsigned, figures=figures)

    def _likelihood_ratio(self) -> Finding:
        found = likelihood_ratio(
            **self._matched, model=self._model, priors=self.ways.priors, level=self.ways.level
        )
        figures = {"focal_mean": found.focal_mean, "focal_sd": found.focal_sd}
        return self._finding(
            "likelihood-ratio", found, p=found.p, classes=found.effect_class, figures=figures
        )

    @property
    def _model(self) -> str:
        if self.ways.model is None:
            raise BadFile("No model is named. Say one, like --model 2pl.")
        return self.ways.model

    def _both(self) -> tuple[ItemEstimates, ItemEstimates]:
        if self._estimates is None:
            focal = self.groups.focal
            self._estimates = (
                self._calibrated(~focal, "reference"),
                self._calibrated(focal, "focal"),
            )
        return self._estimates

    def _calibrated(self, who: NDArray[np.bool_], group: str) -> ItemEstimates:
        responses = part(self.groups.responses, who)
        try:
            found = calibrate(
                responses.codes,
                self._model,
                priors=self.ways.priors,
                missing=-1,
                item_names=responses.items,
            )
            if found.converged:
                return ItemEstimates.from_calibration(found)
        except PsychometricsError as error:
            raise in_file(error, responses) from None
        raise BadFile(
            f"{responses.path}: the calibration of the {group} group alone does not converge. "
            "Take a model with fewer parameters, priors (--prior), or --method mh."
        )
