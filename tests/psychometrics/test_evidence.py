"""What proves what: every reference figure and every case of the test catalogue has its test.

`READ` names the test module that reads each table of figures; `LEFT` says of the others why
nothing here reads them.  A new file or table fails until it stands in one of the two.
"""

import ast
import json
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.psychometrics.figures import OWN

HERE = Path(__file__).parent

MIRT = "calibration/test_mirt_figures.py"
OTHER = "calibration/test_other_figures.py"
CONDITIONAL = "conditional/test_estimation.py"
PERSONS = "conditional/test_persons.py"
INVARIANCE = "conditional/test_invariance.py"
MEAN_SQUARES = "fit/test_mean_squares.py"
PERSON_FIT = "fit/test_person.py"
ABILITY = "ability/test_figures.py"
LINKING = "linking/test_figures.py"
FORMS = "linking/forms.py"
EQUATING = "equating/test_figures.py"
CHOICES = "selection/test_catr.py"

DIF = "dif/test_mantel_haenszel.py"
DECISIONS = "decisions/test_cacirt.py"
DIF_PARAMETERS = "dif/test_item_parameters.py"
DIF_RATIO = "dif/test_likelihood_ratio.py"
SIBTEST = "dif/test_sibtest.py"
WALD = "- a Wald test within a joint calibration: of its kind we have Lord's and likelihood-ratio"

FORENSICS = "forensics/test_figures.py"
ABOUT = "says what was run, and is no figure"

