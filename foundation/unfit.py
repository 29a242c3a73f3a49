"""What was typed and cannot be taken: one sentence a field, whichever form it was."""

from collections.abc import Mapping


class Unfit(Exception):
    """`errors` are sentences for the person who typed, by the name of the field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors
