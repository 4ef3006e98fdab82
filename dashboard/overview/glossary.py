"""The glossary on the front door: terms and scores, each in one sentence with its formula or source."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Entry:
    """One entry of the glossary.

    Attributes
    ----------
    term : str
    text : str
        One sentence, as Markdown.
    scores : tuple of str
        Names of the scores in `latentcore.evaluation.suite` that the entry explains.
    """

    term: str
    text: str
    scores: tuple[str, ...] = ()


TERMS = (
    Entry("Code", "The vector z of a few numbers by which a model describes an image."),
    Entry("Latent dimension", "The number of components of a code, and each of these components."),
    Entry(
        "Encoder",
        "The map from image to code: a projection (PCA, LDA), a network (autoencoder, CNN), the mean of the "
        "posterior (VAE), or, as a GAN has none, an inversion network that was trained to find codes of "
        "given images.",
    ),
    Entry(
        "Decoder",
        "The map from code to image; LDA has none of its own, so a least-squares linear map back to pixels "
        "is used, and for a CNN's features a network that is trained afterwards.",
    ),
    Entry(
        "Prior",
        "The distribution that codes are sampled from: N(0, I) for VAEs, GANs and flows; other families have "
        "none, so a Gaussian or a mixture of Gaussians fitted to their train codes is used.",
    ),
    Entry(
        "Family",
        "A kind of model, such as PCA or VAE; the models of a family differ in dataset and latent dimension.",
    ),
    Entry(
        "Bundle",
        "A trained model on disk with its codes of the test images and of up to 10,000 train images, and its "
        "scores; it holds no original images.",
    ),
    Entry(
        "Stand-in",
        "A decode shown where the original image is not on this machine, by the model of the dataset that "
        "has the lowest reconstruction error, latent flows aside, which decode in many steps.",
    ),
    Entry(
        "UMAP plane",
        "Two coordinates for each code of more than two dimensions, from UMAP (McInnes et al. 2018) fitted "
        "to the train codes.",
    ),
    Entry(
        "Blend",
        "The code at a position of a UMAP plane: the mean of the codes of the 8 train images nearest on the "
        "plane, weighted by inverse distance, z = Σ wₖzₖ / Σ wₖ with wₖ = 1/dₖ.",
    ),
    Entry("Atlas", "The decodes of a grid of positions, which a map shows while the pointer moves over it."),
    Entry("Cycle error", "The distance ‖encode(decode(z)) - z‖ between a code and the code of its decode."),
    Entry("Local density", "Minus log₁₀ of the mean distance from a code to its 10 nearest train codes."),
    Entry(
        "Trust shading",
        "Grey over positions whose code is far from every train code: none up to the median distance of test "
        "codes to their nearest train code, full from twice the 95th percentile of that distance.",
    ),
    Entry(
        "Feature network",
        "The LeNet64 classifier of each dataset of 28x28 or 32x32 images; its 64 standardised features, not "
        "those of Inception, are what FD, KID, precision, recall, density, coverage, copying and C2ST "
        "compare.",
    ),
)
"""Terms of the pages."""

SCORES = (
    Entry(
        "MSE",
        "Mean squared error of the reconstructions of test images, pixels in [0, 1]; refined: after 150 "
        "gradient steps on a GAN's codes.",
        ("mse", "mse_refined"),
    ),
    Entry(
        "PSNR",
        "Peak signal-to-noise ratio -10 log₁₀ MSE in decibels, of the mean error or as the mean over images; "
        "denoised and noisy: after and before denoising Gaussian noise of sigma = 0.5.",
        ("psnr", "psnr_per_image", "denoised_psnr", "noisy_psnr"),
    ),
    Entry(
        "SSIM",
        "Structural similarity of image and reconstruction, 1 if identical (Wang et al. 2004; Gaussian "
        "window, sigma = 1.5 pixels).",
        ("ssim",),
    ),
    Entry(
        "Round trip",
        "Relative distance of prior samples to themselves after the flow there and back, or after decode and "
        "encode.",
        ("flow_round_trip", "pixel_round_trip"),
    ),
    Entry("Classifier", "Accuracy of the CNN itself on test images.", ("classifier_accuracy",)),
    Entry("5-NN", "Accuracy of predicting classes from the 5 nearest train codes.", ("knn_accuracy",)),
    Entry(
        "FD",
        "Squared Fréchet distance ‖m₁ - m₂‖² + tr(C₁ + C₂ - 2(C₁C₂)^½) between Gaussians fitted to the "
        "features of 10,000 samples and 10,000 train images (Heusel et al. 2017, there with Inception "
        "features: FID).",
        ("fd",),
    ),
    Entry(
        "FD %",
        "FD in percent of the FD of samples of a Gaussian on 16 principal components.",
        ("fd_percent",),
    ),
    Entry(
        "KID",
        "Unbiased squared maximum mean discrepancy of 5,000 samples and 5,000 test images, kernel (x·y/64 + "
        "1)³ (Bińkowski et al. 2018).",
        ("kid",),
    ),
    Entry(
        "Precision",
        "Share of samples within the support of the real images: in a ball around one of 5,000 test images "
        "that reaches to its 5th nearest neighbour in feature space (Kynkäänniemi et al. 2019).",
        ("precision",),
    ),
    Entry(
        "Recall",
        "The same with roles exchanged: share of test images within the support of 5,000 samples "
        "(Kynkäänniemi et al. 2019).",
        ("recall",),
    ),
    Entry(
        "Density",
        "Mean number of those balls around test images that hold a sample, divided by 5; it can exceed 1 "
        "(Naeem et al. 2020).",
        ("density",),
    ),
    Entry(
        "Coverage",
        "Share of test images whose ball holds at least one sample (Naeem et al. 2020).",
        ("coverage",),
    ),
    Entry(
        "C2ST",
        "Classifier two-sample test: held-out accuracy of a logistic regression that separates 5,000 samples "
        "from 5,000 test images, 5 folds; 0.5 is chance and best (Lopez-Paz & Oquab 2017).",
        ("c2st",),
    ),
    Entry(
        "Copying",
        "Probability that a sample is nearer to its nearest train image than a test image is; 0.5 is best, "
        "near 1 the samples are copies or blurred (Meehan et al. 2020).",
        ("copying",),
    ),
    Entry(
        "CAS",
        "Classification accuracy score: accuracy on real test images of a classifier trained on synthetic "
        "images only, decoded from a Gaussian fitted to the train codes of each class (Ravuri & Vinyals "
        "2019).",
        ("cas",),
    ),
    Entry(
        "Linear probe",
        "Accuracy on test images of a logistic regression on standardised train codes (Alain & Bengio 2016).",
        ("probe_accuracy",),
    ),
    Entry(
        "Neighbourhood hit",
        "Share of the 10 nearest other test codes that have the same class (Paulovich et al. 2008).",
        ("neighbourhood_hit",),
    ),
    Entry(
        "Trustworthiness, continuity",
        "1 minus the rank-weighted share of the 10 nearest neighbours in codes that are none in pixels, and "
        "the reverse, among 2,000 test images (Venna & Kaski 2001).",
        ("trustworthiness", "continuity"),
    ),
    Entry(
        "Intrinsic dimension",
        "TwoNN estimate from the ratio of each test code's distances to its second and first neighbour "
        "(Facco et al. 2017).",
        ("intrinsic_dimension",),
    ),
    Entry(
        "NLL (IWAE-200), -ELBO",
        "Upper bounds on -log p(x) in nats per binarised test image: -log of the mean of p(x, z)/q(z|x) over "
        "200 posterior samples (Burda et al. 2016), and the looser bound with one.",
        ("iwae_nll", "negative_elbo"),
    ),
    Entry(
        "Active units",
        "Latent dimensions whose posterior mean has a variance above 0.01 over test images (Burda et al. "
        "2016).",
        ("active_units",),
    ),
    Entry(
        "Path ratio",
        "Length of the decoded straight path between two test codes over the pixel distance of its "
        "endpoints, mean over 200 pairs; 1 is straight.",
        ("path_ratio",),
    ),
    Entry(
        "Stretch spread",
        "Standard deviation over test codes of log₁₀ √det(JᵀJ), the decoder's volume change, with its "
        "Jacobian J; 2-D codes only, 0 is even (Arvanitidis et al. 2018).",
        ("stretch_spread",),
    ),
    Entry(
        "MIG",
        "Mutual information gap: difference between the mutual information of a factor with the two "
        "dimensions that have most of it, over the factor's entropy, mean over factors (Chen et al. 2018).",
        ("mig",),
    ),
    Entry(
        "DCI",
        "Disentanglement (a dimension encodes one factor only), completeness (a factor is encoded by one "
        "dimension only) and informativeness (test score), from random forests that predict the factors "
        "(Eastwood & Williams 2018).",
        ("disentanglement", "completeness", "informativeness"),
    ),
)
"""Scores of the suite, as measured here; every score states its protocol, n and interval on Compare."""


def glossary() -> None:
    """Draw the expander with the glossary: terms and scores, side by side in wide windows."""
    with st.expander("Glossary", icon=":material/menu_book:", key="glossary"):
        terms, scores = st.columns(2, gap="large")
        with terms:
            st.markdown(_list("Terms", TERMS))
        with scores:
            st.markdown(_list("Scores", SCORES))


def _list(title: str, entries: tuple[Entry, ...]) -> str:
    """Return entries as Markdown, one paragraph each."""
    return "\n\n".join([f"##### {title}", *(f"**{entry.term}**: {entry.text}" for entry in entries)])
