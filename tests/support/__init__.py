"""Tested fakes and the means to start the real parts."""
