"""The product and a hello world in one server process, for the benchmarks only.

The hello world is a Litestar application of its own: a struct in, a struct out, no guard, no
header of ours.  It stands beside the product, not inside it, so the product's own hooks do not
slow down what it is compared with.
"""

import argparse
import os
from typing import Any

import uvicorn
from litestar import Litestar, post
from litestar.params import JSONBody
from msgspec import Struct

from exam_engine.app import create_app
from exam_engine.commands.serving import settings_for

PROGRAM = ("-m", "benchmarks.server")


class Greeting(Struct):
    name: str
    number: int


@post("/hello", status_code=200)
async def hello(data: JSONBody[Greeting]) -> Greeting:
    return Greeting(data.name, data.number + 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", required=True)
    arguments = parser.parse_args()
    product = create_app(settings_for(arguments, os.environ))
    world = Litestar([hello], openapi_config=None, logging_config=None)

    async def either(scope: Any, receive: Any, send: Any) -> None:
        app = world if scope.get("path") == "/hello" else product
        await app(scope, receive, send)

    # the options of `exam-engine serve`
    uvicorn.run(
        either,
        host="127.0.0.1",
        port=arguments.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
