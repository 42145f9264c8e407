from collections.abc import Callable

import httpx
import pytest

from exam_engine.settings import Settings
from exam_engine.web.auth import cookie_name
from tests.conftest import OpenClient
from tests.factories import SignIn

Enter = Callable[[SignIn], httpx.AsyncClient]


@pytest.fixture
def enter(open_client: OpenClient, settings: Settings) -> Enter:
    """A browser that carries the cookie of a sign-in."""

    def entered(sign_in: SignIn) -> httpx.AsyncClient:
        client = open_client()
        client.cookies.set(cookie_name(settings), sign_in.token)
        return client

    return entered
