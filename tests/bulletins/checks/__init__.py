"""One test for each rule, and one for what it must leave alone."""
