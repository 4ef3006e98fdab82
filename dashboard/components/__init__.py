"""One widget or panel each, with the state key it owns."""
