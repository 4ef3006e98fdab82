"""The suite of scores: title, group, direction and meaning of each, and why a model may lack it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from latentcore.datasets import find_dataset
from latentcore.evaluation.common_scores import MIN_STRUCTURE
from latentcore.features import has_feature_network
from latentcore.lenet import fits_lenet64
from latentcore.store import BundleSpec
from latentcore.store.bundle import PLANE_DIMENSIONS
from latentcore.types import Capability


class Better(StrEnum):
    """Which values of a score are better; with NEITHER the score ranks nothing."""

    LOWER = "lower"
    HIGHER = "higher"
    HALF = "half"
    NEITHER = "neither"


class ScoreKind(StrEnum):
    """How a score is computed, which decides how far it differs between processors; see `agreement`.

    CONTINUOUS is a sum over many items. PROPORTION is a share of n items on which a decision is positive.
    TRAINED is the performance of a model trained again for each evaluation, which amplifies rounding.
    """

    CONTINUOUS = "continuous"
    PROPORTION = "proportion"
    TRAINED = "trained"


@dataclass(frozen=True)
class Requirement:
    """What a score requires of a bundle.

    Attributes
    ----------
    reason : str
        A few words, shown in place of the score where the requirement is not met.
    is_met : callable
        ``is_met(spec)``: whether a bundle meets it.
    """

    reason: str
    is_met: Callable[[BundleSpec], bool]


@dataclass(frozen=True)
class Measure:
    """A score of the suite: one column of the scoreboard.

    Attributes
    ----------
    name : str
        Key in ``metrics.json``.
    title : str
    group : str
    better : Better
    style : str
        Format specification of its values.
    meaning : str
        One plain sentence.
    requires : tuple of Requirement
        What a model or a dataset must have.
    """

    name: str
    title: str
    group: str
    better: Better
    style: str
    meaning: str
    requires: tuple[Requirement, ...] = ()


SAMPLES = Requirement(
    "cannot sample",
    lambda spec: bool(spec.capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY}),
)
FEATURE_NETWORK = Requirement(
    "no feature network for this dataset",
    lambda spec: has_feature_network(spec.folder.parent),
)
LIKELIHOOD = Requirement("no likelihood bound", lambda spec: Capability.LIKELIHOOD_BOUND in spec.capabilities)
PLANE = Requirement("2-D codes only", lambda spec: spec.latent_dim == PLANE_DIMENSIONS)
FACTORS = Requirement(
    "factors unknown",
    lambda spec: (found := find_dataset(spec.dataset)) is not None and bool(found.factor_names),
)
REFINEMENT = Requirement("has its own encoder", lambda spec: Capability.CODE_REFINEMENT in spec.capabilities)
CLASSIFIER = Requirement("has no classifier", lambda spec: Capability.CLASSIFIER in spec.capabilities)
FLOW = Requirement("has no flow", lambda spec: Capability.FLOW in spec.capabilities)
DENOISING = Requirement("not trained to denoise", lambda spec: Capability.DENOISING in spec.capabilities)

LABELS = Requirement("no labels", lambda spec: bool(spec.config["classes"]))
TEST_IMAGES = Requirement(
    f"fewer than {MIN_STRUCTURE} test images",
    lambda spec: spec.metrics.get("mse", {}).get("n", MIN_STRUCTURE) >= MIN_STRUCTURE,
)

# A table, two lines per score.
# fmt: off
SUITE = (
    Measure("mse", "MSE", "Headline", Better.LOWER, ".4f",
            "Mean squared error of the reconstructions."),
    Measure("ssim", "SSIM", "Headline", Better.HIGHER, ".3f",
            "Structural similarity of the reconstructions; 1 is identical."),
    Measure("knn_accuracy", "5-NN", "Headline", Better.HIGHER, ".3f",
            "How often the 5 nearest train codes predict the class.", (LABELS,)),
    Measure("fd_percent", "FD %", "Headline", Better.LOWER, ".2f",
            "FD in percent of the FD of a Gaussian on 16 principal components.",
            (SAMPLES, FEATURE_NETWORK)),
    Measure("precision", "Precision", "Headline", Better.HIGHER, ".3f",
            "Share of samples within the support of the real images.", (SAMPLES, FEATURE_NETWORK)),
    Measure("recall", "Recall", "Headline", Better.HIGHER, ".3f",
            "Share of real images within the support of the samples.", (SAMPLES, FEATURE_NETWORK)),
    Measure("c2st", "C2ST", "Headline", Better.LOWER, ".3f",
            "How well a classifier tells samples from real images; 0.5: chance.",
            (SAMPLES, FEATURE_NETWORK)),
    Measure("psnr", "PSNR", "Reconstruction", Better.HIGHER, ".2f",
            "Peak signal-to-noise ratio of the mean squared error, decibels."),
    Measure("psnr_per_image", "PSNR per image", "Reconstruction", Better.HIGHER, ".2f",
            "Mean over images of each image's own PSNR, decibels."),
    Measure("fd", "FD", "Generation", Better.LOWER, ".2f",
            "Frechet distance to real images, LeNet64 features; depends on n.", (SAMPLES, FEATURE_NETWORK)),
    Measure("kid", "KID", "Generation", Better.LOWER, ".3f",
            "Unbiased kernel distance (MMD) of samples from real images.", (SAMPLES, FEATURE_NETWORK)),
    Measure("density", "Density", "Generation", Better.HIGHER, ".3f",
            "Real neighbourhoods around a sample, over k.", (SAMPLES, FEATURE_NETWORK)),
    Measure("coverage", "Coverage", "Generation", Better.HIGHER, ".3f",
            "Share of real neighbourhoods that hold a sample.", (SAMPLES, FEATURE_NETWORK)),
    Measure("copying", "Copying", "Generation", Better.HALF, ".3f",
            "Are samples nearer to training images than held-out images are? 0.5 = no, 1 = copies.",
            (SAMPLES, FEATURE_NETWORK)),
    Measure("cas", "CAS", "Generation", Better.HIGHER, ".3f",
            "Accuracy on real images of a classifier trained on samples only.", (SAMPLES, LABELS)),
    Measure("probe_accuracy", "Linear probe", "Codes", Better.HIGHER, ".3f",
            "Accuracy of a linear classifier on the codes.", (LABELS,)),
    Measure("neighbourhood_hit", "Neighbourhood hit", "Codes", Better.HIGHER, ".3f",
            "Share of a code's nearest neighbours that have its class.", (LABELS, TEST_IMAGES)),
    Measure("trustworthiness", "Trustworthiness", "Codes", Better.HIGHER, ".3f",
            "Whether nearest neighbours in codes are also neighbours in pixels.", (TEST_IMAGES,)),
    Measure("continuity", "Continuity", "Codes", Better.HIGHER, ".3f",
            "Whether nearest neighbours in pixels are also neighbours in codes.", (TEST_IMAGES,)),
    Measure("intrinsic_dimension", "Intrinsic dimension", "Codes", Better.NEITHER, ".2f",
            "Intrinsic dimension of the codes (TwoNN).", (TEST_IMAGES,)),
    Measure("iwae_nll", "NLL (IWAE-200)", "Likelihood", Better.LOWER, ".1f",
            "Upper bound on the negative log-likelihood, binarised pixels, nats.", (LIKELIHOOD,)),
    Measure("negative_elbo", "-ELBO", "Likelihood", Better.LOWER, ".1f",
            "Negative evidence lower bound, a looser bound on the same, nats.", (LIKELIHOOD,)),
    Measure("active_units", "Active units", "Likelihood", Better.NEITHER, ".0f",
            "Number of dimensions that the posterior uses.", (LIKELIHOOD,)),
    Measure("path_ratio", "Path ratio", "Geometry", Better.NEITHER, ".2f",
            "Length of a decoded straight line over its chord; 1 is straight."),
    Measure("stretch_spread", "Stretch spread", "Geometry", Better.NEITHER, ".2f",
            "Spread of the decoder's magnification factor over a 2-D latent space; 0 is even.", (PLANE,)),
    Measure("mig", "MIG", "Factors", Better.HIGHER, ".3f",
            "Mutual information gap between the two most informative dimensions of a factor.", (FACTORS,)),
    Measure("disentanglement", "DCI disentanglement", "Factors", Better.HIGHER, ".3f",
            "Whether a dimension encodes one factor only.", (FACTORS,)),
    Measure("completeness", "DCI completeness", "Factors", Better.HIGHER, ".3f",
            "Whether a factor is encoded by one dimension only.", (FACTORS,)),
    Measure("informativeness", "DCI informativeness", "Factors", Better.HIGHER, ".3f",
            "How well the factors can be predicted from the codes.", (FACTORS,)),
    Measure("mse_refined", "MSE refined", "Special", Better.LOWER, ".4f",
            "Reconstruction error after a GAN's codes were refined by gradient steps.", (REFINEMENT,)),
    Measure("classifier_accuracy", "Classifier", "Special", Better.HIGHER, ".3f",
            "Accuracy of the classifier whose last hidden layer is the code.", (CLASSIFIER,)),
    Measure("flow_round_trip", "Flow round trip", "Special", Better.LOWER, ".4f",
            "Relative distance of prior samples to where the flow there and back ends.", (FLOW,)),
    Measure("pixel_round_trip", "Pixel round trip", "Special", Better.LOWER, ".3f",
            "The same through the decoded image: decode, then encode.", (FLOW,)),
    Measure("denoised_psnr", "Denoised PSNR", "Special", Better.HIGHER, ".2f",
            "PSNR after denoising Gaussian noise of sigma 0.5, dB.", (DENOISING,)),
    Measure("noisy_psnr", "Noisy PSNR", "Special", Better.NEITHER, ".2f",
            "PSNR of the noisy images before denoising, dB.", (DENOISING,)),
)
# fmt: on
"""Every score that is a single number, in the order of display."""

GROUPS = tuple(dict.fromkeys(measure.group for measure in SUITE))
"""Groups of scores in the order of display; the first one summarises the others."""

_PROPORTIONS = frozenset(
    {
        "knn_accuracy",
        "classifier_accuracy",
        "probe_accuracy",
        "precision",
        "recall",
        "density",
        "coverage",
        "c2st",
        "class_shares",
    }
)
_FORESTS = frozenset({"disentanglement", "completeness", "informativeness"})


def kind_of(name: str, image_shape: tuple[int, ...]) -> ScoreKind:
    """Return the kind of a score.

    Parameters
    ----------
    name : str
        Key in ``metrics.json``.
    image_shape : tuple of int
        ``(channels, height, width)`` of the dataset: the classifier of ``cas`` is a network for images that
        fit LeNet64, else a logistic regression solved exactly.
    """
    if name in _FORESTS or (name == "cas" and fits_lenet64(image_shape)):
        return ScoreKind.TRAINED
    return ScoreKind.PROPORTION if name in _PROPORTIONS or name == "cas" else ScoreKind.CONTINUOUS


def absent_reason(measure: Measure, spec: BundleSpec) -> str:
    """Return in a few words why a bundle lacks a score."""
    unmet = (requirement.reason for requirement in measure.requires if not requirement.is_met(spec))
    return next(unmet, "not measured")
