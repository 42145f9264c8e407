"""What can stand against a candidate's act.  ``code`` is stable, the message fit to be shown."""


class DeliveryError(Exception):
    code = "refused"
    sentence = "This is not possible now."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class NoSuchAttempt(DeliveryError):
    code = "no_such_attempt"
    sentence = "There is no such exam for this sign-in."


class NotSignedIn(DeliveryError):
    code = "not_signed_in"
    sentence = "You are not signed in any more. Sign in again; your answers stay on this device."


class NotStarted(DeliveryError):
    code = "not_started"
    sentence = "This exam has not started yet."


class NotAdmitted(DeliveryError):
    code = "not_admitted"
    sentence = "You have not been admitted yet. Wait for the proctor."


class AgreementMissing(DeliveryError):
    code = "agreement_missing"
    sentence = "Tick the box to agree to the rules, then start. The clock is not running."


class OutsideWindow(DeliveryError):
    code = "outside_window"
    sentence = "This exam is not open now."


class AttemptClosed(DeliveryError):
    code = "attempt_closed"
    sentence = "This exam is closed. The answer does not count; it was recorded."


class AnswerLate(DeliveryError):
    code = "answer_late"
    sentence = "This answer arrived after time was up and does not count. It was recorded."


class AttemptPaused(DeliveryError):
    code = "attempt_paused"
    sentence = "The exam is paused and your clock has stopped. Keep this page open."


class LeaseRequired(DeliveryError):
    code = "lease_required"
    sentence = "This page may not write answers. Continue here first, or use the other device."


class OtherDevice(DeliveryError):
    code = "other_device"
    sentence = (
        "This exam is now open on another device. This page can only show it. "
        "If that was not you, call the proctor now."
    )


class SequenceReused(DeliveryError):
    code = "sequence_reused"
    sentence = "This number was already used for another answer. Nothing was changed."


class NoSuchQuestion(DeliveryError):
    code = "no_such_question"
    sentence = "This exam has no question with that number."


class UnknownOption(DeliveryError):
    code = "unknown_option"
    sentence = "That is not one of the options of this question. Nothing was changed."


class AnswersMissing(DeliveryError):
    code = "answers_missing"
    sentence = "Some answers have not arrived yet. They are sent first, then the exam closes."


class TooManyEvents(DeliveryError):
    code = "too_many_answers"
    sentence = "Too many answers came from this exam. Wait a minute, then go on."


class TryAgain(DeliveryError):
    """The recorder is full, stopping or cut off; nothing was acknowledged."""

    code = "try_again"
    sentence = "The server could not store this now. Your answer stays here and is sent again."


class MoveRefused(DeliveryError):
    code = "not_in_this_state"
    sentence = "This is not possible in the exam's present state."
