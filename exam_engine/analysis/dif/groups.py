"""The two groups that are compared, picked from a column of labels."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.responses import Responses

SHOWN = 8


@dataclass(frozen=True, slots=True, eq=False)
class TwoGroups:
    """Responses of the persons of two groups, nobody else's.

    Attributes
    ----------
    responses : Responses
    focal : (n_persons,) array of bool
    column, reference, focal_label : str
        The column of labels and the two labels.
    """

    responses: Responses
    focal: NDArray[np.bool_]
    column: str
    reference: str
    focal_label: str

    @property
    def n_reference(self) -> int:
        return int((~self.focal).sum())

    @property
    def n_focal(self) -> int:
        return int(self.focal.sum())

    def answered(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How many of each group, reference first, answered each item."""
        given = self.responses.codes >= 0
        return given[~self.focal].sum(axis=0), given[self.focal].sum(axis=0)


def two_groups(responses: Responses, column: str, reference: str, focal: str | None) -> TwoGroups:
    """The persons with one of two labels; the others are counted in the notes.

    Parameters
    ----------
    responses : Responses
        Read with ``column`` as its groups.
    column : str
    reference : str
    focal : str or None
        May be None where the column holds two labels.

    Raises
    ------
    BadFile
        A label is nobody's, both are the same, or the focal one cannot be told.
    """
    labels = responses.groups or ()
    counts = Counter(labels)
    told = ", ".join(f"{label} ({n:,})" for label, n in counts.most_common(SHOWN))
    told += f" and {len(counts) - SHOWN} more" if len(counts) > SHOWN else ""
    where = f"{responses.path}, column {column}"
    if reference not in counts:
        raise BadFile(
            f"{where}: nobody is in the reference group {reference!r}. The column holds {told}. "
            "Correct --reference."
        )
    others = [label for label in counts if label != reference]
    if not others:
        raise BadFile(
            f"{where}: everybody is in the reference group {reference!r}, so the focal group is "
            "empty. Name a column of two groups with --group."
        )
    if focal is None and len(others) > 1:
        raise BadFile(
            f"{where} holds {len(counts)} groups: {told}. Two are compared at a time: say which "
            "is the focal one with --focal."
        )
    focal = others[0] if focal is None else focal
    if focal == reference:
        raise BadFile(
            f"{where}: {focal!r} is named as reference and as focal group. Name two groups of "
            f"{told}."
        )
    if focal not in counts:
        raise BadFile(
            f"{where}: nobody is in the focal group {focal!r}. The column holds {told}. "
            "Correct --focal."
        )
    kept = np.array([label in {reference, focal} for label in labels])
    is_focal = np.array([label == focal for label in labels])[kept]
    if not kept.all():
        note = f"{int((~kept).sum()):,} persons of other groups are left out."
        responses = replace(part(responses, kept), notes=(*responses.notes, note))
    return TwoGroups(responses, is_focal, column, reference, focal)


def part(responses: Responses, kept: NDArray[np.bool_]) -> Responses:
    """The responses of some of the persons."""
    at = np.flatnonzero(kept).tolist()
    return replace(
        responses,
        persons=tuple(responses.persons[i] for i in at),
        groups=None if responses.groups is None else tuple(responses.groups[i] for i in at),
        codes=np.ascontiguousarray(responses.codes[at]),
        weights=None if responses.weights is None else responses.weights[at],
        rows=responses.rows[at],
    )
