"""What can stand against making exams and forms."""


class ExamError(Exception):
    code = "refused"


class FormPublished(ExamError):
    code = "form_published"

    def __init__(self) -> None:
        super().__init__("A published form cannot be changed. Make a new form.")


class ConversionSettled(ExamError):
    code = "conversion_settled"

    def __init__(self) -> None:
        super().__init__(
            "The form has its conversion table already, and it stays: scores that were told by it "
            "keep their meaning. Only a provisional table is ever replaced, once."
        )


class ConversionUnfit(ExamError):
    code = "conversion_unfit"


class FormUnsound(ExamError):
    code = "form_unsound"
