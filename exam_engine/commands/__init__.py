"""What each command of `exam-engine` does, one module a subject."""


class Refused(Exception):
    """A command cannot do its work; the sentence says why and what to do next."""
