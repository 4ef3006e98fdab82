"""Edit: change the code of a test image, by dimension and along interpretable directions."""

from __future__ import annotations

from dashboard import state
from dashboard.edit.directions import direction_rows
from dashboard.edit.sliders import dimension_sliders
from dashboard.edit.traversals import traversal_matrix
from dashboard.ui.image_input import bundles_with_codes
from dashboard.ui.image_picker import pick_image
from dashboard.ui.model_set import pick_bundles
from dashboard.ui.panels.collections import stop_at_collection
from dashboard.ui.problems import catalogue_or_stop, show_problems
from dashboard.ui.selection import chosen_image
from dashboard.ui.share import copy_link, show_notices


def page() -> None:
    """Draw the page."""
    stop_at_collection("Editing a code shows what a model decodes it to")
    catalogue = catalogue_or_stop()
    dataset, names, bundles = pick_bundles(catalogue)
    if bundles:
        index = chosen_image(bundles[0])
        state.publish(dataset=dataset, models=",".join(names), point=str(index))
        show_notices()
        pick_image(bundles[0], index)
        bundles = bundles_with_codes(bundles, [index])
        dimension_sliders(bundles, index)
        direction_rows(bundles, index)
        traversal_matrix(bundles, index)
        copy_link()
    show_problems(catalogue)


page()
