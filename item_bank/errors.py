"""What can be so that stops a request to the bank.

``code`` is stable and for machines; ``str(error)`` is one or more sentences for people.
"""

from typing import ClassVar


class ItemBankError(Exception):
    """The parent of all refusals of this package; never raised itself."""

    code: ClassVar[str]


class FrameworkUnsound(ItemBankError):
    code = "framework_unsound"


class EditionNotFound(ItemBankError):
    code = "edition_not_found"


class EditionDiffers(ItemBankError):
    """An edition of this code is stored and holds other nodes; editions do not change."""

    code = "edition_differs"


class NodeNotFound(ItemBankError):
    code = "framework_node_not_found"


class ContentUnsound(ItemBankError):
    """The parts of an item do not fit together, so it could be neither shown nor scored."""

    code = "item_content_unsound"


class OrderUnsound(ItemBankError):
    """An order of choices that leaves some out, repeats one or names one that is not there."""

    code = "choice_order_unsound"


class ItemNotFound(ItemBankError):
    code = "item_not_found"


class VersionNotFound(ItemBankError):
    code = "item_version_not_found"


class CodeTaken(ItemBankError):
    code = "item_code_taken"


class ItemLocked(ItemBankError):
    """Content changes in draft only."""

    code = "item_locked"


class VersionImmutable(ItemBankError):
    code = "item_version_immutable"


class MoveRefused(ItemBankError):
    code = "item_move_refused"


class OwnApproval(ItemBankError):
    code = "item_own_approval"


class ReasonMissing(ItemBankError):
    code = "item_reason_missing"


class QtiError(ItemBankError):
    """A QTI file or package that is refused.

    ``line`` is the line in the file, counted from 1, or None where no line is to blame;
    ``path`` is the file's path inside its package, or None outside a package.
    """

    code = "qti_refused"

    def __init__(self, sentence: str, line: int | None = None, path: str | None = None) -> None:
        self.sentence = sentence
        self.line = line
        self.path = path
        places = [path] if path else []
        if line is not None:
            places.append(f"line {line}")
        super().__init__(f"{', '.join(places)}: {sentence}" if places else sentence)


class ResponseUnsound(ItemBankError):
    """A response that is no value of its variable's type, or for a variable that is not there."""

    code = "response_unsound"

    def __init__(self, identifier: str, sentence: str) -> None:
        self.identifier = identifier
        self.sentence = sentence
        super().__init__(f"The response {identifier}: {sentence}.")


class ScoringRefused(ItemBankError):
    """An item that asks for more work than is allowed, or makes a value that its variable cannot
    hold, with these responses."""

    code = "scoring_refused"


class MediaRefused(ItemBankError):
    """A file that is no picture or recording of a type that is kept, or holds more than that."""

    code = "media_refused"


class MediaNotFound(ItemBankError):
    code = "media_not_found"


class MediaDamaged(ItemBankError):
    """A stored file whose bytes are no longer those that it is named for."""

    code = "media_damaged"


class ImportNotFound(ItemBankError):
    code = "import_not_found"


class ImportDecided(ItemBankError):
    """The import is in a state that does not allow the step."""

    code = "import_decided"


class ImportUndecided(ItemBankError):
    """Something in the file needs a choice that was not made."""

    code = "import_undecided"


class BankChanged(ItemBankError):
    """The bank holds something by now that the file's report does not know."""

    code = "bank_changed"


class ParametersUnsound(ItemBankError):
    """Parameters that no item can have, or of a version that is not in the bank."""

    code = "item_parameters_unsound"


class ParametersNotFound(ItemBankError):
    code = "item_parameters_not_found"


class ParametersRecorded(ItemBankError):
    """The calibration has given its parameters to the bank already."""

    code = "item_parameters_recorded"
