"""Conditional errors of measurement against sums written out."""

import numpy as np
import pytest

from psychometrics.decisions import conditional_errors
from psychometrics.errors import BadOption
from psychometrics.scales import conversion_table
from tests.psychometrics.examples import answers, spread


def test_raw_errors_are_the_binomial_sums() -> None:
    items = spread("3PL", 25, c=0.2)
    theta = np.array([-2.0, 0.0, 1.5])
    found = conditional_errors(items, theta)
    p = items.expected_score(theta)
    np.testing.assert_allclose(found.expected, p.sum(axis=0))
    np.testing.assert_allclose(found.raw_error, np.sqrt((p * (1 - p)).sum(axis=0)))
    np.testing.assert_allclose(found.theta_error, items.information(theta).sum(axis=0) ** -0.5)
    assert found.scaled_error is None


def test_a_line_only_stretches_the_error() -> None:
    items = spread("GRM", 5)
    found = conditional_errors(items, [0.3], scaled=200 + 40 * np.arange(16))
    np.testing.assert_allclose(found.scaled_error, 40 * found.raw_error)
    np.testing.assert_allclose(found.scaled_expected, 200 + 40 * found.expected)


def test_scaled_errors_at_the_cut_are_those_of_simulated_scores() -> None:
    items = spread("2PL", 30)
    table = conversion_table(np.arange(31), 18.4)
    found = conditional_errors(items, [0.4], scaled=table.scaled)
    raw = answers(items, np.full(40_000, 0.4), np.random.default_rng(2)).sum(axis=1)
    reported = table.scaled[raw.astype(int)]
    assert found.scaled_error is not None
    assert found.scaled_error[0] == pytest.approx(reported.std(), rel=0.02)


def test_a_conversion_of_another_form_is_refused() -> None:
    with pytest.raises(BadOption, match="31 finite scaled scores"):
        conditional_errors(spread("2PL", 30), [0.0], scaled=np.arange(30))
    with pytest.raises(BadOption, match="finite"):
        conditional_errors(spread("2PL", 30), [np.nan])
