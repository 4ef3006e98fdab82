"""The magnification factor of a decoder: how much it expands the latent space locally; pure numpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from latentcore.types import FloatArray


def magnification_factor(
    decode: Callable[[FloatArray], FloatArray],
    codes: FloatArray,
    *,
    step: float = 1e-2,
    batch_size: int = 512,
) -> FloatArray:
    """Return the magnification factor of a decoder at each code.

    This is the volume element ``sqrt(det J'J)`` of the pull-back metric, for the Jacobian J of all pixels
    with respect to the code, estimated by central differences: the volume in image space per unit of volume
    in the latent space.

    Parameters
    ----------
    decode : callable
        Codes ``(n, latent_dim)`` to images ``(n, ...)``.
    codes : float32 array, shape (n, latent_dim)
    step : float
        Half width of the central difference, in units of the codes, above 0; small against the scale on which
        the decoder is curved, large against the rounding of its float32 images.
    batch_size : int
        Codes processed at once; ``2 * latent_dim`` images are decoded for each.

    Returns
    -------
    float32 array, shape (n,)
        At least 0, in (pixel units per code unit) to the power of `latent_dim`.

    Raises
    ------
    ValueError
        If the codes are not finite or not ``(n, latent_dim)``, or a step or batch size is not above 0.

    References
    ----------
    G. Arvanitidis, L. K. Hansen and S. Hauberg, "Latent space oddity: on the curvature of deep generative
    models", 2018, equation (8). C. M. Bishop, M. Svensen and C. K. I. Williams, "Magnification factors for
    the GTM algorithm", 1997.
    """
    if codes.ndim != 2 or not np.isfinite(codes).all():  # noqa: PLR2004
        raise ValueError(f"codes have shape {codes.shape}; expected finite numbers of shape (n, latent_dim).")
    if step <= 0 or batch_size < 1:
        raise ValueError(f"step is {step} and batch_size {batch_size}; both must be above 0.")
    parts = [
        _magnification_factor(decode, codes[first : first + batch_size], step)
        for first in range(0, len(codes), batch_size)
    ]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def _magnification_factor(
    decode: Callable[[FloatArray], FloatArray], codes: FloatArray, step: float
) -> FloatArray:
    n, latent_dim = codes.shape
    shifts = np.float32(step) * np.eye(latent_dim, dtype=np.float32)
    upper, lower = codes[:, None] + shifts, codes[:, None] - shifts
    ends = np.concatenate([upper, lower]).reshape(-1, latent_dim).astype(np.float32, copy=False)
    images = decode(ends).reshape(2, n, latent_dim, -1).astype(np.float64)
    lengths = np.einsum("nii->ni", upper.astype(np.float64) - lower)  # as rounded, not as asked for
    jacobian = (images[0] - images[1]) / lengths[:, :, None]
    determinant = np.linalg.det(jacobian @ jacobian.transpose(0, 2, 1))
    return np.asarray(np.sqrt(np.maximum(determinant, 0)), np.float32)
