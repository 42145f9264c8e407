"""What can stand against a release and its parts."""

from collections.abc import Sequence


class ReleaseError(Exception):
    code = "release_refused"


class FormNotFound(ReleaseError):
    code = "form_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such form.")


class NothingHeld(ReleaseError):
    code = "nothing_held"

    def __init__(self) -> None:
        super().__init__("No result waits here: all that could be released have been.")


class ReleaseBlocked(ReleaseError):
    """``reasons`` are sentences."""

    code = "release_blocked"

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("The results stay held. " + " ".join(reasons))
        self.reasons = tuple(reasons)


class SecondPersonNeeded(ReleaseError):
    code = "second_person_needed"

    def __init__(self) -> None:
        super().__init__(
            "This exam's policy wants a second person: whoever asked for a release cannot confirm "
            "it. The request stands, and another manager can confirm it here."
        )


class ReasonMissing(ReleaseError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Write a reason: whoever looks at this later will ask for it.")


class DecisionUnfit(ReleaseError):
    """A decision that cannot be about its question."""

    code = "item_decision_unfit"


class NothingToRescore(ReleaseError):
    code = "nothing_to_rescore"

    def __init__(self) -> None:
        super().__init__(
            "The score that counts was made by the table and the decisions in force. Scoring again "
            "would give the same."
        )


class NoticeNotFound(ReleaseError):
    code = "notice_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such notice for you.")


class PersonMissing(ReleaseError):
    code = "person_missing"

    def __init__(self) -> None:
        super().__init__(
            "This exam's policy wants two people for a release. Say who you are: with --by EMAIL."
        )
