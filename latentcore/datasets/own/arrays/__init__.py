"""Images in arrays: npy, npz and idx files, their values, their labels, and the names of both."""
