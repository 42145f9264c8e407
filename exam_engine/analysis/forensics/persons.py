"""Persons: answers that do not fit, answers known before, gains that are too large."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.errors import BadFile, place
from exam_engine.analysis.forensics.event import Event, Rules
from exam_engine.analysis.forensics.times import Timed
from exam_engine.analysis.grids import usual
from exam_engine.analysis.matching import in_file
from exam_engine.analysis.records import Records, read_records
from exam_engine.analysis.responses import ITEM_NAMES, PERSON_NAMES
from exam_engine.analysis.sheets import read_sheet
from psychometrics.errors import PsychometricsError
from psychometrics.forensics import (
    PersonFlags,
    Preknowledge,
    misfitting_persons,
    preknowledge,
    score_gains,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Leaked:
    """Persons on compromised beside secure items.

    Attributes
    ----------
    path : str
    items : tuple of str
        The compromised ones.
    found : Preknowledge
    with_times : bool
    """

    path: str
    items: tuple[str, ...]
    found: Preknowledge
    with_times: bool


@dataclass(frozen=True, slots=True, eq=False)
class Gains:
    """Scores beside those of an earlier test.

    Attributes
    ----------
    path : str
    before : (n,) array
        NaN for persons without.
    found : PersonFlags
    usual : float
        The median gain, which counts as honest.
    """

    path: str
    before: Floats
    found: PersonFlags
    usual: float


def misfit(event: Event, rules: Rules) -> PersonFlags:
    """Persons whose pattern is less likely than it should be, by lz*."""
    try:
        return misfitting_persons(
            event.scored,
            event.items,
            event.theta,
            control=rules.control,
            level=rules.level,
            missing=-1,
        )
    except PsychometricsError as error:
        raise in_file(error, event.responses) from None


def leaked(event: Event, path: str, times: Timed | None, rules: Rules) -> Leaked:
    """Test who may have known the items listed in a file (column item).

    Raises
    ------
    BadFile
    """
    names = _listed(event, path)
    mask = np.isin(event.items.names, names)
    if mask.all():
        raise BadFile(
            f"{path} lists every item as compromised, so that none is left to compare with. List "
            "those that may have leaked."
        )
    used = times is not None and len(times.columns) == len(event.items)
    try:
        found = preknowledge(
            event.scored,
            event.items,
            mask,
            seconds=times.seconds if used and times is not None else None,
            times=times.fit.parameters if used and times is not None else None,
            control=rules.control,
            level=rules.level,
            missing=-1,
        )
    except PsychometricsError as error:
        raise in_file(error, event.responses) from None
    return Leaked(path, names, found, used)


def gains(event: Event, path: str, rules: Rules) -> Gains:
    """Compare with an earlier test (columns person, theta, standard_error) on the same scale.

    Raises
    ------
    BadFile
    """
    read = read_records(
        path,
        PERSON_NAMES,
        {"theta": ("theta",), "standard_error": ("standard_error", "se")},
        may_be_blank=("theta", "standard_error"),
    )
    _check_errors(read)
    at = {name: i for i, name in enumerate(read.names)}
    rows = [at.get(name, -1) for name in event.responses.persons]
    absent = np.array(rows) < 0
    if absent.all():
        raise BadFile(
            f"{path} and {event.responses.path} have no person in common. Name the persons alike "
            "in both."
        )
    before = np.where(absent, np.nan, read.values["theta"][rows])
    error = np.where(absent, np.nan, read.values["standard_error"][rows])
    before = np.where(np.isfinite(error), before, np.nan)
    gain = event.theta - before
    if not np.isfinite(gain).any():
        raise BadFile(f"{path}: nobody has both scores. Give theta and standard_error.")
    try:
        found = score_gains(
            before,
            event.theta,
            error,
            event.standard_error,
            control=rules.control,
            level=rules.level,
        )
    except PsychometricsError as error_:
        raise BadFile(f"{path}: {error_}. Correct the file.") from None
    return Gains(path, before, found, float(np.nanmedian(gain)))


def _listed(event: Event, path: str) -> tuple[str, ...]:
    sheet = read_sheet(path)
    name = usual(sheet.header, ITEM_NAMES)
    if name is None:
        raise BadFile(f"{path} has no column item. List the compromised items under it.")
    column = sheet.column(name)
    found: dict[str, None] = {}
    for number, cells in sheet.rows:
        code = cells[column].strip()
        if code not in event.items.names:
            raise BadFile(
                f"{place(path, number, column, name)} names {code!r}, which is no item of "
                f"{event.responses.path} with parameters. Correct the name, or delete the row."
            )
        found[code] = None
    if not found:
        raise BadFile(f"{path} lists no item. Add one row for each compromised item.")
    return tuple(found)


def _check_errors(read: Records) -> None:
    theta, error = read.values["theta"], read.values["standard_error"]
    bad = np.flatnonzero(np.isfinite(theta) & np.isfinite(error) & ~(error > 0))
    if len(bad):
        raise BadFile(
            f"{read.place_of(int(bad[0]), 'standard_error')} is {error[bad[0]]:g}. A standard "
            "error is above 0: correct it, or leave the cell blank."
        )
