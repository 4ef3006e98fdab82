"""The Latent Atlas dashboard."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
"""Read when torch is loaded. `torch.set_num_threads` holds for the thread that calls it, but Streamlit runs
each script in a new one, whose first decode would start a pool: 7 ms, and 30 beside a busy browser."""
