"""Data frames to Altair charts; no Streamlit inside."""
