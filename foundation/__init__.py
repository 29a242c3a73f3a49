"""What knows nothing of a town: settings, clock, database, ledger, addresses, tokens, templating."""
