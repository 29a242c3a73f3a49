"""One test against each fake and the real thing behind the same port."""
