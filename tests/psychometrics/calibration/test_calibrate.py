"""What holds of every calibration: slow likelihoods, symmetries, recovery, refusals, flags."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp

from psychometrics import (
    Beta,
    Calibration,
    Items,
    LogitNormal,
    LogNormal,
    Normal,
    calibrate,
    equally_spaced,
)
from psychometrics.calibration.priors import Prior
from psychometrics.errors import (
    BadItems,
    BadOption,
    BadResponses,
    NotEnoughData,
    NotIdentified,
    NotLinked,
    UnknownModel,
)
from tests.psychometrics.examples import Responses, answers, sat, spread

CASES: dict[str, tuple[str, dict[str, Any], dict[str, Prior]]] = {
    "Rasch": ("Rasch", {}, {}),
    "1PL": ("Rasch", {}, {"a": LogNormal(0.0, 0.5)}),
    "2PL": ("2PL", {}, {}),
    "2PL with priors": ("2PL", {}, {"a": LogNormal(0.0, 0.5), "b": Normal(0.0, 1.5)}),
    "2PL, prior on d": ("2PL", {}, {"a": Normal(1.0, 0.5), "intercept": Normal(0.0, 2.0)}),
    "3PL": ("3PL", {"c": 0.2}, {"c": Beta(5, 17)}),
    "4PL": (
        "4PL",
        {"c": 0.2, "u": 0.95},
        {"a": LogNormal(0.0, 0.3), "c": LogitNormal(-1.4, 0.5), "u": Beta(17, 2)},
    ),
    "GRM": ("GRM", {}, {"b": Normal(0.0, 2.0)}),
    "PCM": ("PCM", {}, {}),
    "RSM": ("PCM", {}, {}),
    "GPCM": ("GPCM", {}, {"b": Normal(0.0, 2.0)}),
    "NRM": ("GPCM", {}, {}),
}


def case(name: str) -> tuple[str, Responses, dict[str, Prior]]:
    generating, more, priors = CASES[name]
    return name.partition(" ")[0].rstrip(","), sat(generating, 400, 8, **more), priors


@pytest.fixture(params=CASES, scope="module")
def calibrated(request: pytest.FixtureRequest) -> tuple[Calibration, Responses, dict[str, Prior]]:
    model, x, priors = case(request.param)
    x = np.where(np.random.default_rng(2).random(x.shape) < 0.1, np.nan, x)
    return calibrate(x, model, priors=priors), x, priors


def slow_objective(found: Calibration, x: Responses, items: Items, variance: float) -> float:
    """The marginal log likelihood, item by item, on 201 nodes."""
    theta = np.linspace(-8, 8, 201)
    density = -(theta**2) / (2 * variance) - 0.5 * np.log(2 * np.pi * variance) + np.log(0.08)
    of_person = np.tile(density, (len(x), 1))
    for log_p, codes in zip(items.log_probabilities(theta), x.T, strict=True):
        given = ~np.isnan(codes)
        of_person[given] += log_p[codes[given].astype(int)]
    return float(logsumexp(of_person, axis=1).sum())


def slow_prior(priors: dict[str, Prior], items: Items) -> float:
    from scipy import stats

    total = 0.0
    for quantity, prior in priors.items():
        values = {
            "a": items.a,
            "b": items.b,
            "intercept": items.intercept,
            "c": items.c,
            "u": items.u,
        }[quantity].ravel()
        if len({model.name for model in items.models} & {"1PL"}) and quantity == "a":
            values = values[:1]  # one slope, one density
        match prior:
            case Normal(mean, sd):
                total += stats.norm.logpdf(values, mean, sd).sum()
            case LogNormal(mean, sd):
                total += stats.lognorm.logpdf(values, sd, scale=np.exp(mean)).sum()
            case Beta(alpha, beta):
                total += stats.beta.logpdf(values, alpha, beta).sum()
            case LogitNormal(mean, sd):
                total += stats.norm.logpdf(np.log(values / (1 - values)), mean, sd).sum()
    return float(total)


def test_the_objective_is_the_slow_one(
    calibrated: tuple[Calibration, Responses, dict[str, Prior]],
) -> None:
    found, x, priors = calibrated
    slow = slow_objective(found, x, found.items, found.variances[0])
    assert found.log_likelihood == pytest.approx(slow, abs=1e-6)
    assert found.objective == pytest.approx(slow + slow_prior(priors, found.items), abs=1e-6)


def test_the_gradient_certified_is_the_slow_ones(
    calibrated: tuple[Calibration, Responses, dict[str, Prior]],
) -> None:
    """Differences of the slow objective by each parameter of one item, at the estimate."""
    found, x, priors = calibrated
    assert found.converged
    assert found.certificate.largest_gradient == found.largest_gradient < 1e-3
    own = [k for k, name in enumerate(found.parameter_names) if name.startswith("I2.")]
    assert own
    row = found.items.rows[1]
    names = found.items.models[1].parameter_names(int(found.items.n_categories[1]))

    def objective(k: int, change: float) -> float:
        column = names.index(found.parameter_names[k].removeprefix("I2."))
        rows = list(found.items.rows)
        rows[1] = row + change * np.eye(len(row))[column]
        items = Items.from_parameters([m.name for m in found.items.models], rows)
        return slow_objective(found, x, items, found.variances[0]) + slow_prior(priors, items)

    for k in own:
        slope = (objective(k, 1e-4) - objective(k, -1e-4)) / 2e-4
        assert abs(slope) < 2e-3, found.parameter_names[k]
        bend = (objective(k, 1e-3) - 2 * objective(k, 0) + objective(k, -1e-3)) / 1e-6
        precision = np.linalg.inv(found.covariance)[k, k]
        assert precision == pytest.approx(-bend, rel=2e-3), found.parameter_names[k]


def test_standard_errors_of_b_are_those_of_the_ratio() -> None:
    found = calibrate(sat("2PL", 500, 6), "2PL")
    names = {name: k for k, name in enumerate(found.parameter_names)}
    for j in range(6):
        a, d = names[f"I{j + 1}.a"], names[f"I{j + 1}.d"]
        v = found.covariance[np.ix_([a, d], [a, d])]
        jacobian = np.array([found.intercept[j] / found.a[j] ** 2, -1 / found.a[j]])
        assert found.se_b[j] == pytest.approx(float(np.sqrt(jacobian @ v @ jacobian)), rel=1e-6)
        assert found.se_a[j] == pytest.approx(float(np.sqrt(v[0, 0])), rel=1e-9)


# ---- symmetries

TIGHT: dict[str, Any] = {"tolerance": 1e-6, "errors": None}


@settings(max_examples=8)
@given(seed=st.integers(0, 2**16), model=st.sampled_from(["Rasch", "2PL", "GRM"]))
def test_the_order_of_persons_and_items_changes_nothing(seed: int, model: str) -> None:
    rng = np.random.default_rng(seed)
    x = sat("GRM" if model == "GRM" else "2PL", 200, 6, seed=seed)
    x[rng.random(x.shape) < 0.15] = np.nan
    rows, columns = rng.permutation(len(x)), rng.permutation(6)
    plain = calibrate(x, model, **TIGHT)
    by_rows = calibrate(x[rows], model, **TIGHT)
    np.testing.assert_array_equal(by_rows.a, plain.a)
    np.testing.assert_array_equal(by_rows.b, plain.b)
    by_columns = calibrate(x[:, columns], model, **TIGHT)
    if plain.converged and np.abs(plain.a).max() < 5:
        np.testing.assert_allclose(by_columns.intercept, plain.intercept[columns], atol=1e-6)


@settings(max_examples=8)
@given(seed=st.integers(0, 2**16), model=st.sampled_from(["Rasch", "2PL", "GPCM"]))
def test_a_person_listed_again_is_a_weight(seed: int, model: str) -> None:
    rng = np.random.default_rng(seed)
    x = sat("GPCM" if model == "GPCM" else "2PL", 150, 5, seed=seed)
    times = rng.integers(0, 4, len(x))
    listed = calibrate(np.repeat(x, times, axis=0), model, **TIGHT)
    weighted = calibrate(x, model, weights=times, **TIGHT)
    assert weighted.log_likelihood == listed.log_likelihood
    np.testing.assert_array_equal(weighted.intercept, listed.intercept)


@pytest.mark.parametrize(
    ("model", "generating"), [("2PL", "2PL"), ("GRM", "GRM"), ("GPCM", "GPCM")]
)
def test_scoring_one_item_backwards_turns_its_slope(model: str, generating: str) -> None:
    x = sat(generating, 500, 6)
    turned = x.copy()
    turned[:, 2] = np.nanmax(x[:, 2]) - x[:, 2]
    plain, found = calibrate(x, model, **TIGHT), calibrate(turned, model, **TIGHT)
    assert found.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-6)
    assert found.a[2] == pytest.approx(-plain.a[2], abs=1e-5)
    assert "negative_slope" in found.item_flags()[2]
    assert "negative_slope" not in plain.item_flags()[2]


def test_nominal_categories_may_be_numbered_in_any_way() -> None:
    x = sat("GPCM", 800, 5)
    relabelled = np.choose(x.astype(int), [2, 0, 3, 1]).astype(float)
    plain, found = (calibrate(y, "NRM", **TIGHT) for y in (x, relabelled))
    assert found.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-6)


def test_groups_named_the_other_way_are_the_same_model() -> None:
    rng = np.random.default_rng(5)
    group = np.repeat([0, 1], 400)
    theta = rng.standard_normal(800) * (1 + 0.3 * group) + 0.5 * group
    x = answers(spread("2PL", 8), theta, rng)
    one = calibrate(x, "2PL", groups=group, **TIGHT)
    two = calibrate(x, "2PL", groups=1 - group, **TIGHT)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, abs=1e-5)
    assert two.means[1] == pytest.approx(-one.means[1] / np.sqrt(one.variances[1]), abs=1e-4)
    assert two.variances[1] == pytest.approx(1 / one.variances[1], abs=1e-4)


def test_the_rasch_model_is_the_one_parameter_model_in_other_units() -> None:
    x = sat("Rasch", 700, 7)
    rasch, common = calibrate(x, "Rasch"), calibrate(x, "1PL")
    assert rasch.log_likelihood == pytest.approx(common.log_likelihood, abs=1e-5)
    assert common.a == pytest.approx(np.full(7, np.sqrt(rasch.variances[0])), abs=1e-4)
    assert len(set(common.a)) == 1


def test_threads_and_blocks_change_no_digit() -> None:
    x = sat("3PL", 3000, 12, c=0.2)
    x[np.random.default_rng(0).random(x.shape) < 0.4] = np.nan
    one, two = (
        calibrate(x, "3PL", priors={"c": Beta(5, 17)}, threads=n, errors=None) for n in (1, 2)
    )
    np.testing.assert_array_equal(one.a, two.a)
    assert one.log_likelihood == two.log_likelihood


def test_int8_with_a_code_for_missing_is_the_same_data() -> None:
    x = sat("2PL", 300, 6)
    x[::3, 2] = np.nan
    small = np.where(np.isnan(x), -1, x).astype(np.int8)
    one, two = calibrate(x, "2PL"), calibrate(small, "2PL", missing=-1)
    np.testing.assert_array_equal(one.b, two.b)
    assert one.certificate == two.certificate


def test_forms_with_a_mask_each_are_summed_as_forms_shared_by_many() -> None:
    """The same pattern of planned forms goes by form in a large sample, by mask in a small one."""
    x = sat("2PL", 1200, 9)
    x[:400, 6:] = x[400:800, :3] = x[800:, 3:6] = np.nan
    large = calibrate(x, "2PL", **TIGHT)
    scattered = np.vstack([x, np.full((1, 9), np.nan)])
    scattered[-1, :2] = 1
    small = calibrate(scattered, "2PL", weights=np.r_[np.ones(1200), 1e-9], **TIGHT)
    np.testing.assert_allclose(small.intercept, large.intercept, atol=1e-6)


# ---- recovery


@pytest.mark.parametrize("model", ["2PL", "3PL", "GRM", "GPCM"])
def test_known_parameters_are_recovered(model: str) -> None:
    truth = spread(model, 15, **({"c": 0.2} if model == "3PL" else {}))
    rng = np.random.default_rng(11)
    x = answers(truth, rng.standard_normal(4000), rng)
    found = calibrate(x, model, priors={"c": Beta(5, 17)} if model == "3PL" else None)
    z = np.concatenate(
        [(found.a - truth.a) / found.se_a, ((found.b - truth.b) / found.se_b).ravel()]
    )
    assert np.abs(z).max() < 4.5
    assert 0.7 < np.sqrt((z**2).mean()) < 1.35


def test_anchors_carry_the_scale_to_another_population() -> None:
    truth = spread("2PL", 20)
    rng = np.random.default_rng(3)
    x = answers(truth, 0.7 + 1.2 * rng.standard_normal(3000), rng)
    found = calibrate(x, "2PL", anchors=truth.select(range(10)))
    assert found.means[0] == pytest.approx(0.7, abs=4 * found.se_means[0])
    assert found.variances[0] == pytest.approx(1.44, abs=4 * found.se_variances[0])
    np.testing.assert_array_equal(found.a[:10], truth.a[:10])
    assert np.isnan(found.se_a[:10]).all()
    z = (found.b[10:] - truth.b[10:]) / found.se_b[10:]
    assert np.abs(z).max() < 4


def test_three_kinds_of_errors_agree_where_the_model_is_true() -> None:
    x = sat("2PL", 5000, 10)
    kinds = [
        calibrate(x, "2PL", errors=kind).se_a for kind in ("observed", "cross-product", "sandwich")
    ]
    np.testing.assert_allclose(kinds[1], kinds[0], rtol=0.15)
    np.testing.assert_allclose(kinds[2], kinds[0], rtol=0.15)
    assert not np.allclose(kinds[1], kinds[0], rtol=1e-6)


def test_long_tests_get_finer_nodes() -> None:
    rng = np.random.default_rng(1)
    items = Items.from_irt("2PL", np.full(300, 1.5), rng.standard_normal(300).clip(-2, 2))
    x = answers(items, rng.standard_normal(400), rng)
    found = calibrate(x, "2PL", errors=None)
    finer = calibrate(x, "2PL", errors=None, quadrature=equally_spaced(-6, 6, 801))
    assert found.quadrature.step < 0.12
    assert found.log_likelihood == pytest.approx(finer.log_likelihood, abs=1e-4)


# ---- what is left out and told


def test_items_without_information_are_left_out_and_told() -> None:
    x = sat("2PL", 300, 8)
    x[:, 1], x[:, 4], x[:, 6] = 1, 0, np.nan
    found = calibrate(x, "2PL")
    assert found.converged
    assert [f for f in found.item_flags() if f] == [("all_same",), ("all_same",), ("no_responses",)]
    np.testing.assert_array_equal(np.isnan(found.a), np.isin(np.arange(8), [1, 4, 6]))
    assert found.n.tolist() == [300] * 6 + [0, 300]
    assert found.items.names == ("I1", "I3", "I4", "I6", "I8")
    kept = calibrate(x[:, [0, 2, 3, 5, 7]], "2PL")
    np.testing.assert_allclose(found.b[[0, 2, 3, 5, 7]], kept.b, atol=1e-9)
    sentence = next(flag.sentence for flag in found.flags if flag.item == 1)
    assert "all 300 answers to item 'I2' are 1" in sentence


def test_persons_without_answers_are_left_out_and_told() -> None:
    x = sat("2PL", 300, 6)
    silent = np.insert(x, [4, 100], np.nan, axis=0)
    found = calibrate(silent, "2PL")
    np.testing.assert_array_equal(found.b, calibrate(x, "2PL").b)
    assert found.n_persons == 300
    assert [flag.rows for flag in found.flags if flag.code == "no_responses"] == [(4, 101)]


def test_all_right_and_all_wrong_persons_stay() -> None:
    x = sat("2PL", 300, 6)
    x[:5], x[5:9] = 1, 0
    assert calibrate(x, "2PL").n_persons == 300


def test_a_small_sample_is_told_and_rasch_recommended() -> None:
    flags = {flag.code: flag.sentence for flag in calibrate(sat("2PL", 120, 6), "2PL").flags}
    assert "120 persons are few for the 2PL model" in flags["small_sample"]
    assert "Rasch model is recommended" in flags["small_sample"]
    assert calibrate(sat("Rasch", 120, 6), "Rasch").flags == ()


def test_a_difficulty_far_out_is_kept_and_told() -> None:
    rng = np.random.default_rng(2)
    items = Items.from_irt("2PL", [1, 1.2, 0.9, 1.1, 0.3], [0, 0.5, -0.5, 1, 11])
    found = calibrate(answers(items, rng.standard_normal(4000), rng), "2PL")
    assert found.b[4] > 6
    assert found.item_flags()[4] == ("large_difficulty",)


def test_no_convergence_is_said_and_not_hidden() -> None:
    found = calibrate(sat("2PL", 400, 8), "2PL", max_cycles=2)
    assert not found.converged
    assert not found.certificate.converged
    assert found.cycles < 20
    sentence = next(flag.sentence for flag in found.flags if flag.code == "not_converged")
    assert found.certificate.at in sentence


@pytest.mark.parametrize("model", ["Rasch", "2PL", "3PL"])
def test_the_same_item_thrice_ends_in_flags(model: str) -> None:
    x = sat("2PL", 200, 2)
    found = calibrate(np.hstack([x, x[:, :1], x[:, :1]]), model)
    codes = {flag.code for flag in found.flags}
    assert "duplicate_item" in codes
    assert found.converged or "not_converged" in codes


@pytest.mark.parametrize("model", ["Rasch", "2PL"])
def test_a_total_that_never_varies_ends_in_flags(model: str) -> None:
    rng = np.random.default_rng(0)
    x = np.array([rng.permutation([1, 1, 1, 0, 0, 0]) for _ in range(200)])
    found = calibrate(x, model)
    codes = {flag.code for flag in found.flags}
    assert codes & {"small_variance", "flat_slope"}


def test_an_asymptote_that_runs_to_its_end_is_told() -> None:
    found = calibrate(sat("2PL", 1500, 10), "3PL")
    told = [flag for flag in found.flags if flag.code == "at_bound"]
    assert told
    for flag in told:
        assert found.c[flag.item] < 1e-2
        assert np.isnan(found.se_c[flag.item])
        assert np.isfinite(found.se_a[flag.item])


def test_the_certificate_holds_all_that_is_promised() -> None:
    x = sat("3PL", 300, 8, c=0.2)
    found = calibrate(x, "3PL", priors={"c": Beta(5, 17), "a": LogNormal(0, 0.5)})
    certificate = found.certificate
    assert "c: Beta(alpha=5, beta=17)" in certificate.objective
    assert certificate.value == found.objective
    assert certificate.nodes[0] == len(found.quadrature.nodes)
    assert certificate.cycles == found.cycles
    assert certificate.seed is None
    assert "numpy" in certificate.version
    changed = x.copy()
    changed[0, 0] = 1 - changed[0, 0]
    other = calibrate(changed, "3PL", priors={"c": Beta(5, 17)}).certificate
    assert certificate.data_hash != other.data_hash


# ---- refusals

GOOD = sat("2PL", 60, 5)


def with_cell(value: object) -> np.ndarray:
    x = GOOD.astype(object)
    x[7, 3] = value
    return x if isinstance(value, str) else x.astype(float)


def disconnected() -> np.ndarray:
    x = sat("2PL", 60, 6)
    x[:30, 3:], x[30:, :3] = np.nan, np.nan
    return x


REFUSALS: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    (np.empty((0, 5)), {}, NotEnoughData, "0 persons by 5 items"),
    (GOOD[:1], {}, NotEnoughData, "not enough data: 1 person and 5 items, but 10 persons"),
    (GOOD[:, :1], {}, NotEnoughData, "1 item"),
    (np.ones((60, 5)), {}, NotEnoughData, "only 0 items of 5 had different answers"),
    (GOOD[:, :2], {}, NotIdentified, "4 free parameters cannot be had from 2 items"),
    (with_cell(2), {}, BadResponses, r"row 7, column 3 \('I4'\) holds 2, but a 2PL item"),
    (with_cell(-1), {}, BadResponses, "row 7, column 3 holds -1.0"),
    (with_cell(np.inf), {}, BadResponses, "row 7, column 3 holds inf"),
    (with_cell("NaN"), {}, BadResponses, "row 7, column 3 holds 'NaN'"),
    (GOOD * 2, {"model": "GRM"}, BadResponses, r"nobody chose category 1 of column 0 \('I1'\)"),
    (disconnected(), {}, NotLinked, r"2 sets .*'I1', 'I2', 'I3' \(group 'all'\)"),
    (GOOD, {"model": "5PL"}, UnknownModel, "5PL"),
    (GOOD, {"model": ["2PL"] * 4}, BadOption, "4 models for 5 items"),
    (GOOD, {"groups": ["a"] * 59}, BadOption, "groups have shape"),
    (GOOD, {"groups": ["a"] * 59 + ["b"]}, NotEnoughData, "group 'b' has 1 person"),
    (GOOD, {"groups": [*["a"] * 59, None]}, BadOption, "row 59 has no group"),
    (GOOD, {"weights": np.ones(3)}, BadOption, "weights have shape"),
    (GOOD, {"weights": -np.ones(60)}, BadOption, "the weight of row 0 is -1.0"),
    (GOOD, {"weights": np.zeros(60)}, NotEnoughData, "0 persons with a response and a weight"),
    (GOOD, {"item_names": ["x"] * 5}, BadItems, "two items are called 'x'"),
    (GOOD, {"priors": {"slope": Normal(0, 1)}}, BadOption, "no prior of 'slope'"),
    (GOOD, {"priors": {"c": Normal(0, 1)}}, BadOption, "is no prior of c"),
    (GOOD, {"priors": {"b": LogNormal(0, 1)}}, BadOption, "only slopes are positive"),
    (GOOD, {"latent_variance": "free"}, NotIdentified, "free latent variance needs a slope"),
    (GOOD, {"latent_variance": "big"}, BadOption, "'big' is neither free nor fixed"),
    (GOOD, {"tolerance": 0.01}, BadOption, "tolerance"),
    (GOOD, {"threads": 0}, BadOption, "threads"),
    (GOOD, {"errors": "SEM"}, BadOption, "'SEM'"),
    (
        GOOD,
        {"anchors": Items.from_irt("2PL", [1.0], [0.0], names=["elsewhere"])},
        BadItems,
        "their names do not match",
    ),
]


@pytest.mark.parametrize(("x", "options", "error", "sentence"), REFUSALS)
def test_what_cannot_be_is_refused_in_a_sentence(
    x: Any, options: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        calibrate(x, **({"model": "2PL"} | options))


def test_unlinked_forms_pass_only_as_random_groups_of_one_population() -> None:
    x = disconnected()
    assert calibrate(x, "Rasch", random_groups=True).converged
    with pytest.raises(NotLinked, match="group 'b'"):
        calibrate(x, "Rasch", groups=np.repeat(["a", "b"], 30), random_groups=True)


def test_unlinked_forms_are_linked_by_anchors_in_each() -> None:
    x = disconnected()
    anchors = Items.from_irt("Rasch", [1, 1], [0.0, 0.5], names=["I1", "I4"])
    assert calibrate(x, "Rasch", anchors=anchors).converged
    with pytest.raises(NotLinked):
        calibrate(x, "Rasch", anchors=anchors.select(["I1"]))


def test_an_anchor_that_is_not_in_the_data_is_told() -> None:
    anchors = Items.from_irt("2PL", [1.0, 1.1], [0.0, 0.2], names=["I1", "gone"])
    flags = calibrate(GOOD, "2PL", anchors=anchors).flags
    assert any(flag.code == "anchor_absent" and "'gone'" in flag.sentence for flag in flags)


@pytest.mark.parametrize("prior", [Normal, LogNormal, LogitNormal])
def test_a_prior_without_spread_is_refused(prior: type) -> None:
    with pytest.raises(BadOption, match="sd = 0"):
        prior(0.0, 0.0)
