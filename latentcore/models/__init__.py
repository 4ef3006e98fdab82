"""The model families, all subclasses of `latentcore.models.base.LatentModel`.

A new family is added to `MODELS`, nowhere else; see "Add a model family" in the README.
"""

from collections.abc import Mapping

from latentcore.exceptions import UnknownNameError
from latentcore.models.autoencoder import AutoencoderModel, DenoisingAutoencoderModel
from latentcore.models.base import LatentModel
from latentcore.models.cnn import CNNModel
from latentcore.models.flow import FlowModel
from latentcore.models.gan import GANModel
from latentcore.models.lda import LDAModel
from latentcore.models.pca import PCAModel
from latentcore.models.transformer import TransformerModel
from latentcore.models.vae import BetaVAEModel, VAEModel

__all__ = ["MODELS", "LatentModel", "make_model", "model_family"]

MODELS: dict[str, type[LatentModel]] = {
    family.family: family
    for family in (
        PCAModel,
        LDAModel,
        AutoencoderModel,
        DenoisingAutoencoderModel,
        VAEModel,
        BetaVAEModel,
        GANModel,
        FlowModel,
        CNNModel,
        TransformerModel,
    )
}
"""Every model family by name: what bundles, the command line and the dashboard look families up in."""


def model_family(name: str) -> type[LatentModel]:
    """Return the model class of a family.

    Raises
    ------
    UnknownNameError
        If there is no such family.
    """
    try:
        return MODELS[name]
    except KeyError:
        raise UnknownNameError(f"No model family {name!r}. There is: {', '.join(MODELS)}.") from None


def make_model(family: str, settings: Mapping[str, object]) -> LatentModel:
    """Return an unfitted model of a family.

    Parameters
    ----------
    family : str
        A key of `MODELS`.
    settings : mapping of str to object
        Fields of the family's `settings_type`; others keep their defaults.

    Raises
    ------
    UnknownNameError
        If there is no such family.
    ValueError
        If a setting is unknown or out of range.
    """
    return model_family(family).from_config({"settings": settings})
