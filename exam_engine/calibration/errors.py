"""What can stand against a calibration run."""


class CalibrationError(Exception):
    code = "calibration_refused"


class RunNotFound(CalibrationError):
    code = "calibration_run_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such calibration run.")


class PlanUnsound(CalibrationError):
    """What was asked for cannot be; ``field`` is the part of the plan to change."""

    code = "calibration_plan_unsound"

    def __init__(self, sentence: str, field: str = "exam") -> None:
        super().__init__(sentence)
        self.field = field


class DataUnsound(CalibrationError):
    """The chosen data cannot be calibrated."""

    code = "calibration_data_unsound"


class ClusterAway(CalibrationError):
    """The machines that a large calibration was to be computed on."""

    code = "calibration_cluster_away"


class MoveRefused(CalibrationError):
    code = "calibration_move_refused"

    def __init__(self, verb: str, state: str) -> None:
        words = {"approve": "approved", "reject": "rejected", "cancel": "cancelled"}
        super().__init__(f"This run is {state}: it cannot be {words.get(verb, verb)}.")


class KeyTaken(CalibrationError):
    code = "idempotency_key_taken"

    def __init__(self) -> None:
        super().__init__(
            "A run with this idempotency key was asked for with another plan. Use a new key."
        )


class SecondPersonNeeded(CalibrationError):
    code = "second_person_needed"

    def __init__(self) -> None:
        super().__init__(
            "This exam's policy wants a second person: whoever started the run cannot approve it."
        )


class NotConverged(CalibrationError):
    code = "calibration_not_converged"

    def __init__(self) -> None:
        super().__init__(
            "The estimation did not converge, so its parameters cannot be approved. "
            "The parameters in the bank stay as they are."
        )


class NothingToApprove(CalibrationError):
    code = "nothing_to_approve"

    def __init__(self) -> None:
        super().__init__("No item of this run has parameters that may be used.")


class ReasonMissing(CalibrationError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Write a reason: whoever looks at the run later will ask for it.")


class UploadNotFound(CalibrationError):
    code = "upload_not_found"

    def __init__(self) -> None:
        super().__init__(
            "This upload is not here any more: it was accepted, put aside, or waited for over an "
            "hour. Nothing of it is kept but what was accepted."
        )


class DataSetNotFound(CalibrationError):
    code = "past_administration_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such past administration.")


class TitleTaken(CalibrationError):
    code = "title_taken"

    def __init__(self) -> None:
        super().__init__(
            "This form has answers under this title already. Nothing was stored. Upload the file "
            "again under another title."
        )


class NothingToExport(CalibrationError):
    code = "nothing_to_export"

    def __init__(self, what: str) -> None:
        super().__init__(f"This run has no {what} to export.")
