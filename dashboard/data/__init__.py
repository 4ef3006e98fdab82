"""Cached access to latentcore for several pages: bundles, maps, codes, samples, jobs."""
