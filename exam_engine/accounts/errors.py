"""What can stand against signing in or keeping people's records."""


class AccountError(Exception):
    code = "refused"
    sentence = "This is not possible."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class SignInRefused(AccountError):
    code = "sign_in_refused"
    sentence = "Email address and password do not match. Check both, then sign in again."


class AccountLocked(AccountError):
    code = "account_locked"
    sentence = "Too many tries. Wait 15 minutes, then sign in again."


class CodeRefused(AccountError):
    code = "code_refused"
    sentence = "That code does not match. Check the code on your card."


class EmailTaken(AccountError):
    code = "email_taken"
    sentence = "Somebody with this email address exists already."


class PasswordTooShort(AccountError):
    code = "password_too_short"
    sentence = "A password must have at least 12 characters."
