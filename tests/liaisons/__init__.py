"""Tests of the network of liaisons."""
