"""The rows that `irt fit` writes: items, persons, and pairs of items."""

from typing import Any

import numpy as np

from exam_engine.analysis.fit import Fit, PersonsFit
from exam_engine.analysis.responses import Responses
from exam_engine.analysis.simulated import parameter_table

ITEM_FIT = (
    *("infit", "z_infit", "outfit", "z_outfit", "s_x2", "df", "p_value", "adjusted_p", "rmsea"),
    *("x2", "x2_df", "x2_p_value"),
)
PERSON_COLUMNS = (
    *("person", "group", "n_answered", "raw_score", "theta", "standard_error"),
    *("infit", "z_infit", "outfit", "z_outfit", "lz_star", "p_value", "flags"),
)
PAIR_COLUMNS = ("item", "with_item", "n", "q3", "ld_x2", "df", "p_value", "cramer_v", "flags")


def item_table(fit: Fit) -> tuple[list[str], list[dict[str, Any]]]:
    """Parameters and fit of items; the file can be given to ``--items`` again."""
    columns, rows = parameter_table(fit.items, fit.n.tolist())
    for j, row in enumerate(rows):
        squares, by_score, by_theta = fit.mean_squares, fit.s_x2, fit.x2
        words = list(fit.flags[j])
        if squares is None or squares.undefined[j]:
            words.append("no_mean_squares")
        else:
            row |= {
                "infit": float(squares.infit[j]),
                "z_infit": float(squares.z_infit[j]),
                "outfit": float(squares.outfit[j]),
                "z_outfit": float(squares.z_outfit[j]),
            }
        if by_score is None:
            words.append("no_s_x2")
        else:
            row |= {
                "s_x2": float(by_score.statistic[j]),
                "df": int(by_score.df[j]),
                "p_value": float(by_score.p_value[j]),
                "adjusted_p": float(fit.adjusted_p[j]),
                "rmsea": float(by_score.rmsea[j]),
            }
            words += ["no_degrees_of_freedom"] if by_score.undefined[j] else []
        if by_theta is not None:
            row |= {
                "x2": float(by_theta.statistic[j]),
                "x2_df": int(by_theta.df[j]),
                "x2_p_value": float(by_theta.p_value[j]),
            }
            words += ["no_x2_degrees_of_freedom"] if by_theta.undefined[j] else []
        row["flags"] = words
    return [*columns, *ITEM_FIT], rows


def person_rows(responses: Responses, persons: PersonsFit) -> list[dict[str, Any]]:
    """One row a person, at the weighted likelihood estimate."""
    wle, likelihood, squares = persons.wle, persons.likelihood, persons.mean_squares
    star = likelihood.lz_star
    rows = []
    for i, name in enumerate(responses.persons):
        words = []
        if wle.n_answered[i] == 0:
            words.append("no_responses")
        elif wle.at_bound[i]:
            words.append("at_lower_bound" if wle.at_bound[i] < 0 else "at_upper_bound")
        if likelihood.undefined[i] and wle.n_answered[i]:
            words.append("no_lz_star")
        if squares is None:
            words.append("no_mean_squares")
        if likelihood.p_value[i] < 0.01:
            words.append("unusual_pattern")
        row: dict[str, Any] = {
            "person": name,
            "group": None if responses.groups is None else responses.groups[i],
            "n_answered": int(wle.n_answered[i]),
            "raw_score": int(wle.raw[i]),
            "theta": float(wle.theta[i]),
            "standard_error": float(wle.standard_error[i]),
            "lz_star": None if star is None else float(star[i]),
            "p_value": float(likelihood.p_value[i]),
            "flags": words,
        }
        if squares is not None:
            row |= {key: float(getattr(squares, key)[i]) for key in PERSON_COLUMNS[6:10]}
        rows.append(row)
    return rows


def pair_rows(fit: Fit) -> list[dict[str, Any]]:
    """One row a pair of items."""
    rows = []
    names = fit.items.names
    first, second = np.triu_indices(len(names), 1)
    for j, k in zip(first.tolist(), second.tolist(), strict=True):
        row: dict[str, Any] = {"item": names[j], "with_item": names[k], "flags": []}
        if fit.q3 is not None:
            row |= {"n": int(fit.q3.n[j, k]), "q3": float(fit.q3.q3[j, k])}
        if fit.q3 is None or not fit.q3.defined[j, k]:
            row["flags"] = ["no_q3"]
        if fit.ld is None:
            row["flags"] = [*row["flags"], "no_ld_x2"]
        else:
            row |= {
                "n": int(fit.ld.n[j, k]),
                "ld_x2": float(fit.ld.x2[j, k]),
                "df": int(fit.ld.df[j, k]),
                "p_value": float(fit.ld.p_value[j, k]),
                "cramer_v": float(fit.ld.cramer_v[j, k]),
            }
        rows.append(row)
    return rows
