"""Held administrations: what stands between results and their release, and the release itself."""
