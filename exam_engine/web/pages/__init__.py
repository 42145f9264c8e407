"""The pages, one module an audience: every page a GET that survives reload, every act a POST."""

from exam_engine.web.pages import candidate, entrance, exam, proctor

ROUTES = [*entrance.ROUTES, *candidate.ROUTES, *exam.ROUTES, *proctor.ROUTES]
