"""Section: how decoders stretch their maps."""
