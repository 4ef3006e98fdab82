"""Controls of sampling: owns the names "n", "seed", "temperature", "truncation" and "density"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.sampling import DensityKind, SamplingSettings

SIZES = (16, 36, 64, 100, 144)
DEFAULT_SIZE = 36
MAX_TEMPERATURE, MIN_TRUNCATION, MAX_TRUNCATION = 2.0, 0.5, 4.0
DENSITIES: dict[str, DensityKind] = {"gaussian": "gaussian", "mixture": "mixture"}
TITLES = {"gaussian": "Gaussian", "mixture": "Mixture of 10"}


def chosen_settings() -> SamplingSettings:
    """Return the choice; a number out of range is clipped to it, with a notice."""
    truncation = state.number("truncation", MAX_TRUNCATION, MIN_TRUNCATION, MAX_TRUNCATION)
    return SamplingSettings(
        n=int(state.choose("n", [str(size) for size in SIZES], str(DEFAULT_SIZE), "number of samples")),
        seed=int(state.number("seed", 0, 0, 999_999, whole=True)),
        temperature=state.number("temperature", 1.0, 0.0, MAX_TEMPERATURE),
        truncation=None if truncation >= MAX_TRUNCATION else truncation,
        density=DENSITIES[state.choose("density", tuple(DENSITIES), "gaussian")],
    )


def pick_settings(settings: SamplingSettings) -> None:
    """Draw the controls of sampling in a row."""
    columns = st.columns([0.9, 1, 1.2, 1.2, 1.4], vertical_alignment="bottom")
    columns[0].selectbox(
        "Samples per model",
        SIZES,
        help="Number of samples of each model.",
        **state.bind("pick_n", settings.n, _set, "n"),
    )
    columns[1].number_input(
        "Seed",
        0,
        999_999,
        step=1,
        help="The same seed gives the same samples on every machine, and the same noise to all models of "
        "equal latent dimension.",
        **state.bind("pick_seed", settings.seed, _set, "seed"),
    )
    columns[2].slider(
        "Temperature",
        0.0,
        MAX_TEMPERATURE,
        step=0.1,
        help="Factor on the standard deviation of the sampled codes: below 1 typical samples, above 1 "
        "unusual ones.",
        **state.bind("pick_temperature", settings.temperature, _set, "temperature"),
    )
    columns[3].slider(
        "Truncation",
        MIN_TRUNCATION,
        MAX_TRUNCATION,
        step=0.25,
        format="%.2f sd",
        help="Noise beyond this many standard deviations is sampled again (truncation trick); 4: none is.",
        **state.bind("pick_truncation", settings.truncation or MAX_TRUNCATION, _set, "truncation"),
    )
    columns[4].segmented_control(
        "Density of PCA and AE",
        list(DENSITIES),
        format_func=TITLES.__getitem__,
        required=True,
        help="PCA and autoencoders have no prior: their codes are sampled from a density fitted to the train "
        "codes. Codes of a VAE, a GAN or a flow are sampled from the prior it was trained with, N(0, I).",
        **state.bind("pick_density", settings.density, _set, "density"),
    )


def published_settings(settings: SamplingSettings) -> dict[str, str | None]:
    """Return the choice as names and values of the URL."""
    return {
        "n": str(settings.n),
        "seed": str(settings.seed),
        "temperature": f"{settings.temperature:g}",
        "truncation": None if settings.truncation is None else f"{settings.truncation:g}",
        "density": settings.density,
    }


def _set(name: str) -> None:
    value = state.widget(f"pick_{name}")
    state.put(name, f"{value:g}" if isinstance(value, float) else str(value))