# file pattern -> {table: module that reads it, or a reason after "-"}; the first match counts
READ: dict[str, dict[str, str]] = {
    "mirt/certificate.json": {"*": f"- {ABOUT}: how the figures themselves were checked"},
    "mirt/dif_multigroup.json": {
        "suspect_items": MIRT,
        "scalar_invariance": MIRT,
        "configural": MIRT,
        "anchored_all_but_suspects": MIRT,
        "DIF_LRT_equality_added": DIF_RATIO,
        "DIF_Wald": WALD,
        "SIBTEST": SIBTEST,
    },
    "mirt/simdif_multigroup.json": {
        "scalar_invariance": MIRT,
        "configural": MIRT,
        "anchored_6_15": MIRT,
        "DIF_LRT_add_items1to5": DIF_RATIO,
        "DIF_LRT_drop_all": DIF_RATIO,
        "DIF_Wald_items1to5": WALD,
        "SIBTEST_items1to3_match6to15": SIBTEST,
    },
    "mirt/*fixed_anchor_2PL.json": {
        "old_logLik": MIRT,
        "old_items": MIRT,
        "new_items": MIRT,
        "logLik": MIRT,
        "mean": MIRT,
        "cov": MIRT,
        "se_oakes": MIRT,
        "fixedCalib_MWU_MEM": "- its population is a histogram, ours normal",
    },
    "mirt/LSAT7_2PL_vcov_by_type.json": {
        "Oakes": MIRT,
        "Louis": MIRT,
        "Richardson": MIRT,
        "central": MIRT,
        "forward": MIRT,
        "crossprod": MIRT,
        "sandwich.Louis": MIRT,
        "SEM": "- supplemented EM, which stops 2 % off the information it approaches",
        "Fisher": "- expected information, which calibration does not offer",
    },
    "mirt/*.json": {
        "logLik": MIRT,
        "AIC": MIRT,
        "BIC": MIRT,
        "npar": MIRT,
        "coef_slope_intercept": MIRT,
        "coef_irt": MIRT,
        "latent_cov": MIRT,
        "se_oakes": MIRT,
        "test_information": MIRT,
        "expected_total": MIRT,
        "M2": "fit/test_limited_information.py",
        "C2": "fit/test_limited_information.py",
        "itemfit_S_X2": "fit/test_score_groups.py",
        "itemfit_Zh_EAP": PERSON_FIT,
        "itemfit_infit_EAP": MEAN_SQUARES,
        "itemfit_infit_ML": MEAN_SQUARES,
        "itemfit_X2": "fit/test_theta_groups.py",
        "itemfit_G2": "fit/test_theta_groups.py",
        "Q3": "fit/test_local_dependence.py",
        "LD_X2": "fit/test_local_dependence.py",
        "G2": "fit/test_patterns.py",
        "df": "fit/test_patterns.py",
        "scores": ABILITY,
        "scores_first60": f"{ABILITY}:scores",
        "EAPsum": ABILITY,
        "marginal_rxx": ABILITY,
        "empirical_rxx_EAP": ABILITY,
        "personfit_first60_EAP": PERSON_FIT,
        "personfit_first100_EAP": f"{PERSON_FIT}:personfit_first{{n}}_EAP",
    },
    "rasch/eRm_*.json": {
        "cond_logLik": CONDITIONAL,
        "npar": CONDITIONAL,
        "betapar": CONDITIONAL,
        "se_beta": CONDITIONAL,
        "thresholds": CONDITIONAL,
        "etapar": "- betapar without its first",
        "se_eta": "- se_beta without its first",
        "raw_to_theta": PERSONS,
        "theta_first60": PERSONS,
        "person": PERSONS,
        "itemfit": MEAN_SQUARES,
        "personfit": MEAN_SQUARES,
        "personfit_first60": MEAN_SQUARES,
        "andersen_LR": INVARIANCE,
        "wald": INVARIANCE,
    },
    "rasch/psychotools_*.json": {
        "cond_logLik": CONDITIONAL,
        "df": CONDITIONAL,
        "coef": CONDITIONAL,
        "vcov_diag": CONDITIONAL,
        "thresholds": CONDITIONAL,
    },
    "ltm/ltm_tpm_rasch_LSAT.json": {"*": "- a 3PL with one common slope, which we have not"},
    "ltm/ltm_2pl_Abortion.json": {
        "logLik": OTHER,
        "coef": OTHER,
        "*": "- of a fit that its quadrature cannot follow: see the test",
    },
    "ltm/*.json": {
        "logLik": OTHER,
        "AIC": OTHER,
        "BIC": OTHER,
        "coef": OTHER,
        "coef_se": OTHER,
        "gof": "- a parametric bootstrap, which we have not",
    },
    "tam/TAM_jml_MathExam14W.json": {"*": "- joint maximum likelihood, which we have not"},
    "tam/*.json": {
        "logLik": OTHER,
        "variance": OTHER,
        "xsi": OTHER,
        "EAP_rel": OTHER,
        "EAP_first50": OTHER,
        "EAP_sd_first50": OTHER,
        "WLE_rel": OTHER,
        "WLE_first50": OTHER,
        "WLE_se_first50": OTHER,
        "msq": "- residuals at simulated abilities: other numbers with every seed",
        "tam_fit": "- residuals at simulated abilities: other numbers with every seed",
        "B": f"- {ABOUT}",
        "beta": f"- {ABOUT}",
    },
    "cat/*.json": {
        "states": CHOICES,
        "cases": CHOICES,
        "probabilities_4pl": ABILITY,
        "poly": ABILITY,
    },
    "classification/cacIRT_twopl.json": {
        "number_correct_distribution": ABILITY,
        "theta": DECISIONS,
        "w": DECISIONS,
        "items": ABILITY,
        "Lee": DECISIONS,
        "Rudner": DECISIONS,
        "Lee_single_cut_10": DECISIONS,
        "Rudner_single_cut_0": DECISIONS,
    },
    "forensics/*.json": {
        "parametric_misfit": PERSON_FIT,
        "theta_ml": PERSON_FIT,
        "answer_copying": FORENSICS,
        "answer_similarity*": f"{FORENSICS}:answer_similarity",
        "preknowledge": FORENSICS,
        "rapid_guessing*": f"{FORENSICS}:rapid_guessing",
        "compromised": FORENSICS,
        "answer_copying_which": f"- {ABOUT}",
        "nonparametric_misfit": "- Guttman errors, U3, HT and kin, which we have not",
    },
    # each method's figures within plain and purified: see the tests of `tests/psychometrics/dif/`
    "dif/*.json": {
        "plain": "dif/figures.py",
        "purified": "dif/figures.py",
        "MH_exact": DIF,
        "base_R_mantelhaen_test": DIF,
        "item_parameters_for_Lord_Raju": DIF_PARAMETERS,
        "Lord_*": DIF_PARAMETERS,
        "Raju_2PL": DIF_PARAMETERS,
        "SIBTEST": SIBTEST,
        "ltm_used_by_difR": f"- {ABOUT}",
    },
    "linking/equate_ACTmath.json": {
        "identity": EQUATING,
        "mean": EQUATING,
        "linear": EQUATING,
        "equipercentile*": f"{EQUATING}:equipercentile_loglinear6",
        "presmoothed_x_degree6": EQUATING,
    },
    "linking/*.json": {
        "items": FORMS,
        "item_vcov": FORMS,
        "irt": FORMS,
        "form_x": FORMS,
        "form_y": FORMS,
        "common_rows_x_y": FORMS,
        "constants*": f"{LINKING}:constants",
        "direct": LINKING,
        "chain3": LINKING,
        "rescaled_x_SL": LINKING,
        "true_score_equating*": f"{EQUATING}:true_score_equating",
        "observed_score_equating_Y_to_X": EQUATING,
        "score_TSE_1to2": EQUATING,
        "score_OSE_1to2": EQUATING,
        "TSE": EQUATING,
        "OSE": EQUATING,
        "OSE_dist": EQUATING,
        "coef": "- the parameters of irt in another form",
        "equating_note": f"- {ABOUT}",
    },
}
ABOUTS = {
    *("package", "data", "call", "note", "label", "itemtype", "quadrature", "tolerance"),
    *("converged", "iterations", "latent_mean"),
}

