"""Transfer learning: linear probes on few labels."""
