"""The moments of an SMTP dialogue at which a refusal can come."""

from enum import StrEnum


class Phase(StrEnum):
    """docomo and au mean different things by the same words, told apart by this alone."""

    CONNECT = "connect"
    GREETING = "greeting"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    END_OF_DATA = "end_of_data"
