"""The body of an answer: read strictly, and described all the same; and its reply.

Litestar's own reading takes ``"position": "1"`` for a number and costs more than the rest of the
route; here a type that is wrong is refused.  The reply leaves as two ASGI messages.
"""

from dataclasses import dataclass

import msgspec
from litestar.exceptions import ClientException, ValidationException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.spec import (
    Components,
    OpenAPIMediaType,
    Operation,
    Reference,
    RequestBody,
    Schema,
)
from litestar.types import ASGIApp, Receive, Scope, Send

from exam_engine.web.schemas import AnswerIn

REFERENCE = "#/components/schemas/{name}"
_decode = msgspec.json.Decoder(AnswerIn).decode
_encode = msgspec.json.Encoder().encode
LARGEST_ANSWER = 64 * 1024
JSON = (b"content-type", b"application/json")


async def read_body(receive: Receive) -> bytes:
    """Raises `RequestEntityTooLarge`, `ClientException` for a browser that has gone."""
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientException("The line was cut before the answer was whole.")
        body += message["body"]
        more = message["more_body"]
        if len(body) > LARGEST_ANSWER:
            raise RequestEntityTooLarge
    return body


def json_reply(value: msgspec.Struct) -> ASGIApp:
    """A reply of status 200."""
    body = _encode(value)

    async def send_it(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [JSON, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return send_it


def read_answer(body: bytes) -> AnswerIn:
    """Raises `ClientException` for what is not JSON, `ValidationException` for a wrong field."""
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        fault = {"key": "data", "message": str(error)}
        raise ValidationException(extra=[fault]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ClientException from error


@dataclass
class AnswerOperation(Operation):
    """The operation with the body that `read_answer` takes."""

    def __post_init__(self) -> None:
        schema = Reference(ref=REFERENCE.format(name=AnswerIn.__name__))
        self.request_body = RequestBody(
            content={"application/json": OpenAPIMediaType(schema=schema)}, required=True
        )


def answer_components() -> Components:
    """The schema that `AnswerOperation` refers to, as msgspec describes it."""
    _, components = msgspec.json.schema_components([AnswerIn], ref_template=REFERENCE)
    return Components(schemas={name: _Plain(made) for name, made in components.items()})


class _Plain(Schema):
    """A schema that is written out as it was made."""

    def __init__(self, made: dict[str, object]) -> None:
        super().__init__()
        self._made = made

    def to_schema(self) -> dict[str, object]:
        return self._made
