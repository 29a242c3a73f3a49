"""The pages on which a bulletin is written."""
