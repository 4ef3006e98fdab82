"""Controls of the two endpoints of a path: owns the names "start" and "end"."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, open_bundle
from dashboard.data.endpoints import (
    ClassMeanEndpoint,
    Endpoint,
    ImageEndpoint,
    endpoint_picture,
    endpoint_title,
)
from dashboard.data.images.pixels import image_uri
from dashboard.data.places import image_number
from dashboard.ui.fragments import bundle_callback
from dashboard.ui.gallery import image_gallery
from dashboard.ui.pictures import Picture, in_brackets, picture_beside, shown_name, whole_name

SIDES = ("start", "end")
TITLES = {"start": "From", "end": "To"}
CLASS_PREFIX = "class:"
"""In the URL, before the name of the class whose mean code is an endpoint."""
THUMBNAIL, TEXT_WIDTH = 84, 240


def chosen_endpoints(bundle: Bundle) -> tuple[Endpoint, Endpoint]:
    """Return both endpoints; two test images of different groups until others are chosen."""
    first = int(bundle.test.indices[0])
    others = np.flatnonzero(bundle.test_groups != bundle.test_groups[0])
    second = int(bundle.test.indices[others[0] if len(others) else -1])
    return _parse("start", bundle, ImageEndpoint(first)), _parse("end", bundle, ImageEndpoint(second))


def pick_endpoints(bundle: Bundle, endpoints: tuple[Endpoint, Endpoint]) -> None:
    """Draw both endpoints, and the galleries that they can be chosen from."""
    for side, endpoint, column in zip(SIDES, endpoints, st.columns(2), strict=True):
        beside = column.container(horizontal=True, vertical_alignment="center")
        image, kind = endpoint_picture(bundle, endpoint)
        title = endpoint_title(bundle, endpoint)
        uri = image_uri(image)
        with beside:
            picture_beside(Picture(uri, f"{TITLES[side]}: {title}{in_brackets(kind)}", "", THUMBNAIL))
        with beside.container(gap="small", width=TEXT_WIDTH):
            st.markdown(
                f"**{TITLES[side]}**  \n{shown_name(title)}{in_brackets(kind)}", help=whole_name(title)
            )
            image_gallery(
                bundle,
                side,
                partial(state.put, side),
                on_mean=partial(_set_class_mean, side),
            )


def _set_class_mean(side: str, name: str) -> None:
    state.put(side, f"{CLASS_PREFIX}{name}")


@bundle_callback
def choose_random_pair(bundle_id: str) -> None:
    """Choose two random test images of different groups as endpoints."""
    bundle, generator = open_bundle(bundle_id), np.random.default_rng()
    first = int(generator.integers(len(bundle.test)))
    others = np.flatnonzero(bundle.test_groups != bundle.test_groups[first])
    second = int(generator.choice(others)) if len(others) else first
    for side, row in zip(SIDES, (first, second), strict=True):
        state.put(side, str(int(bundle.test.indices[row])))


def published_endpoints(bundle: Bundle, endpoints: tuple[Endpoint, Endpoint]) -> dict[str, str | None]:
    """Return the endpoints as names and values of the URL."""
    return {side: _url_value(bundle, endpoint) for side, endpoint in zip(SIDES, endpoints, strict=True)}


def _url_value(bundle: Bundle, endpoint: Endpoint) -> str:
    if isinstance(endpoint, ImageEndpoint):
        return str(endpoint.index)
    return f"{CLASS_PREFIX}{bundle.classes[endpoint.label]}"


def _parse(side: str, bundle: Bundle, default: Endpoint) -> Endpoint:
    """Return the endpoint in the URL; the default without one, or with a notice if there is no such one."""
    text = state.get(side)
    if text is None:
        return default
    name = text.removeprefix(CLASS_PREFIX)
    if text.startswith(CLASS_PREFIX) and name in bundle.classes:
        return ClassMeanEndpoint(bundle.classes.index(name))
    number = image_number(bundle, text)
    if number is not None:
        return ImageEndpoint(number)
    state.put(side, None)
    kind = "class" if text.startswith(CLASS_PREFIX) else "test image"
    state.notify(side, f"There is no {kind} “{name[:30]}”; showing another endpoint instead.")
    return default
