"""What happened: the ledger, the year, the practice mailbox."""
