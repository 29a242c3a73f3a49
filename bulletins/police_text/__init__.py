"""Reads what the police wrote: from a pasted text to the fields of a notice, with what could not be placed."""
