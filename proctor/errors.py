"""What can stand against a proctor's act."""


class ProctorError(Exception):
    code = "refused"
    sentence = "This is not possible now."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class NoSuchSession(ProctorError):
    code = "no_such_session"
    sentence = "There is no such candidate in this room."


class SessionMoveRefused(ProctorError):
    code = "not_in_this_state"


class UnknownSignal(ProctorError):
    code = "unknown_signal"
    sentence = "This kind of signal is not known."
