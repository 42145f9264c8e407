"""Fits by R's mirt, ours and those of classic data beside the project."""

import pytest

from tests.psychometrics.figures import OWN_FITS, MirtFit, own_fit, shared_fit


@pytest.fixture
def fit(request: pytest.FixtureRequest) -> MirtFit:
    """The fit named by the test's parameter."""
    name: str = request.param
    if name in OWN_FITS:
        return own_fit(name)
    return shared_fit(request.getfixturevalue("shared"), name)
