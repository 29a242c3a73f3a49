"""Tests of the foundation package."""
