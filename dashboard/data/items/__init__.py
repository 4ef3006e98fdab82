"""Items of a collection and its spaces: cached, as pages show them."""
