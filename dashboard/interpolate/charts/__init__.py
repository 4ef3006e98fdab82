"""Charts of this feature; no Streamlit inside."""
