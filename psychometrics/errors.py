"""What can be wrong with the input, each as a type with a sentence for people.

Every error derives from `PsychometricsError`, carries a stable ``code`` and names the row, column,
item or group it is about.  Positions in sentences count from 0, as the arrays do.
"""


class PsychometricsError(ValueError):
    """The input cannot be analysed; the message is one sentence a person can act on."""

    code = "psychometrics"


class BadResponses(PsychometricsError):
    """A cell of the response matrix is not a category number, or the matrix has no such shape."""

    code = "bad_responses"


class NotEnoughData(PsychometricsError):
    """Too few persons or items are left for the model that was asked for."""

    code = "not_enough_data"


class NotIdentified(PsychometricsError):
    """The data and restrictions given do not determine the parameters."""

    code = "not_identified"


class NotLinked(NotIdentified):
    """Parts of the data share neither items nor anchors, so they have no scale in common."""

    code = "not_linked"


class BadItems(PsychometricsError):
    """Item parameters are impossible under their model (a = 0, c >= 1, u <= c, ...)."""

    code = "bad_items"


class UnknownModel(PsychometricsError):
    """A model name is none of those in `psychometrics.models.MODELS`."""

    code = "unknown_model"


class BadOption(PsychometricsError):
    """An option's value is outside what its documentation allows."""

    code = "bad_option"


class BadRatings(PsychometricsError):
    """Judges' ratings are incomplete or impossible: nothing rated, or outside 0 to 1."""

    code = "bad_ratings"


class NotMonotone(PsychometricsError):
    """A conversion gives a higher raw score a lower value."""

    code = "not_monotone"


class BadTimes(PsychometricsError):
    """A response time is negative, infinite or text, or the times have another shape."""

    code = "bad_times"
