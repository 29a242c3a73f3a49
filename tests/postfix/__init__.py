"""The service behind a real Postfix, as a city runs it."""
