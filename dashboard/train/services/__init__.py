"""What can be trained, and how a training run stands."""