CATALOGUE: dict[str, tuple[str, ...]] = {
    "M1 empty matrix, one person, one item": (
        "test_bad_input.py::test_an_empty_matrix",
        "test_bad_input.py::test_one_person_or_one_item_is_not_enough",
        "calibration/test_refusals.py::test_what_cannot_be_is_refused_in_a_sentence",
    ),
    "M2 persons all right or all wrong": (
        "test_bad_input.py::test_items_and_persons_all_right_or_all_wrong",
        "ability/test_scoring.py::test_perfect_and_zero_patterns_are_bounded_and_said",
    ),
    "M3 items all right or all wrong": (
        "test_bad_input.py::test_items_and_persons_all_right_or_all_wrong",
        "calibration/test_flags.py::test_items_without_information_are_left_out_and_told",
    ),
    "M4 a row or column without responses": (
        "test_bad_input.py::test_rows_and_columns_without_an_answer",
        "calibration/test_flags.py::test_persons_without_answers_are_left_out_and_told",
    ),
    "M5 inf, 2, -1 and strings in the matrix": (
        "test_bad_input.py::test_a_cell_that_is_no_category",
        "test_bad_input.py::test_a_category_that_the_model_has_not",
        "test_bad_input.py::test_text_throughout",
    ),
    "M6 forms without an anchor": (
        "test_bad_input.py::test_disconnected_forms_are_named_with_their_groups",
        "calibration/test_refusals.py::test_unlinked_forms_are_linked_by_anchors_in_each",
    ),
    "M7 duplicated items, constant total": (
        "test_bad_input.py::test_duplicated_items_are_named",
        "calibration/test_flags.py::test_the_same_item_thrice_ends_in_flags",
        "calibration/test_flags.py::test_a_total_that_never_varies_ends_in_flags",
        "calibration/test_nasty_data.py::test_nothing_is_missing_in_silence",
    ),
    "M8 negative discrimination": (
        "test_bad_input.py::test_a_wrong_key_is_suspected_and_its_item_not_used_unasked",
    ),
    "M9 not converged": (
        "test_bad_input.py::test_a_fit_that_does_not_converge_says_so",
        "calibration/test_flags.py::test_no_convergence_is_said_and_not_hidden",
        "calibration/test_nasty_data.py::test_a_variance_that_grows_for_ever_is_told",
    ),
    "M10 a large sparse matrix": (
        "calibration/test_memory.py"
        "::test_a_large_sparse_matrix_is_calibrated_within_the_stated_memory",
    ),
    "M11 impossible parameters in an import": (
        "test_bad_input.py::test_impossible_parameters_are_refused",
        "models/test_items.py::test_impossible_items_are_refused_by_name",
    ),
    "M12 the ends of theta, no information": (
        "test_bad_input.py::test_the_ends_of_theta_say_nothing_and_break_nothing",
        "calibration/test_nasty_data.py::test_the_steepest_items_have_derivatives_far_out",
    ),
    "M13 known parameters": (
        "calibration/test_recovery.py::test_known_parameters_are_recovered",
        "conditional/test_estimation.py::test_known_items_are_recovered_and_errors_are_honest",
    ),
    "M14 rows in another order": (
        "calibration/test_symmetries.py::test_the_order_of_persons_and_items_changes_nothing",
        "calibration/test_symmetries.py::test_threads_and_blocks_change_no_digit",
    ),
    "M16 no variance": (
        "classical/test_items.py::test_what_has_no_variance_is_undefined_and_says_why",
        "classical/test_reliability.py::test_what_is_undefined_says_why",
        "classical/test_items.py::test_no_number_is_missing_without_a_sentence",
    ),
}
"""M15, the score at the cut, is of the results that the product hands out, not of this package."""


