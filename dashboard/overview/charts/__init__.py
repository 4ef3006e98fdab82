"""Charts of Overview; they import no Streamlit."""
