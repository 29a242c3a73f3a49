"""A password that may be used, and hashes of it: they are made slowly on purpose, and once a process is enough."""

from functools import cache

from admin.people import passwords

PASSWORD = "correct horse battery 9"
hashed = cache(passwords.make_hash)
