"""Rows merged and sorted: what is one row, and in which blocks."""

import numpy as np

from psychometrics.calibration.sample import PERSONS_A_MASKED_BLOCK, compile_sample
from psychometrics.posterior.features import PERSONS_A_BLOCK


def test_equal_rows_are_one_but_not_across_groups() -> None:
    codes = np.tile(np.array([1, 0, 1], dtype=np.int8), (6, 1))
    sample = compile_sample(codes, np.ones(6), np.array([0, 1, 0, 1, 1, 1]), 2)
    assert sample.codes.tolist() == [[1, 0, 1]] * 2
    assert sample.weights.tolist() == [2.0, 4.0]
    assert [(run.start, run.stop, run.group) for run in sample.runs] == [(0, 1, 0), (1, 2, 1)]


def test_every_row_is_in_one_run_of_its_own_group_and_form() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, (5000, 20)).astype(np.int8)
    codes[:2500, 15:] = codes[2500:, :5] = -1
    groups = rng.integers(0, 2, 5000)
    sample = compile_sample(codes, np.ones(5000), groups, 2)
    assert sample.by_form
    assert sample.weights.sum() == 5000
    covered = 0
    for run in sample.runs:
        assert run.start == covered
        assert run.stop - run.start <= PERSONS_A_BLOCK
        rows = sample.codes[run.start : run.stop]
        np.testing.assert_array_equal(rows >= 0, np.tile(sample.forms[run.form], (len(rows), 1)))
        covered = run.stop
    assert covered == len(sample.codes)


def test_forms_that_few_share_go_by_masks() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(-1, 2, (9000, 12)).astype(np.int8)
    sample = compile_sample(codes, np.ones(9000), np.zeros(9000, dtype=np.intp), 1)
    assert not sample.by_form
    assert all(run.form == -1 for run in sample.runs)
    assert max(run.stop - run.start for run in sample.runs) <= PERSONS_A_MASKED_BLOCK


def test_the_order_of_the_rows_is_their_own() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(-1, 3, (500, 9)).astype(np.int8)
    turn = rng.permutation(500)
    one, two = (
        compile_sample(x, np.ones(500), np.zeros(500, dtype=np.intp), 1)
        for x in (codes, codes[turn])
    )
    np.testing.assert_array_equal(one.codes, two.codes)
    np.testing.assert_array_equal(one.weights, two.weights)
