"""The JSON API, one module a resource."""

from exam_engine.web.api import accounts, attempts, evidence, results, sittings

ROUTES = [
    *accounts.ROUTES,
    *attempts.ROUTES,
    *results.ROUTES,
    *sittings.ROUTES,
    *evidence.ROUTES,
]
