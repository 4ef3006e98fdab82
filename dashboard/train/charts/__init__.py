"""Charts of a training run; no Streamlit inside."""
