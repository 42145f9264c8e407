"""The two sets of difR's figures."""

import pytest

from tests.psychometrics.dif.figures import Published, ours, verbal


@pytest.fixture
def published(request: pytest.FixtureRequest) -> Published:
    """By name, for a test that is parametrized with `BOTH`."""
    if request.param == "difR_dif":
        return ours()
    return verbal(request.getfixturevalue("shared"))
