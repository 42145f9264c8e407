"""The normal populations that persons are taken from, by group."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.errors import BadFile
from psychometrics import Calibration

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Populations:
    """Mean and standard deviation of theta by group; the first is for persons without one.

    Attributes
    ----------
    of_group : mapping of label to (mean, sd)
    source : str
        Where the figures are from, for people.
    """

    of_group: Mapping[str, tuple[float, float]]
    source: str

    @classmethod
    def standard(cls) -> Self:
        return cls({"all": (0.0, 1.0)}, "standard normal")

    @classmethod
    def estimated(cls, calibration: Calibration) -> Self:
        moments = zip(calibration.means, np.sqrt(calibration.variances), strict=True)
        pairs = [(float(mean), float(sd)) for mean, sd in moments]
        return cls(dict(zip(calibration.group_names, pairs, strict=True)), "estimated here")

    def members(
        self, groups: tuple[str, ...] | None, n_persons: int
    ) -> list[tuple[NDArray[np.intp], float, float]]:
        """Persons of each population with its mean and standard deviation.

        Raises
        ------
        BadFile
            A group that is none of these, where there are several.
        """
        first = next(iter(self.of_group.values()))
        if groups is None or len(self.of_group) == 1:
            return [(np.arange(n_persons), *first)]
        unknown = sorted(set(groups) - set(self.of_group))
        if unknown:
            raise BadFile(
                f"Group {unknown[0]!r} has no population in {self.source}: it has "
                f"{', '.join(self.of_group)}. Say --mean and --sd to use one for all."
            )
        labels = np.array(groups)
        return [
            (np.flatnonzero(labels == label), mean, sd)
            for label, (mean, sd) in self.of_group.items()
            if (labels == label).any()
        ]

    def pooled(self, groups: tuple[str, ...] | None, n_persons: int) -> tuple[float, float]:
        """Mean and standard deviation of all persons' populations mixed."""
        parts = self.members(groups, n_persons)
        share = np.array([len(who) for who, _, _ in parts]) / n_persons
        means, sds = (np.array([part[k] for part in parts]) for k in (1, 2))
        mean = float(share @ means)
        return mean, float(np.sqrt(share @ (sds**2 + (means - mean) ** 2)))


def beside(items_path: str) -> Populations | None:
    """The populations in the ``report.json`` that a calibration wrote next to its items, if any."""
    report = Path(items_path).with_name("report.json")
    try:
        groups = json.loads(report.read_text("utf-8"))["groups"]
        found = {
            str(group["group"]): (float(group["mean"]), math.sqrt(float(group["variance"])))
            for group in groups
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Populations(found, str(report)) if found else None
