"""What happened: answers as they were chosen, as they were scored, and the persons' abilities."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.calibration import Plan, calibrated
from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.matching import in_file, matched
from exam_engine.analysis.parameters import Parameters
from exam_engine.analysis.responses import Responses
from psychometrics import Items, score
from psychometrics.errors import PsychometricsError
from psychometrics.forensics.control import Control

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]
Ability = Literal["EAP", "ML", "WLE"]

BOUNDS = (-4.0, 4.0)  # of theta by ML, as the published references search it


@dataclass(frozen=True, slots=True)
class Rules:
    """How tests are made and how false alarms are kept down.

    Attributes
    ----------
    control : str
        See `psychometrics.forensics.control_false_positives`.
    level : float
    screen : float
        Normal p up to which a pair is tested exactly.
    ability : "EAP", "ML" or "WLE"
        Theta at which pairs are compared.
    """

    control: Control = "benjamini-hochberg"
    level: float = 0.05
    screen: float = 0.01
    ability: Ability = "EAP"


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Responses with parameters and abilities.

    Attributes
    ----------
    responses : Responses
        With the items that have parameters.
    scored : (n, J) int8 array
        Points; -1 is not administered.
    items : Items
        Of ``scored``.
    theta, standard_error : (n,) arrays
        Weighted likelihood, of ``scored``; NaN for persons who answered nothing.
    choices : (n, K) int8 array
        What pairs are compared on: options chosen where there is a key, else ``scored``.
    choice_items : Items
        Of ``choices``; nominal where they are options.
    choice_theta : (n,) array
    right : (K,) array of int or None
        The right option of each of ``choice_items``; None where they are scored.
    source : str
        Where the parameters are from.
    own : bool
        Whether they were estimated from these very persons.
    notes : tuple of str
    """

    responses: Responses
    scored: Codes
    items: Items
    theta: Floats
    standard_error: Floats
    choices: Codes
    choice_items: Items
    choice_theta: Floats
    right: NDArray[np.intp] | None
    source: str
    own: bool
    notes: tuple[str, ...]

    @property
    def answered(self) -> NDArray[np.intp]:
        """Items each person answered."""
        return np.asarray(np.count_nonzero(self.scored >= 0, axis=1), dtype=np.intp)

    @property
    def raw(self) -> NDArray[np.int64]:
        """Points of each person."""
        points = np.where(self.scored >= 0, self.scored, 0)
        return np.asarray(points.sum(axis=1, dtype=np.int64))


def event_of(
    responses: Responses,
    key: Mapping[str, str] | None,
    given: Parameters | None,
    rules: Rules,
    *,
    key_path: str = "",
    model: str = "2PL",
    step: Callable[[str], None] = lambda _: None,
) -> Event:
    """Bring responses, parameters and abilities together.

    Parameters
    ----------
    responses : Responses
        Option labels where ``key`` is given.
    key : mapping of item to option, or None
    given : Parameters or None
        Of the items as scored; estimated from these persons if None.
    rules : Rules
    model : str
        Of items with two categories, where they are estimated; others are GPCM.

    Raises
    ------
    BadFile
    """
    points = responses if key is None else _by_key(responses, key, key_path)
    if len(points.codes) < 2:
        raise BadFile(f"{points.path} holds one person, and one makes no pair. Add the others.")
    notes: tuple[str, ...] = ()
    if given is None:
        found = calibrated(points, Plan(model, _models(points), errors=None), step)
        points, items, own = found.used, found.result.items, True
        source = f"{model} estimated from the {len(points.codes):,} persons of this file"
        notes = tuple(
            flag.sentence[:1].upper() + flag.sentence[1:]
            for flag in found.result.flags
            if flag.code in {"not_converged", "small_sample"}
        )
    else:
        points, items = matched(points, given.items, given.path)
        own, source = False, given.path
        notes = given.notes
    step("Abilities")
    theta, error = _abilities(points, items, "WLE")
    whole = Event(
        points,
        points.codes,
        items,
        theta,
        error,
        points.codes,
        items,
        theta if rules.ability == "WLE" else _abilities(points, items, rules.ability)[0],
        None,
        source,
        own,
        (*points.notes, *notes),
    )
    return whole if key is None else _with_options(whole, responses, key, rules, step)


def _with_options(
    event: Event,
    responses: Responses,
    key: Mapping[str, str],
    rules: Rules,
    step: Callable[[str], None],
) -> Event:
    """The same, with pairs compared on the options chosen, by a nominal model of them."""
    at = [responses.items.index(name) for name in event.responses.items]
    codes = np.full((len(responses.codes), len(at)), -1, np.int8)
    options: list[list[int]] = []
    for column, j in enumerate(at):
        seen = sorted(set(responses.codes[:, j].tolist()) - {-1})
        options.append(seen)
        for category, code in enumerate(seen):
            codes[responses.codes[:, j] == code, column] = category
    chosen = replace(event.responses, codes=codes)
    step("Nominal model of the options")
    found = calibrated(chosen, Plan("NRM", errors=None), step)
    used = found.used
    right = []
    for name in used.items:
        seen = options[event.responses.items.index(name)]
        label = responses.labels.index(key[name]) if key[name] in responses.labels else -1
        if label not in seen:
            raise BadFile(
                f"{responses.path}: nobody chose {key[name]!r}, the key of {name!r}. Correct the "
                "key, or leave the item out with --ignore."
            )
        right.append(seen.index(label))
    return replace(
        event,
        choices=used.codes,
        choice_items=found.result.items,
        choice_theta=_abilities(used, found.result.items, rules.ability)[0],
        right=np.array(right, dtype=np.intp),
        notes=(
            *event.notes,
            "Pairs are compared on the options chosen, by a nominal model estimated from these "
            "persons.",
        ),
    )


def _by_key(responses: Responses, key: Mapping[str, str], key_path: str) -> Responses:
    without = [name for name in responses.items if name not in key]
    if without:
        raise BadFile(
            f"{key_path} has no key for {without[0]!r}, a column of {responses.path}. Add it, or "
            f"leave the column out with --ignore {without[0]}."
        )
    wanted = np.array(
        [
            responses.labels.index(key[name]) if key[name] in responses.labels else -2
            for name in responses.items
        ]
    )
    right = (responses.codes == wanted).astype(np.int8)
    return replace(responses, codes=np.where(responses.codes < 0, np.int8(-1), right), labels=())


def _models(responses: Responses) -> dict[str, str]:
    several = responses.codes.max(axis=0) > 1
    return {
        name: "GPCM"
        for name, is_one in zip(responses.items, several.tolist(), strict=True)
        if is_one
    }


def _abilities(responses: Responses, items: Items, method: Ability) -> tuple[Floats, Floats]:
    """Theta and its error; NaN for persons who answered nothing."""
    try:
        found = score(responses.codes, items, method, missing=-1, bounds=BOUNDS)
    except PsychometricsError as error:
        raise in_file(error, responses) from None
    silent = ~(responses.codes >= 0).any(axis=1)
    theta = np.where(silent, np.nan, found.theta)
    return theta, np.where(silent, np.nan, found.standard_error)
