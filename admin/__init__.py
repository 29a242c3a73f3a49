"""Staff: sign-in, roles, the console's pages, statistics, the practice mailbox."""
