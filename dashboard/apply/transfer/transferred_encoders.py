"""Table of encoders that were trained on another dataset, probed on this one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.apply.transfer.services.study import ProbeResults, TransferredEncoder, transferred_encoders
from dashboard.data.catalogue import dataset_title

PERCENT_COLUMNS = ("Accuracy", "Encoder of this dataset", "Random encoder", "Pixels")


def transferred_table(results: ProbeResults, n_labels: int) -> None:
    """Draw the table, one row per encoder, and a sentence on where transfer helps."""
    here = dataset_title(results.dataset)
    st.markdown(f"#### Encoders trained on another dataset, probed on {here}")
    rows = transferred_encoders(results, n_labels)
    if not rows:
        st.info(f"No model of another dataset takes images of the size of {here}.", icon=":material/info:")
        return
    st.markdown(_summary(rows, n_labels))
    st.dataframe(
        pd.DataFrame([_row(encoder) for encoder in rows]),
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format="%.1f%%") for name in PERCENT_COLUMNS},
        key="transferred_encoders",
    )
    st.caption(
        "Points are percentage points, paired by seed, with the 95% interval of their mean; a difference is "
        "clear where the interval excludes zero. A random encoder has the same architecture with untrained "
        "weights."
    )


def _row(encoder: TransferredEncoder) -> dict[str, str | float | None]:
    same = encoder.same_dataset
    return {
        "Encoder": encoder.encoder,
        "Trained on": encoder.trained_on,
        "Accuracy": 100 * encoder.accuracy,
        "Encoder of this dataset": None if same is None else 100 * same,
        "Random encoder": 100 * encoder.random,
        "Pixels": 100 * encoder.pixels,
        "Minus pixels, points": encoder.over_pixels.text,
        "Minus random, points": encoder.over_random.text,
        "Verdict": encoder.verdict,
    }


def _summary(rows: list[TransferredEncoder], n_labels: int) -> str:
    helping = [row for row in rows if row.verdict.startswith("helps")]
    useless = [row for row in rows if row.over_random.sign <= 0]
    text = f"With {n_labels} label{'s' * (n_labels > 1)} per class, "
    if helping:
        text += "transfer beats pixels for " + ", ".join(_title(row) for row in helping)
        text += f" ({len(helping)} of {len(rows)})." if len(rows) > 1 else "."
    else:
        text += "no encoder of another dataset beats raw pixels."
    if useless:
        return f"{text} No better than random: {', '.join(_title(row) for row in useless)}."
    return f"{text} All of them beat a random encoder."


def _title(row: TransferredEncoder) -> str:
    return f"{row.encoder} from {row.trained_on}"
