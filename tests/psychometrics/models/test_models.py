"""Every family against the textbook formula written out, and against finite differences."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from psychometrics.errors import UnknownModel
from psychometrics.models import MODELS, Model, model_named
from psychometrics.models.logistic import log_expit

THETA = np.array([-6.0, -2.5, -0.3, 0.0, 1.1, 4.0])

CASES = {
    "Rasch": [[1.0, 0.4], [1.0, -2.0]],
    "1PL": [[1.3, 0.4], [1.3, -2.0]],
    "2PL": [[0.8, 0.4], [-1.7, -2.0]],
    "3PL": [[0.8, 0.4, -1.4], [1.7, -2.0, -2.5]],
    "4PL": [[0.8, 0.4, -1.4, 3.0], [1.7, -2.0, -2.5, 2.0]],
    "GRM": [[1.2, 1.5, 0.1, -2.0], [0.7, 0.3, 0.2, -0.4]],
    "PCM": [[1.0, 0.7, 0.1, -2.0], [1.0, 0.3, 1.2, -0.4]],
    "RSM": [[1.0, 0.0, 0.7, 0.1, -2.0], [1.0, -0.6, 0.7, 0.1, -2.0]],
    "GPCM": [[1.4, 0.7, 0.1, -2.0], [0.6, 0.3, 1.2, -0.4]],
    "NRM": [[0.7, 1.1, 2.0, 0.1, 0.2, -1.0], [-0.3, 0.5, 0.1, 1.0, 0.0, 0.3]],
}


@pytest.fixture(params=CASES)
def model(request: pytest.FixtureRequest) -> Model:
    return MODELS[request.param]


@pytest.fixture
def parameters(model: Model) -> np.ndarray:
    return np.array(CASES[model.name])


def by_the_book(name: str, row: list[float], theta: float) -> list[float]:
    """P(X = k | theta) of one item, straight from the papers."""
    if name == "NRM":
        half = len(row) // 2
        return softmax([0, *(a * theta + d for a, d in zip(row[:half], row[half:], strict=True))])
    a, *d = row
    if name == "GRM":
        edges = [1, *(expit(a * theta + one) for one in d), 0]
        return -np.diff(edges)
    if name in {"3PL", "4PL"}:
        c, u = expit(d[1]), expit(d[2]) if name == "4PL" else 1.0
        p = c + (u - c) * expit(a * theta + d[0])
        return [1 - p, p]
    if name == "RSM":
        d = [k * d[0] + t for k, t in enumerate(d[1:], 1)]
    return softmax([k * a * theta + one for k, one in enumerate([0, *d])])


def test_probabilities_are_those_of_the_papers(model: Model, parameters: np.ndarray) -> None:
    found = np.exp(model.log_probabilities(parameters, THETA))
    expected = [
        [by_the_book(model.name, row, theta) for theta in THETA] for row in CASES[model.name]
    ]
    np.testing.assert_allclose(found.transpose(0, 2, 1), expected, rtol=1e-11)


def test_probabilities_sum_to_one_far_out_too(model: Model, parameters: np.ndarray) -> None:
    log_p = model.log_probabilities(parameters, np.array([-300.0, 300.0]))
    assert np.isfinite(log_p).all()
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1.0, rtol=1e-12)


def test_the_gradient_agrees_with_differences(model: Model, parameters: np.ndarray) -> None:
    h = 1e-5
    gradient = model.gradient(parameters, THETA)
    for p in range(parameters.shape[1]):
        step = h * np.eye(parameters.shape[1])[p]
        up = model.log_probabilities(parameters + step, THETA)
        down = model.log_probabilities(parameters - step, THETA)
        np.testing.assert_allclose(gradient[:, p], (up - down) / (2 * h), atol=2e-8, rtol=2e-8)


def test_theta_derivatives_agree_with_differences(model: Model, parameters: np.ndarray) -> None:
    h = 1e-5
    first, second = model.theta_derivatives(parameters, THETA)
    up, down = (model.log_probabilities(parameters, THETA + s * h) for s in (1, -1))
    np.testing.assert_allclose(first, (up - down) / (2 * h), atol=2e-8)
    up, down = (model.theta_derivatives(parameters, THETA + s * h)[0] for s in (1, -1))
    np.testing.assert_allclose(second, (up - down) / (2 * h), atol=2e-8)


def test_expected_information_is_the_mean_of_squared_gradients(
    model: Model, parameters: np.ndarray
) -> None:
    found = model.expected_information(parameters, THETA)
    p, d = np.exp(model.log_probabilities(parameters, THETA)), model.gradient(parameters, THETA)
    for j in range(len(parameters)):
        for q in range(len(THETA)):
            slow = sum(
                p[j, k, q] * np.outer(d[j, :, k, q], d[j, :, k, q]) for k in range(p.shape[1])
            )
            np.testing.assert_allclose(found[j, q], slow, atol=1e-14)


def test_information_is_minus_the_expected_bend(model: Model, parameters: np.ndarray) -> None:
    p = np.exp(model.log_probabilities(parameters, THETA))
    _, second = model.theta_derivatives(parameters, THETA)
    np.testing.assert_allclose(
        model.information(parameters, THETA), -(p * second).sum(axis=1), atol=1e-12
    )


def test_information_of_the_three_parameter_model_is_birnbaums() -> None:
    a, b, c = 1.7, 0.4, 0.2
    row = np.array([[a, -a * b, np.log(c / (1 - c))]])
    p = c + (1 - c) * expit(a * (THETA - b))
    expected = a**2 * (1 - p) / p * ((p - c) / (1 - c)) ** 2
    np.testing.assert_allclose(MODELS["3PL"].information(row, THETA)[0], expected, rtol=1e-11)


def test_scores_are_expected_by_category_number(model: Model, parameters: np.ndarray) -> None:
    p = np.exp(model.log_probabilities(parameters, THETA))
    slow = sum(k * p[:, k] for k in range(p.shape[1]))
    np.testing.assert_allclose(model.expected_score(parameters, THETA), slow, rtol=1e-12)


def test_every_name_and_number_of_categories_fit(model: Model, parameters: np.ndarray) -> None:
    n_categories = model.n_categories(parameters.shape[1])
    assert len(model.parameter_names(n_categories)) == parameters.shape[1]
    assert model.log_probabilities(parameters, THETA).shape == (2, n_categories, len(THETA))
    assert model.intercepts(parameters).shape == (2, n_categories - 1)
    assert model.takes(n_categories)


@pytest.mark.parametrize("name", [name for name in CASES if name != "NRM"])
def test_the_irt_metric_comes_back(name: str) -> None:
    model, parameters = MODELS[name], np.array(CASES[name])
    np.testing.assert_allclose(
        model.log_probabilities(model.from_irt(model.to_irt(parameters)), THETA),
        model.log_probabilities(parameters, THETA),
        rtol=1e-10,
    )


def test_graded_intercepts_out_of_order_are_outside_the_model() -> None:
    assert np.isnan(MODELS["GRM"].log_probabilities(np.array([[1.0, 0.0, 0.5]]), THETA)).all()


def test_graded_categories_keep_their_digits_where_logistics_cancel() -> None:
    """At theta = 40 both boundaries are 1 to the last bit; their difference is not 0."""
    log_p = MODELS["GRM"].log_probabilities(np.array([[1.0, 1.0, -1.0]]), np.array([40.0]))
    np.testing.assert_allclose(log_p[0, 1, 0], np.log(np.exp(1) - np.exp(-1)) - 40, rtol=1e-12)


def test_log_expit_is_scipys() -> None:
    from scipy.special import log_expit as slow

    z = np.concatenate([np.linspace(-50, 50, 1001), [-800.0, 800.0, np.inf]])
    np.testing.assert_allclose(log_expit(z), slow(z), rtol=1e-15)


def test_an_unknown_model_is_refused_with_the_list() -> None:
    with pytest.raises(UnknownModel, match="no model '5PL'; there are Rasch, 1PL, 2PL"):
        model_named("5PL")
