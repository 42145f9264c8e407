"""Who is in the reference group and who in the focal group, and whether they are enough."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.dif.flags import DifFlag
from psychometrics.errors import BadOption, BadResponses, NotEnoughData
from psychometrics.responses import Codes, read_responses

Booleans = NDArray[np.bool_]

FEWEST_IN_GROUP = 200  # Zwick (2012): what ETS asks for when a form is assembled
FEWEST_IN_ALL = 500


def read_binary(responses: ArrayLike, missing: int | None) -> Codes:
    """Responses 0 and 1, -1 for not administered; any other category is refused."""
    codes = read_responses(responses, missing=missing)
    if codes.shape[1] < 2:
        raise NotEnoughData("one item cannot be matched on anything: two or more are needed")
    over = np.argwhere(codes > 1)
    if len(over):
        row, column = over[0]
        raise BadResponses(
            f"row {row}, column {column} holds {codes[row, column]}, but this method takes "
            "items scored 0 or 1"
        )
    return codes


def read_groups(group: ArrayLike, n_persons: int, focal: Any = None) -> Booleans:
    """Whether each person is in the focal group, shape (n_persons,).

    Parameters
    ----------
    group : (n_persons,) array_like
        Two labels.  Of 0 and 1 (or False and True), 1 is the focal group.
    n_persons : int
    focal : optional
        The label of the focal group; needed where labels are not 0 and 1.

    Raises
    ------
    BadOption
        There is not one label a person, a label is missing, there are more than two, or it
        cannot be told which is the focal one.
    NotEnoughData
        One of the groups is empty.
    """
    labels = np.asarray(group)
    if labels.shape != (n_persons,):
        raise BadOption(
            f"group has shape {labels.shape}, but one label for each of {n_persons} persons is "
            "needed"
        )
    for row, label in enumerate(labels.tolist()):
        if label is None or label != label:
            raise BadOption(f"row {row} has no group")
    kinds = sorted(set(labels.tolist()), key=str)
    if len(kinds) > 2:
        shown = ", ".join(map(str, kinds[:5]))
        raise BadOption(f"there are {len(kinds)} groups ({shown}): compare two at a time")
    if focal is None:
        if not set(kinds) <= {0, 1}:
            raise BadOption(
                f"the groups are {' and '.join(map(repr, kinds))}: say which is the focal one, "
                f"for example focal={kinds[0]!r}"
            )
        focal = 1
    is_focal = np.array([label == focal for label in labels.tolist()], dtype=bool)
    if not is_focal.any():
        raise NotEnoughData(f"the focal group is empty: no person has the label {focal!r}")
    if is_focal.all():
        raise NotEnoughData(f"the reference group is empty: all persons have the label {focal!r}")
    return is_focal


def small_groups(focal: Booleans, consequence: str) -> list[DifFlag]:
    """A flag where the groups are smaller than Zwick (2012) reports as the rule at ETS."""
    n_focal = int(focal.sum())
    n_reference = len(focal) - n_focal
    if min(n_focal, n_reference) >= FEWEST_IN_GROUP and len(focal) >= FEWEST_IN_ALL:
        return []
    sentence = (
        f"The groups are small: {n_reference} reference and {n_focal} focal persons, where "
        f"{FEWEST_IN_GROUP} in each and {FEWEST_IN_ALL} in all are asked for. {consequence}"
    )
    return [DifFlag("small_group", sentence)]
