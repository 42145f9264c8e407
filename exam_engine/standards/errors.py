"""What can stand against a panel, a rating, or the adoption of a standard."""


class StandardsError(Exception):
    code = "standards_refused"


class PanelNotFound(StandardsError):
    code = "panel_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such panel.")


class PanelUnsound(StandardsError):
    """What was asked for cannot be; ``field`` is the part to change."""

    code = "panel_unsound"

    def __init__(self, sentence: str, field: str = "form") -> None:
        super().__init__(sentence)
        self.field = field


class MoveRefused(StandardsError):
    code = "panel_move_refused"

    def __init__(self, verb: str, state: str) -> None:
        acts = {
            "begin": "cannot begin",
            "open": "cannot open another round",
            "close": "has no open round to close",
            "recommend": "has no closed round to recommend a cut from",
            "propose": "has no recommendation to propose a cut on",
            "withdraw": "has no proposal to withdraw",
            "confirm": "has no proposal to confirm",
            "abandon": "cannot be abandoned",
        }
        super().__init__(f"This panel's state is {state}: it {acts.get(verb, f'cannot {verb}')}.")


class NoMoreRounds(StandardsError):
    code = "no_more_rounds"

    def __init__(self, n_rounds: int) -> None:
        super().__init__(f"The panel was planned with {n_rounds} rounds and all are closed.")


class RoundNotOpen(StandardsError):
    code = "round_not_open"

    def __init__(self) -> None:
        super().__init__("This round is not open. What was saved while it was open stays.")


class RatingUnsound(StandardsError):
    code = "rating_unsound"


class StatementMissing(StandardsError):
    code = "statement_not_accepted"

    def __init__(self) -> None:
        super().__init__("Read and accept the statement on conflicts of interest first.")


class JudgeLeftOut(StandardsError):
    code = "judge_left_out"

    def __init__(self, reason: str) -> None:
        super().__init__(f"You were left out of this panel: {reason}")


class RoundIncomplete(StandardsError):
    """Some judges have not rated everything."""

    code = "round_incomplete"


class TooFewJudges(StandardsError):
    code = "too_few_judges"

    def __init__(self) -> None:
        super().__init__(
            "Fewer than two judges have rated everything, and a standard needs two. The round "
            "stays open."
        )


class RoundChanged(StandardsError):
    code = "round_changed"

    def __init__(self) -> None:
        super().__init__(
            "A judge saved something while the round was being closed. It is still open: look, and "
            "close it again."
        )


class FiguresUndefined(StandardsError):
    """The method gives no cut for these ratings."""

    code = "figures_undefined"


class AdoptionUnsound(StandardsError):
    code = "adoption_unsound"

    def __init__(self, sentence: str, field: str = "cut") -> None:
        super().__init__(sentence)
        self.field = field


class ProposalChanged(StandardsError):
    code = "proposal_changed"

    def __init__(self) -> None:
        super().__init__(
            "The proposal was changed since you read it. Nothing was signed: read it again."
        )


class SecondPersonNeeded(StandardsError):
    code = "second_person_needed"

    def __init__(self) -> None:
        super().__init__(
            "You signed first. The second signature is another person's: nobody adopts alone."
        )


class JudgeCannotSign(StandardsError):
    code = "judge_cannot_sign"

    def __init__(self) -> None:
        super().__init__(
            "Who sits on the panel recommends and does not adopt. Somebody else signs."
        )


class NotASigner(StandardsError):
    code = "not_a_signer"

    def __init__(self) -> None:
        super().__init__("A psychometrician or a certification manager signs.")


class ReasonMissing(StandardsError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Write a reason: whoever looks at the panel later will ask for it.")
