"""The JSON API, one module a resource."""

from exam_engine.web.api import (
    accounts,
    attempts,
    evidence,
    items,
    results,
    sittings,
    trying,
    usage,
)

ROUTES = [
    *accounts.ROUTES,
    *attempts.ROUTES,
    *results.ROUTES,
    *sittings.ROUTES,
    *evidence.ROUTES,
    *items.ROUTES,
    *trying.ROUTES,
    *usage.ROUTES,
]
