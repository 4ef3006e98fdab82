"""The only door to latentcore: cached loading, decoding, planes, atlases and exports."""
