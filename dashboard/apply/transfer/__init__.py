"""Transfer: linear probes on few labels, and encoders that were trained on another dataset."""
