"""Charts of Interpolate; they import no Streamlit."""
