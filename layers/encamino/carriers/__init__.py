"""Carriers: one file each. A question goes out, an answer becomes events."""