def entry(folder: str, name: str, table: str) -> str | None:
    """What `READ` says of a table of figures."""
    rows = next((r for pattern, r in READ.items() if fnmatch(f"{folder}/{name}", pattern)), {})
    if table in ABOUTS:
        return f"- {ABOUT}"
    return rows.get(table) or next(
        (said for pattern, said in rows.items() if "*" in pattern and fnmatch(table, pattern)), None
    )


def tables(root: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted(root.glob("*/*.json")):
        if path.parent.name != "data":
            for table in json.loads(path.read_text("utf-8")):
                yield path.parent.name, path.name, table


def every_figure_has_a_place(root: Path) -> None:
    texts = {path: path.read_text("utf-8") for path in HERE.rglob("*.py")}
    found = list(tables(root))
    assert found
    for folder, name, table in found:
        said = entry(folder, name, table)
        assert said, f"no test reads {table} of {folder}/{name}"
        if said.startswith("- "):
            continue
        module, _, needle = said.partition(":")
        text = texts[HERE / module] + texts[HERE / "figures.py"] + texts[HERE / "fits.py"]
        assert (needle or table) in text, f"{module} does not read {table} of {folder}/{name}"
        fit = name.removesuffix(".json")
        assert any(
            fit in other for path, other in texts.items() if path.name != Path(__file__).name
        ), f"no test opens {folder}/{name}"


def test_every_figure_of_our_data_has_a_test() -> None:
    every_figure_has_a_place(OWN)


def test_every_figure_of_classic_data_has_a_test(shared: Path) -> None:
    every_figure_has_a_place(shared / "reference" / "psychometrics")


def test_our_copy_of_the_figures_is_the_reference(shared: Path) -> None:
    """All but the generator, which is formatted as the project is; it writes the same data."""
    reference = shared / "reference" / "own"
    names = sorted(path.relative_to(reference) for path in reference.rglob("*.*"))
    copied = {path.relative_to(OWN) for path in OWN.rglob("*.*")}
    for name in names:
        assert name in copied
        if name.suffix != ".py":
            assert (OWN / name).read_bytes() == (reference / name).read_bytes(), name


@pytest.mark.parametrize("case", CATALOGUE)
def test_every_case_of_the_catalogue_has_its_test(case: str) -> None:
    for address in CATALOGUE[case]:
        module, _, name = address.partition("::")
        tree = ast.parse((HERE / module).read_text("utf-8"))
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in names, address
