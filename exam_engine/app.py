"""The only wiring: settings to resources, resources to the application."""

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.template import TemplateConfig
from litestar.types import Message, Scope
from redis.asyncio import Redis

from exam_engine.database import Database, DatabaseUnavailable
from exam_engine.delivery.options import OptionsCache
from exam_engine.delivery.recorder import AnswerStore, Recorder
from exam_engine.delivery.store_postgres import PostgresAnswerStore
from exam_engine.delivery.store_sqlite import SqliteAnswerStore
from exam_engine.invigilation.service import Invigilation
from exam_engine.live import Hints
from exam_engine.resources import Resources
from exam_engine.settings import Settings
from exam_engine.uploads.nursery import Nursery
from exam_engine.uploads.readers import FileReaders
from exam_engine.web import api, assets, errors, pages, render
from exam_engine.web.answering import answer_components
from exam_engine.web.auth import (
    FOR,
    PUBLIC,
    Access,
    check_routes,
    provide_visitor,
    provide_who,
)
from proctor.presence import MemoryPresence, Presence, RedisPresence

log = logging.getLogger(__name__)

SWEEP_EVERY_S = 1.0
LARGEST_BODY = 64 * 1024
SECURITY_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; form-action 'self'; "
        b"frame-ancestors 'none'; object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
NOT_STORED = (b"cache-control", b"no-store")


def make_resources(settings: Settings, nursery: Nursery | None = None) -> Resources:
    """Everything a process needs, not yet started: no I/O happens here."""
    database = Database(settings.database_url)
    redis = (
        Redis.from_url(settings.redis_url, socket_timeout=0.2, socket_connect_timeout=0.2)
        if settings.redis_url
        else None
    )
    hints = Hints(redis)
    presence: Presence = RedisPresence(redis) if redis else MemoryPresence()
    recorder = Recorder(answer_stores(database), on_recorded=hints.changed)
    readers = FileReaders(settings, database, nursery)
    return Resources(settings, database, recorder, presence, hints, readers)


def answer_stores(database: Database) -> list[AnswerStore]:
    """One writer on SQLite, which has one; two on PostgreSQL, so the disk never waits for us."""
    if database.is_sqlite:
        return [SqliteAnswerStore(database)]
    options = OptionsCache()
    return [PostgresAnswerStore(database, options) for _ in range(2)]


def build(
    resources: Resources,
    lifespan: list[Callable[[Litestar], AbstractAsyncContextManager[None]]] | None = None,
) -> Litestar:
    """Wire handlers to resources that the caller owns; no I/O happens here.

    Others with the same address may take their place later, in ``app.state``.
    """
    app = Litestar(
        route_handlers=[
            *api.ROUTES,
            *pages.ROUTES,
            assets.serve,
        ],
        middleware=[Access(resources.settings)],
        dependencies={
            "resources": Provide(lambda: app.state.resources, sync_to_thread=False),
            "who": Provide(provide_who, sync_to_thread=False),
            "visitor": Provide(provide_visitor, sync_to_thread=False),
        },
        exception_handlers={Exception: errors.answer},
        before_send=[add_headers],
        template_config=TemplateConfig(engine=render.engine()),
        openapi_config=OpenAPIConfig(
            use_handler_docstrings=True,
            title="Exam engine",
            version="0.1.0",
            openapi_router=Router(
                path="/schema", route_handlers=[], opt={FOR: PUBLIC}, include_in_schema=False
            ),
            render_plugins=[JsonRenderPlugin()],
            components=answer_components(),
        ),
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        lifespan=lifespan or [],
    )
    app.state.resources = resources
    check_routes(app)
    return app


def create_app(settings: Settings) -> Litestar:
    """The application of one serving process."""
    resources = make_resources(settings)

    @asynccontextmanager
    async def running(_app: Litestar) -> AsyncIterator[None]:
        leave_the_code_alone()
        async with run(resources):
            yield

    return build(resources, [running])


def leave_the_code_alone() -> None:
    """Tell the garbage collector that what is loaded now stays.

    Otherwise it looks through half a million objects of modules and mappers again and again: a
    sixth of a request's time, and pauses of a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def create_app_from_env() -> Litestar:
    """For servers that start several processes by a name."""
    return create_app(Settings.from_env(os.environ))


@asynccontextmanager
async def run(resources: Resources) -> AsyncIterator[None]:
    """Start what runs beside the requests, and stop it in an order that loses nothing."""
    await resources.hints.start()
    await resources.recorder.start()
    resources.readers.start()
    sweeper = asyncio.create_task(sweep_for_ever(resources), name="sweeper")
    try:
        yield
    finally:
        sweeper.cancel()
        with suppress(asyncio.CancelledError):
            await sweeper
        await resources.readers.stop()
        await resources.recorder.stop()
        await resources.hints.stop()
        await resources.database.close()


async def sweep_for_ever(resources: Resources) -> None:
    """Record expiry within seconds of the deadline.  Any number of processes may do this."""
    while True:
        try:
            await sweep(resources)
        except DatabaseUnavailable:
            log.warning("expiry is not being recorded: the database does not answer")
        except Exception:  # one bad attempt must not stop the clock of all others
            log.exception("a sweep failed")
        await asyncio.sleep(SWEEP_EVERY_S)


async def sweep(resources: Resources) -> int:
    """Expire what is overdue, each in a transaction of its own; how many attempts were."""
    database = resources.database
    async with database.reading() as session:
        due = await Invigilation(session, await database.now(session)).list_due()
    expired = 0
    for attempt_id in due:
        try:
            async with database.transaction() as session:
                now = await database.now(session)
                rooms = await Invigilation(session, now).expire([attempt_id])
        except DatabaseUnavailable:
            raise
        except Exception:  # one bad attempt must not stop the clock of all others
            log.exception("the expiry of attempt %s could not be recorded", attempt_id)
            continue
        expired += len(rooms)
        resources.hints.changed(rooms)
    return expired


async def add_headers(message: Message, scope: Scope) -> None:
    """The security headers of every answer; nothing but static files may be kept by a cache."""
    if message["type"] != "http.response.start":
        return
    headers: list[Any] = list(message["headers"])
    headers += SECURITY_HEADERS
    if not scope["path"].startswith("/static/"):
        headers.append(NOT_STORED)
    message["headers"] = headers
