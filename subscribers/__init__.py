"""Who receives: registration, preferences, leaving, unreachable, audience, import, erasure, residents' pages."""
