"""Whether common questions work alike for the candidates of two administrations: values in, a
document out.

Candidates are matched on the questions that both were shown.  What else tells candidates apart is
not known here: groups of any other kind are for ``exam-engine irt dif``.
"""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exam_engine.calibration.frozen import Frozen
from psychometrics.dif import mantel_haenszel
from psychometrics.errors import PsychometricsError

FEWEST_COMMON = 5
"""Questions that candidates can be matched on."""


def functioning(frozen: Frozen, unanswered: str) -> dict[str, Any]:
    """Mantel-Haenszel between the two largest administrations.

    ``rows`` by code with delta, its error, p and class; empty where ``undefined`` says why.
    """
    largest = Counter(frozen.administrations).most_common(2)
    if len(largest) < 2:
        return _nothing("All candidates are of one administration, so there is nothing to compare.")
    names = [name for name, _ in sorted(largest)]
    which = np.array(frozen.administrations)
    points = frozen.points(unanswered)
    shown = [(points[which == name] >= 0).any(axis=0) for name in names]
    common = np.flatnonzero(shown[0] & shown[1])
    if len(common) < FEWEST_COMMON:
        return _nothing(
            f"{names[0]} and {names[1]} have {len(common)} questions in common; candidates are "
            f"matched on {FEWEST_COMMON} or more."
        )
    mine = np.isin(which, names)
    return _compared(frozen, points[mine][:, common], which[mine] == names[1], common, names)


def _compared(
    frozen: Frozen,
    points: NDArray[np.int8],
    focal: NDArray[np.bool_],
    common: NDArray[np.intp],
    names: list[str],
) -> dict[str, Any]:
    try:
        found = mantel_haenszel(points, focal.astype(int), missing=-1)
    except PsychometricsError as error:
        return _nothing(f"{str(error)[:1].upper()}{str(error)[1:]}.")
    rows: dict[str, dict[str, Any]] = {}
    for place, column in enumerate(common.tolist()):
        if found.ets_class[place] is None:
            continue
        rows[frozen.columns[column].code] = {
            "delta": float(found.delta[place]),
            "se_delta": float(found.se_delta[place]),
            "p_value": float(found.p[place]),
            "class": found.ets_class[place],
            "n": int(found.n_reference[place] + found.n_focal[place]),
        }
    return {
        "reference": names[0],
        "focal": names[1],
        "n_reference": int((~focal).sum()),
        "n_focal": int(focal.sum()),
        "rows": dict(sorted(rows.items(), key=lambda row: -abs(row[1]["delta"]))),
        "to_know": [flag.sentence for flag in found.flags if flag.item is None],
        "undefined": "",
    }


def _nothing(why: str) -> dict[str, Any]:
    return {"rows": {}, "to_know": [], "undefined": why}
