"""What can stand against making exams and forms."""


class ExamError(Exception):
    code = "refused"


class FormPublished(ExamError):
    code = "form_published"

    def __init__(self) -> None:
        super().__init__("A published form cannot be changed. Make a new form.")


class FormUnsound(ExamError):
    code = "form_unsound"
