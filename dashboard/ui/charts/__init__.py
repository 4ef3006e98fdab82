"""Parts of charts that several pages use; no Streamlit inside."""
