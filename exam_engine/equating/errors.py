"""What can stand against equating two forms."""


class EquatingError(Exception):
    code = "equating_refused"


class EquatingNotFound(EquatingError):
    code = "equating_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such equating.")


class EquatingUnsound(EquatingError):
    """What was asked for cannot be; ``field`` is the part of the plan to change."""

    code = "equating_unsound"

    def __init__(self, sentence: str, field: str = "form") -> None:
        super().__init__(sentence)
        self.field = field


class EquatingDecided(EquatingError):
    code = "equating_decided"

    def __init__(self, verb: str, state: str) -> None:
        words = {"approve": "approved", "reject": "rejected"}
        super().__init__(f"This equating is {state}: it cannot be {words.get(verb, verb)}.")


class BaseProvisional(EquatingError):
    code = "base_provisional"

    def __init__(self, base: str) -> None:
        super().__init__(
            f"Form {base} has a provisional table, so what is equated to it is provisional too. "
            f"Adopt a standard for {base} first, then equate again."
        )


class BasisChanged(EquatingError):
    code = "equating_basis_changed"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Since this was computed, {what}. The form's table is as it was: equate again and "
            "decide about that."
        )


class SecondApproverNeeded(EquatingError):
    code = "second_person_needed"

    def __init__(self) -> None:
        super().__init__(
            "This exam's policy wants a second person: whoever computed the equating cannot "
            "approve it."
        )


class DecisionReasonMissing(EquatingError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Write a reason: whoever looks at the equating later will ask for it.")
