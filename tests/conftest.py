"""The settings of whoever runs the tests stay out of them, save where datasets and Chromium may be."""

from __future__ import annotations

import os

for name in [name for name in os.environ if name.startswith(("LATENTCORE_", "STREAMLIT_"))]:
    if name != "LATENTCORE_DATA":
        del os.environ[name]
