"""Links one after the other."""

import numpy as np

from psychometrics.errors import BadOption
from psychometrics.linking.result import Link, Source


def chain(*links: Link) -> Link:
    """The first form's scale on the last form's, through the forms between.

    Parameters
    ----------
    *links : Link
        Each starts at the form where the one before it ends.

    Returns
    -------
    Link
        A = A_2 A_1 and B = A_2 B_1 + B_2 for two links.  Its standard errors count that both
        links use the same calibration of the form between, so it is no sum of two variances.

    Raises
    ------
    BadOption
        If there is no link, or two do not meet: the form between has other parameters or another
        covariance in the next link.

    Notes
    -----
    Battauz (2013), Psychometrika 78, eqs. 6 to 13.
    """
    if not links:
        raise BadOption("a chain needs a link")
    result = links[0]
    for number, following in enumerate(links[1:], start=1):
        result = _joined(result, following, number)
    return result


def _joined(first: Link, second: Link, number: int) -> Link:
    end, start = first.sources[-1], second.sources[0]
    _check_meeting(end, start, number)
    by_first = np.array([[second.A, 0.0], [0.0, second.A]])
    by_second = np.array([[first.A, 0.0], [first.B, 1.0]])
    middle = by_first @ end.sensitivity + by_second @ start.sensitivity
    return Link(
        second.A * first.A,
        second.A * first.B + second.B,
        first.method if first.method == second.method else f"{first.method}, {second.method}",
        first.symmetric and second.symmetric,
        (),
        None,
        (
            *(source.carried(by_first) for source in first.sources[:-1]),
            Source(end.items, end.covariance, middle),
            *(source.carried(by_second) for source in second.sources[1:]),
        ),
        (*first.flags, *second.flags),
    )


def _check_meeting(end: Source, start: Source, number: int) -> None:
    where = f"link {number - 1} does not end where link {number} starts: "
    if end.items.names != start.items.names:
        raise BadOption(where + "the forms hold other items")
    same = [np.array_equal(p, q) for p, q in zip(end.items.rows, start.items.rows, strict=True)]
    if not all(same):
        raise BadOption(where + f"item {end.items.names[same.index(False)]!r} has other parameters")
    if (end.covariance is None) != (start.covariance is None) or not (
        end.covariance is None or np.array_equal(end.covariance, np.asarray(start.covariance))
    ):
        raise BadOption(where + "the form between has another covariance")
