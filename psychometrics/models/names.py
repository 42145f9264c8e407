"""The models by the names users write."""

from types import MappingProxyType

from psychometrics.errors import UnknownModel
from psychometrics.models.asymptotes import Asymptotes
from psychometrics.models.graded import Graded
from psychometrics.models.log_linear import PartialCredit, RatingScale
from psychometrics.models.model import Model
from psychometrics.models.nominal import Nominal

MODELS = MappingProxyType(
    {
        model.name: model
        for model in (
            PartialCredit("Rasch", "one", two_categories=True),
            PartialCredit("1PL", "common", two_categories=True),
            PartialCredit("2PL", "free", two_categories=True),
            Asymptotes("3PL", upper=False),
            Asymptotes("4PL", upper=True),
            Graded(),
            PartialCredit("PCM", "one"),
            RatingScale(),
            PartialCredit("GPCM", "free"),
            Nominal(),
        )
    }
)


def model_named(name: str) -> Model:
    """The model of that name.

    Parameters
    ----------
    name : str

    Returns
    -------
    Model

    Raises
    ------
    UnknownModel
        If there is none; the sentence lists those there are.
    """
    model = MODELS.get(name)
    if model is None:
        raise UnknownModel(f"there is no model {name!r}; there are {', '.join(MODELS)}")
    return model
