"""Response times: answers too quick to have been worked out, and persons unlike themselves."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.forensics.event import Event, Rules
from exam_engine.analysis.grids import Grid, GridNames, read_grid
from exam_engine.analysis.responses import ITEM_NAMES, PERSON_NAMES
from psychometrics.errors import PsychometricsError
from psychometrics.forensics import (
    Controlled,
    RapidGuessing,
    TimeFit,
    TimeResiduals,
    control_false_positives,
    fit_response_times,
    rapid_guessing,
    time_residuals,
)

Floats = NDArray[np.float64]

NAMES = GridNames(
    PERSON_NAMES, ITEM_NAMES, ("time", "seconds", "milliseconds", "duration"), what="time"
)
DIVISORS = {"s": 1.0, "ms": 1000.0}
LONGEST_USUAL = 1800.0  # seconds; a typical time above it is rather in another unit
ITEM_COLUMNS = (
    *("item", "n_times", "mean_seconds", "threshold", "n_rapid", "fidelity"),
    *("intensity", "discrimination", "flags"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Timed:
    """Times beside what they should be.

    Attributes
    ----------
    seconds : (n, J) array
        Of the event's persons and items; NaN where there is none.
    guesses : RapidGuessing
    fit : TimeFit
    residuals : TimeResiduals
    persons : Controlled
        The chi-squares of persons, allowing for their number.
    columns : (K,) array of int
        Items the lognormal model was fitted to.
    notes : tuple of str
    """

    seconds: Floats
    guesses: RapidGuessing
    fit: TimeFit
    residuals: TimeResiduals
    persons: Controlled
    columns: NDArray[np.intp]
    notes: tuple[str, ...]


def timed(event: Event, path: str, unit: str, rules: Rules) -> Timed:
    """Read times and find what stands out.

    Parameters
    ----------
    event : Event
    path : str
        Wide (a row a person, a column an item) or long (person, item, time).
    unit : "s" or "ms"
    rules : Rules

    Raises
    ------
    BadFile
    """
    grid = read_grid(path, NAMES, _wrong)
    seconds, notes = _aligned(event, grid, unit)
    usable = np.flatnonzero([_varies(seconds[:, j]) for j in range(seconds.shape[1])])
    try:
        guesses = rapid_guessing(seconds)
        if len(usable) < 2:
            raise BadFile(
                f"{path}: fewer than two items have two different times, so nothing says how long "
                "an answer takes. Add times, or go without --times."
            )
        fit = fit_response_times(seconds[:, usable])
        residuals = time_residuals(
            seconds[:, usable], fit.parameters, control=rules.control, level=rules.level
        )
    except PsychometricsError as error:
        raise BadFile(f"{path}: {error}. Correct the times, or go without --times.") from None
    persons = control_false_positives(residuals.person_p, by=rules.control, level=rules.level)
    if len(usable) < seconds.shape[1]:
        notes += (
            f"{seconds.shape[1] - len(usable)} items have no two different times and are not in "
            "the model of times.",
        )
    notes += tuple(flag.sentence for flag in (*guesses.flags, *fit.flags))
    return Timed(seconds, guesses, fit, residuals, persons, usable, tuple(dict.fromkeys(notes)))


def time_item_rows(event: Event, found: Timed) -> list[dict[str, Any]]:
    """One row an item of the event."""
    place = {int(j): k for k, j in enumerate(found.columns)}
    rows = []
    for j, name in enumerate(event.items.names):
        own = found.seconds[:, j]
        known = own[np.isfinite(own) & (own > 0)]
        row: dict[str, Any] = {
            "item": name,
            "n_times": len(known),
            "mean_seconds": float(known.mean()) if len(known) else None,
            "threshold": float(found.guesses.threshold[j]),
            "n_rapid": int(found.guesses.rapid[:, j].sum()),
            "fidelity": float(found.guesses.fidelity[j]),
            "flags": [] if j in place else ["no_time_model"],
        }
        if j in place:
            parameters = found.fit.parameters
            row["intensity"] = float(parameters.intensity[place[j]])
            row["discrimination"] = float(parameters.discrimination[place[j]])
        rows.append(row)
    return rows


def _aligned(event: Event, grid: Grid, unit: str) -> tuple[Floats, tuple[str, ...]]:
    """Seconds of the event's persons and items, and what could not be matched."""
    persons, items = event.responses.persons, event.items.names
    row = {name: i for i, name in enumerate(grid.rows)}
    column = {name: j for j, name in enumerate(grid.columns)}
    both = [name for name in items if name in column]
    if not both or not any(name in row for name in persons):
        what = "item" if not both else "person"
        raise BadFile(
            f"{grid.path} and {event.responses.path} have no {what} in common. Name the {what}s "
            "alike in both."
        )
    seconds = np.full((len(persons), len(items)), np.nan)
    i = [k for k, name in enumerate(persons) if name in row]
    j = [k for k, name in enumerate(items) if name in column]
    source = grid.values[0][np.ix_([row[persons[k]] for k in i], [column[items[k]] for k in j])]
    seconds[np.ix_(i, j)] = source / DIVISORS[unit]
    notes = list(grid.notes)
    if len(i) < len(persons):
        notes.append(f"{grid.path} has no times of {len(persons) - len(i)} persons.")
    if len(j) < len(items):
        notes.append(f"{grid.path} has no times of {len(items) - len(j)} items.")
    middle = float(np.nanmedian(seconds))
    if middle > LONGEST_USUAL:
        notes.append(
            f"Half of the times are above {middle:,.0f} seconds. If they are milliseconds, say "
            "--unit ms."
        )
    return seconds, tuple(notes)


def _varies(times: Floats) -> bool:
    known = times[np.isfinite(times) & (times > 0)]
    return len(known) > 1 and float(np.var(np.log(known))) > 1e-7


def _wrong(value: float) -> str | None:
    return None if value >= 0 else "A time is 0 or more; leave the cell blank where there is none."
