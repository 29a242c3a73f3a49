"""The pages on which notice templates are edited."""
