"""From what went wrong to what is answered: one table.

A refusal is ``application/problem+json`` (RFC 9457) with a stable ``code`` for whoever asked in
JSON, else a page.  What we did not foresee says nothing of its insides: it is logged under the
request id that the answer carries.
"""

import logging
import secrets
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect, Template

from exam_engine.accounts import errors as accounts
from exam_engine.calibration import errors as calibration
from exam_engine.database import DatabaseUnavailable
from exam_engine.delivery import errors as delivery
from exam_engine.equating import errors as equating
from exam_engine.exams import errors as exams
from exam_engine.release import errors as release
from exam_engine.results import errors as results
from exam_engine.standards import errors as standards
from exam_engine.web.auth import AnyRequest, NotAllowed, OriginRefused, SignInNeeded
from item_bank import errors as bank
from proctor import errors as proctor

log = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
RETRY_AFTER_S = 2

STATUS: dict[type[Exception], int] = {
    accounts.AccountError: 409,
    accounts.SignInRefused: 401,
    accounts.CodeRefused: 401,
    accounts.AccountLocked: 429,
    accounts.PasswordTooShort: 422,
    delivery.DeliveryError: 409,
    delivery.NotSignedIn: 401,
    delivery.NoSuchAttempt: 404,
    delivery.NoSuchQuestion: 422,
    delivery.UnknownOption: 422,
    delivery.AgreementMissing: 422,
    delivery.OutsideWindow: 403,
    delivery.NotAdmitted: 403,
    delivery.TooManyEvents: 429,
    delivery.TryAgain: 503,
    exams.ExamError: 409,
    calibration.CalibrationError: 409,
    calibration.RunNotFound: 404,
    calibration.UploadNotFound: 404,
    calibration.DataSetNotFound: 404,
    calibration.PlanUnsound: 422,
    calibration.ReasonMissing: 422,
    calibration.SecondPersonNeeded: 403,
    standards.StandardsError: 409,
    standards.PanelNotFound: 404,
    standards.PanelUnsound: 422,
    standards.RatingUnsound: 422,
    standards.AdoptionUnsound: 422,
    standards.ReasonMissing: 422,
    standards.FiguresUndefined: 422,
    standards.SecondPersonNeeded: 403,
    standards.JudgeCannotSign: 403,
    standards.NotASigner: 403,
    standards.JudgeLeftOut: 403,
    equating.EquatingError: 409,
    equating.EquatingNotFound: 404,
    equating.EquatingUnsound: 422,
    equating.DecisionReasonMissing: 422,
    equating.SecondApproverNeeded: 403,
    release.ReleaseError: 409,
    release.FormNotFound: 404,
    release.NoticeNotFound: 404,
    release.ReasonMissing: 422,
    release.DecisionUnfit: 422,
    release.SecondPersonNeeded: 403,
    results.ResultError: 409,
    results.ResultNotFound: 404,
    proctor.ProctorError: 409,
    proctor.NoSuchSession: 404,
    proctor.UnknownSignal: 422,
    bank.ItemBankError: 409,
    bank.EditionNotFound: 404,
    bank.ItemNotFound: 404,
    bank.VersionNotFound: 404,
    bank.ImportNotFound: 404,
    bank.ParametersNotFound: 404,
    bank.ParametersUnsound: 422,
    bank.QtiError: 422,
    bank.ResponseUnsound: 422,
    bank.ScoringRefused: 422,
    SignInNeeded: 401,
    NotAllowed: 403,
    OriginRefused: 403,
    DatabaseUnavailable: 503,
}

HTTP_WORDS: dict[int, tuple[str, str]] = {
    400: ("not_understood", "The request could not be read. Nothing was changed."),
    401: ("not_signed_in", "You are not signed in any more. Sign in again."),
    403: ("not_allowed", "Your role does not open this page."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address cannot be used in that way."),
    413: ("too_large", "That is more than this address takes. Nothing was changed."),
    415: ("wrong_media_type", "Send JSON with the content type application/json."),
    422: ("not_understood", "The request does not have the form it must have."),
    429: ("too_many_requests", "Too many requests. Wait a moment, then try again."),
}


def problem(
    status: int, code: str, sentence: str, request_id: str | None = None, **more: Any
) -> Response[bytes]:
    """A refusal as RFC 9457 wants it."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "code": code,
        **({"request_id": request_id} if request_id else {}),
        **more,
    }
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status in (429, 503) else {}
    return Response(
        msgspec.json.encode(body), status_code=status, media_type=PROBLEM, headers=headers
    )


def answer(request: AnyRequest, error: Exception) -> Response[Any]:
    """The one exception handler of the application."""
    status, code, sentence, more = _describe(error)
    request_id = secrets.token_hex(6)
    if status >= 500:
        log.error("request %s %s failed as %s", request.method, request.url.path, request_id)
        if status == 500:
            log.error("the cause of %s", request_id, exc_info=error)
    if _wants_json(request):
        return problem(status, code, sentence, request_id, **more)
    if status == 401 and request.method == "GET":
        return Redirect("/sign-in", status_code=303)
    return Template(
        "error.html",
        status_code=status,
        headers={"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {},
        context={
            "status": status,
            "title": HTTPStatus(status).phrase,
            "sentence": sentence,
            "next_step": _next_step(status),
            "code": code,
            "request_id": request_id,
            "person": None,
            "programme": "",
            "notice": None,
            "form_error": None,
        },
    )


def _describe(error: Exception) -> tuple[int, str, str, dict[str, Any]]:
    for kind in type(error).__mro__:
        if kind in STATUS:
            code = getattr(error, "code", "try_again")
            sentence = str(error)
            if isinstance(error, DatabaseUnavailable):
                sentence = delivery.TryAgain.sentence
            if isinstance(error, bank.QtiError):
                return STATUS[kind], code, error.sentence, {"line": error.line}
            return STATUS[kind], code, sentence, {}
    if isinstance(error, UnicodeDecodeError | RecursionError):  # msgspec, on a hostile body
        return 400, *HTTP_WORDS[400], {}
    if isinstance(error, ValidationException):
        code, sentence = HTTP_WORDS[422]
        return 422, code, sentence, {"faults": _faults(error)}
    if isinstance(error, HTTPException):
        code, sentence = HTTP_WORDS.get(
            error.status_code, ("refused", "This request cannot be carried out.")
        )
        if error.status_code < 500:
            return error.status_code, code, sentence, {}
    return 500, "our_fault", "Something went wrong on our side. It has been noted.", {}


def _faults(error: ValidationException) -> list[dict[str, str]]:
    """Which fields are wrong and why; Litestar's list, less anything that is not a string."""
    extra = error.extra if isinstance(error.extra, list) else []
    return [
        {key: str(value) for key, value in fault.items() if key in ("key", "message")}
        for fault in extra
        if isinstance(fault, dict)
    ]


def _wants_json(request: AnyRequest) -> bool:
    if request.url.path.startswith(("/api/", "/health", "/schema")):
        return True
    return "text/html" not in request.headers.get("accept", "text/html")


def _next_step(status: int) -> str:
    return {
        401: "Sign in again.",
        403: "Go back, or sign in with another account.",
        404: "Go to your start page.",
        503: "Try again in a few seconds. What you saved is safe.",
    }.get(status, "Go to your start page. If it happens again, tell the number below to support.")
