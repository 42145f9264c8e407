"""Everything that was found about an event, and the rows of ``persons.csv``."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.forensics.event import Event, Rules
from exam_engine.analysis.forensics.pairs import NamedPairs, TestedPairs, clusters
from exam_engine.analysis.forensics.persons import Gains, Leaked
from exam_engine.analysis.forensics.times import Timed
from psychometrics.forensics import PersonFlags, Preknowledge

FIRST = (
    *("person", "group", "n_answered", "raw_score", "theta", "standard_error"),
    *("similar_pairs", "lz_star", "p_fit", "p_fit_adjusted"),
)
OF_TIMES = (
    *("n_times", "n_rapid", "effort", "n_quick", "speed", "time_chi2", "time_df"),
    *("p_time", "p_time_adjusted"),
)
OF_LEAKED = (
    *("theta_compromised", "theta_secure", "l_scores", "w_scores", "p_scores"),
    *("l_times", "p_times", "l_both", "p_both", "p_preknowledge_adjusted"),
)
OF_GAINS = ("before", "gain", "z_gain", "p_gain", "p_gain_adjusted")
SUSPICIONS = {
    "similar_pair": "in a pair that agrees too well",
    "named_pair": "agrees too well with the source somebody named",
    "misfit": "answers do not fit the ability",
    "rapid_guesses": "many answers too quick to have been read",
    "quick_answers": "single answers far quicker than the person's own speed",
    "odd_times": "times unlike one person at one speed",
    "preknowledge": "better or quicker on the items that may have leaked",
    "score_gain": "gained more than errors of measurement explain",
}


@dataclass(frozen=True, slots=True, eq=False)
class Suspicion:
    """Everything that was found about an event.

    Attributes
    ----------
    event : Event
    rules : Rules
    pairs : TestedPairs
    named : NamedPairs or None
    fit : PersonFlags
    times : Timed or None
    leaked : Leaked or None
    gains : Gains or None
    """

    event: Event
    rules: Rules
    pairs: TestedPairs
    named: NamedPairs | None
    fit: PersonFlags
    times: Timed | None
    leaked: Leaked | None
    gains: Gains | None

    def words(self) -> tuple[tuple[str, ...], ...]:
        """What each person is flagged for: keys of `SUSPICIONS`."""
        n = len(self.event.theta)
        none = np.zeros(n, dtype=bool)
        in_pairs, named = none.copy(), none.copy()
        in_pairs[np.unique(self.pairs.flagged)] = True
        if self.named is not None:
            named[np.unique(self.named.exact.pairs[self.named.exact.flagged])] = True
        times, known, more = self.times, self.leaked, self.gains
        by_word: dict[str, NDArray[np.bool_]] = {
            "similar_pair": in_pairs,
            "named_pair": named,
            "misfit": self.fit.flagged,
            "rapid_guesses": none if times is None else times.guesses.unmotivated,
            "quick_answers": none if times is None else np.any(times.residuals.flagged, axis=1),
            "odd_times": none if times is None else times.persons.flagged,
            "preknowledge": none if known is None else known.found.flagged,
            "score_gain": none if more is None else more.found.flagged,
        }
        return tuple(tuple(word for word, who in by_word.items() if who[i]) for i in range(n))


def person_columns(found: Suspicion) -> list[str]:
    """The columns of ``persons.csv``: those of what was given."""
    columns = [name for name in FIRST if name != "group" or found.event.responses.groups]
    columns += OF_TIMES if found.times is not None else ()
    if found.leaked is not None:
        columns += [
            name
            for name in OF_LEAKED
            if found.leaked.with_times or name not in {"l_times", "p_times", "l_both", "p_both"}
        ]
    columns += OF_GAINS if found.gains is not None else ()
    return [*columns, "flags"]


def person_rows(found: Suspicion) -> list[dict[str, Any]]:
    """One row a person, in the order of the file."""
    event, fit = found.event, found.fit
    n_pairs = np.bincount(found.pairs.flagged.ravel(), minlength=len(event.theta))
    groups = event.responses.groups
    rows: list[dict[str, Any]] = []
    for i, (name, words) in enumerate(zip(event.responses.persons, found.words(), strict=True)):
        silent = [] if event.answered[i] else ["no_responses"]
        row: dict[str, Any] = {
            "person": name,
            "group": None if groups is None else groups[i],
            "n_answered": int(event.answered[i]),
            "raw_score": int(event.raw[i]),
            "theta": float(event.theta[i]),
            "standard_error": float(event.standard_error[i]),
            "similar_pairs": int(n_pairs[i]),
            "lz_star": float(fit.z[i]),
            "p_fit": float(fit.p[i]),
            "p_fit_adjusted": float(fit.p_adjusted[i]),
            "flags": [*words, *silent],
        }
        row |= {} if found.times is None else _of_times(found.times, i)
        row |= {} if found.leaked is None else _of_leaked(found.leaked.found, i)
        if found.gains is not None:
            more = found.gains
            row |= {
                "before": float(more.before[i]),
                "gain": float(event.theta[i] - more.before[i]),
                "z_gain": float(more.found.z[i]),
                "p_gain": float(more.found.p[i]),
                "p_gain_adjusted": float(more.found.p_adjusted[i]),
            }
        rows.append(row)
    return rows


def _of_times(times: Timed, i: int) -> dict[str, Any]:
    residuals = times.residuals
    return {
        "n_times": int((times.seconds[i] > 0).sum()),
        "n_rapid": int(times.guesses.rapid[i].sum()),
        "effort": float(times.guesses.effort[i]),
        "n_quick": int(residuals.flagged[i].sum()),
        "speed": float(residuals.speed[i]),
        "time_chi2": float(residuals.person_chi2[i]),
        "time_df": int(residuals.person_df[i]),
        "p_time": float(residuals.person_p[i]),
        "p_time_adjusted": float(times.persons.p_adjusted[i]),
    }


def _of_leaked(found: Preknowledge, i: int) -> dict[str, Any]:
    row = {
        "theta_compromised": found.theta_compromised,
        "theta_secure": found.theta_secure,
        "l_scores": found.by_scores,
        "w_scores": found.by_wald,
        "p_scores": found.p_scores,
        "l_times": found.by_times,
        "p_times": found.p_times,
        "l_both": found.by_both,
        "p_both": found.p_both,
        "p_preknowledge_adjusted": found.p_adjusted,
    }
    return {name: None if value is None else float(value[i]) for name, value in row.items()}


CONTROLS = {
    "benjamini-hochberg": "Of the pairs or persons flagged by a test, no more than {level:.0%} are "
    "expected to be flagged by chance (Benjamini & Hochberg, 1995).",
    "benjamini-yekutieli": "Of the pairs or persons flagged by a test, no more than {level:.0%} "
    "are expected to be flagged by chance, however the tests depend on each other (Benjamini & "
    "Yekutieli, 2001).",
    "holm": "The chance that a test flags anybody at all by chance is at most {level:.0%} (Holm, "
    "1979).",
    "none": "Nothing allows for the number of tests: {level:.0%} of honest pairs and persons are "
    "flagged by each.",
}


def control_told(found: Suspicion) -> str:
    """How false alarms are kept down, in a sentence."""
    return CONTROLS[found.rules.control].format(level=found.rules.level)


def remarks(found: Suspicion) -> list[str]:
    """What the library says of what it could not test, and of what the figures rest on."""
    flags = [*found.pairs.similar.flags, *found.fit.flags]
    flags += [] if found.named is None else found.named.exact.flags
    flags += [] if found.leaked is None else found.leaked.found.flags
    flags += [] if found.gains is None else found.gains.found.flags
    told = [flag.sentence for flag in flags]
    told += [] if found.times is None else found.times.notes
    if found.leaked is not None and found.times is not None and not found.leaked.with_times:
        told.append("Preknowledge is judged by scores alone: not every item has times.")
    if found.event.own:
        told.append(
            "The item parameters were estimated from these very persons. If many of them cheated, "
            "the parameters hide it: give parameters of an earlier, honest event with --model."
        )
    return list(dict.fromkeys(told))


def forensics_document(found: Suspicion) -> dict[str, Any]:
    """What ``report.json`` says."""
    event, similar, words = found.event, found.pairs.similar, found.words()
    names = event.responses.persons
    return {
        "responses": event.responses.path,
        "n_persons": len(names),
        "n_items": len(event.items),
        "parameters": event.source,
        "ability": found.rules.ability,
        "control": found.rules.control,
        "level": found.rules.level,
        "meaning": control_told(found),
        "verdict": "A statistic never proves misconduct. Flags are reasons to look.",
        "pairs": {
            "n_pairs": similar.n_pairs,
            "n_tested": similar.n_tested,
            "screen": similar.screen,
            "n_passed_screen": len(similar.found.p),
            "n_flagged": int(similar.found.flagged.sum()),
            "clusters": [[names[i] for i in group] for group in clusters(found.pairs.flagged)],
        },
        "named_pairs": None
        if found.named is None
        else {
            "file": found.named.path,
            "n_pairs": len(found.named.exact.p),
            "n_flagged": int(found.named.exact.flagged.sum()),
        },
        "times": None
        if found.times is None
        else {
            "n_rapid": found.times.guesses.n_rapid,
            "n_quick": int(found.times.residuals.flagged.sum()),
            "speed_sd": float(found.times.fit.parameters.speed_sd),
            "log_likelihood": found.times.fit.log_likelihood,
            "converged": found.times.fit.converged,
        },
        "compromised": None if found.leaked is None else list(found.leaked.items),
        "usual_gain": None if found.gains is None else found.gains.usual,
        "persons_flagged": {
            word: sum(word in own for own in words)
            for word in SUSPICIONS
            if any(word in own for own in words)
        },
        "remarks": remarks(found),
    }
