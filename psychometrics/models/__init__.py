"""Item response models, and `Items`, the container of their parameters.

`MODELS` names every model a user can ask for; `Model` is the protocol a new one fills in.
"""

from psychometrics.models.items import Block, Items
from psychometrics.models.model import FloatArray, Metric, Model
from psychometrics.models.names import MODELS, model_named

__all__ = ["MODELS", "Block", "FloatArray", "Items", "Metric", "Model", "model_named"]
