"""Section "Decoder geometry": local volume change of decoders over their two-dimensional latent space."""
