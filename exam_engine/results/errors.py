"""What can stand against an act on a result."""


class ResultError(Exception):
    code = "result_refused"


class ResultNotFound(ResultError):
    code = "result_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such result.")


class ResultMoveRefused(ResultError):
    code = "result_move_refused"

    def __init__(self, verb: str, state: str) -> None:
        words = {
            "hold": "held",
            "lift": "let go of a hold",
            "release": "released",
            "withdraw": "withdrawn",
        }
        super().__init__(f"This result is {state}: it cannot be {words.get(verb, verb)}.")


class ResultTold(ResultError):
    """A released result is rescored only by name and with a reason."""

    code = "result_told"

    def __init__(self) -> None:
        super().__init__(
            "This result has been released. It is rescored only by itself and with a reason."
        )
