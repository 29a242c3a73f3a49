"""Mail fetched from a real Dovecot."""
