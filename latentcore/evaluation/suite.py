"""What each score means: its title, its direction, its place, and why a model may lack it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from latentcore.datasets import DATASETS
from latentcore.evaluation.class_conditional import judged_by_network
from latentcore.evaluation.common_scores import FLAT
from latentcore.models.autoencoder import DenoisingAutoencoderModel
from latentcore.store import BundleSpec
from latentcore.types import Capability


class Better(StrEnum):
    """Which end of a score is good; NEITHER says what is and ranks nothing."""

    LOWER = "lower"
    HIGHER = "higher"
    HALF = "half"
    NEITHER = "neither"


class Kind(StrEnum):
    """What a score is made of, and so how far it moves between processors; see `agreement`.

    AMOUNT sums over many items. SHARE counts those items, out of n, on which a decision says yes. TAUGHT is
    how well something does that learns anew each time, and whose training amplifies rounding.
    """

    AMOUNT = "amount"
    SHARE = "share"
    TAUGHT = "taught"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A column of the scoreboard.

    Attributes
    ----------
    name : str
        As in ``metrics.json``.
    title : str
    group : str
    better : Better
    meaning : str
        One plain sentence.
    style : str
        Format of a number.
    needs : tuple of str
        Keys of `NEEDS`: what a model or a dataset must have.
    """

    name: str
    title: str
    group: str
    better: Better
    meaning: str
    style: str
    needs: tuple[str, ...]


_TABLE = """
[Headline]
mse | MSE | lower | .4f |  | How far reconstructions are from their images.
ssim | SSIM | higher | .3f |  | How alike structures look; 1 is identical.
knn_accuracy | 5-NN | higher | .3f |  | How often near codes are of the same class.
fd_percent | FD % | lower | .2f | samples judge | FD in percent of that of a Gaussian on 16 components.
precision | Precision | higher | .3f | samples judge | Share of samples that look like real images.
recall | Recall | higher | .3f | samples judge | Share of real images that samples reach.
c2st | C2ST | lower | .3f | samples judge | How well a classifier tells samples from real; 0.5 is chance.
[Reconstruction]
psnr | PSNR | higher | .2f |  | Signal to noise of the mean error, decibels.
psnr_per_image | PSNR an image | higher | .2f |  | Mean of each image's own signal to noise, decibels.
[Generation]
fd | FD | lower | .2f | samples judge | Distance of samples from real images, LeNet64 features; depends on n.
kid | KID | lower | .3f | samples judge | The same with a kernel, unbiased.
density | Density | higher | .3f | samples judge | Real neighbourhoods around a sample.
coverage | Coverage | higher | .3f | samples judge | Real neighbourhoods that hold a sample.
copying | Copying | half | .3f | samples judge | Nearer to train than fresh ones? 0.5: no; 1: copied, blurred.
cas | CAS | higher | .3f | samples | Accuracy on real images of a classifier taught by samples only.
[Codes]
probe_accuracy | Linear probe | higher | .3f |  | How well a linear classifier reads classes off codes.
neighbourhood_hit | Neighbourhood hit | higher | .3f |  | Share of a code's neighbours that have its class.
trustworthiness | Trustworthiness | higher | .3f |  | Whether neighbours in codes are neighbours in pixels.
continuity | Continuity | higher | .3f |  | Whether neighbours in pixels stay so in codes.
intrinsic_dimension | Intrinsic dimension | neither | .2f |  | How many dimensions the codes fill (TwoNN).
[Likelihood]
iwae_nll | NLL (IWAE-200) | lower | .1f | likelihood | Bound on minus log likelihood, binarised pixels, nats.
negative_elbo | -ELBO | lower | .1f | likelihood | Looser bound on the same, nats.
active_units | Active units | neither | .0f | likelihood | Dimensions that the posterior uses.
[Geometry]
path_ratio | Path ratio | neither | .2f |  | Length of a decoded straight line over its chord; 1 is straight.
stretch_spread | Stretch spread | neither | .2f | plane | How unevenly decoding stretches a plane; 0: even.
[Factors]
mig | MIG | higher | .3f | factors | Gap between the two dimensions that tell most of a factor.
disentanglement | DCI disentanglement | higher | .3f | factors | Whether a dimension serves one factor.
completeness | DCI completeness | higher | .3f | factors | Whether one dimension serves a factor.
informativeness | DCI informativeness | higher | .3f | factors | How well codes tell the factors.
[Special]
mse_refined | MSE refined | lower | .4f | inversion | Error of a GAN's codes after gradient steps.
denoised_psnr | Denoised PSNR | higher | .2f | denoising | Signal to noise after denoising sigma 0.5, dB.
noisy_psnr | Noisy PSNR | neither | .2f | denoising | The same before denoising, dB.
"""


def _read_table() -> tuple[Measure, ...]:
    measures: list[Measure] = []
    group = ""
    for line in _TABLE.strip().splitlines():
        if line.startswith("["):
            group = line.strip("[]")
            continue
        name, title, better, style, needs, meaning = (cell.strip() for cell in line.split("|"))
        measures.append(
            Measure(
                name=name,
                title=title,
                group=group,
                better=Better(better),
                style=style,
                needs=tuple(needs.split()),
                meaning=meaning,
            )
        )
    return tuple(measures)


SUITE = _read_table()
"""Every score that is one number, in the order of display."""

GROUPS = tuple(dict.fromkeys(measure.group for measure in SUITE))
"""Groups of scores in the order of display; those of the first stand for all others."""

NEEDS: Mapping[str, tuple[str, Callable[[BundleSpec], bool]]] = {
    "samples": (
        "draws nothing",
        lambda spec: bool(spec.capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY}),
    ),
    "judge": ("no judge here", lambda spec: judged_by_network(tuple(spec.config["image_shape"]))),
    "likelihood": ("no likelihood", lambda spec: Capability.LIKELIHOOD_BOUND in spec.capabilities),
    "plane": ("2-D codes only", lambda spec: spec.latent_dim == FLAT),
    "factors": (
        "factors unknown",
        lambda spec: spec.dataset in DATASETS and bool(DATASETS[spec.dataset].factor_names),
    ),
    "inversion": ("encodes by itself", lambda spec: Capability.INVERSION_ENCODER in spec.capabilities),
    "denoising": ("not trained to", lambda spec: spec.family == DenoisingAutoencoderModel.family),
}
"""What a score can need, by name: the words that stand where it is missing, and whether a bundle has it."""


_SHARES = frozenset(
    {"knn_accuracy", "probe_accuracy", "precision", "recall", "density", "coverage", "c2st", "class_shares"}
)
_FORESTS = frozenset({"disentanglement", "completeness", "informativeness"})


def kind_of(name: str, image_shape: tuple[int, ...]) -> Kind:
    """Return the kind of a score in ``metrics.json``, on a dataset of images of a shape.

    A classifier that learns from samples is a network, or else a regression solved exactly.
    """
    if name in _FORESTS or (name == "cas" and judged_by_network(image_shape)):
        return Kind.TAUGHT
    return Kind.SHARE if name in _SHARES or name == "cas" else Kind.AMOUNT


def absent_reason(measure: Measure, spec: BundleSpec) -> str:
    """Return in a few words why a bundle has no such score."""
    for need in measure.needs:
        reason, is_met = NEEDS[need]
        if not is_met(spec):
            return reason
    return "not measured"
