"""What the checks know: one file per group of rules, run over a draft while it is being written."""
