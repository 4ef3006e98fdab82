"""Charts of Explore; they import no Streamlit."""
