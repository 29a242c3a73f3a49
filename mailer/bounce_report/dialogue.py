"""Where in an SMTP dialogue a refusal came, and from whom, as the mailers of the world tell it in words."""

import re

from mailer.bounce_report.phase import Phase

# Each row is one mailer's way of saying it; texts are un-folded before they are matched.
_PHASES: tuple[tuple[Phase, str], ...] = (
    # Postfix
    (Phase.END_OF_DATA, r"in reply to end of DATA"),
    (Phase.DATA, r"in reply to DATA"),
    (Phase.RCPT, r"in reply to RCPT TO"),
    (Phase.MAIL, r"in reply to MAIL FROM"),
    (Phase.GREETING, r"in reply to (?:EHLO|HELO)|while performing the (?:EHLO|HELO) handshake"),
    (Phase.CONNECT, r"while performing the initial (?:server greeting|protocol)|refused to talk to me"),
    # Exim
    (Phase.END_OF_DATA, r"after (?:the )?end of data|after sending data block"),
    (Phase.DATA, r"(?:error|reply)[^.]{0,40}after (?:pipelined )?DATA\b"),
    (Phase.RCPT, r"after (?:pipelined )?RCPT TO"),
    (Phase.MAIL, r"after (?:pipelined )?MAIL FROM"),
    (Phase.GREETING, r"after (?:EHLO|HELO)"),
    (Phase.CONNECT, r"after initial connection"),
    # qmail
    (Phase.RCPT, r"does not like recipient"),
    (Phase.MAIL, r"does not like (?:the )?sender|but sender was rejected"),
    (Phase.DATA, r"failed on DATA command"),
    (Phase.END_OF_DATA, r"failed after I sent the message"),
    (Phase.GREETING, r"but (?:my name was rejected|greeting failed)"),
    # Yahoo, DragonFly, X6, MailMarshal and their like
    (Phase.RCPT, r"\[RCPT_TO\]|did not like our RCPT TO|following RCPT command|SMTP:RCPT"),
    (Phase.MAIL, r"\[MAIL_FROM\]|did not like our MAIL FROM|following MAIL command|SMTP:MAIL"),
    (Phase.END_OF_DATA, r"\[(?:BODY|DATA)\]|did not like our final DATA|SMTP:DATA"),
    (Phase.DATA, r"did not like our DATA|following DATA command"),
    # m-FILTER names the command under a heading of its own.
    (Phase.RCPT, r"-SMTP command\s+RCPT TO"),
    (Phase.MAIL, r"-SMTP command\s+MAIL FROM"),
    (Phase.DATA, r"-SMTP command\s+DATA"),
)
_WORDS = tuple((phase, re.compile(pattern, re.IGNORECASE)) for phase, pattern in _PHASES)

# Transcripts, as sendmail, Courier and EZweb print them: what we said (>>>) and what was answered (<<<).
_COMMAND = re.compile(r"^[ \t]*(?:>>>|=>)[ \t]*(EHLO|HELO|MAIL|RCPT|DATA|QUIT|RSET)\b", re.IGNORECASE | re.MULTILINE)
_ANSWER = re.compile(r"^[ \t]*<<<[ \t]*([245]\d\d[ -].*)$", re.MULTILINE)
_COMMANDS = {
    "EHLO": Phase.GREETING,
    "HELO": Phase.GREETING,
    "MAIL": Phase.MAIL,
    "RCPT": Phase.RCPT,
    "DATA": Phase.DATA,
}
# A sender that pipelines hears the answer to RCPT after it said DATA; DATA is then answered in these words.
_NO_RECIPIENT = re.compile(
    r"^[ \t]*<<<[ \t]*5\d\d\b.*(?:no valid recipients|need rcpt|no recipients)|^[ \t]*<<<[ \t]*503\b",
    re.IGNORECASE | re.MULTILINE,
)
# Bounded, and begun at a name's beginning alone: a line of "a.a.a." without end costs no more than it is long.
_HOST = r"(?<![a-z0-9.-])([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,12})"
_HOSTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bhost {_HOST}\.?\s?\[",
        rf"while talking to {_HOST}",
        rf"(?:recipient domain \S+|server) by {_HOST}",
        rf"{_HOST}\.? ?\[[0-9a-f.:]{{2,45}}\] (?:did not like|responded)",
        rf"mail delivery agent at {_HOST}",
        rf"SMTP Server <{_HOST}>",
    )
)


def phase_in(text: str) -> Phase | None:
    """The phase that a text names; a transcript, which is nearer to the wire, goes before words."""
    seen = _phase_in_transcript(text)
    if seen is not None:
        return seen
    line = " ".join(text.split())
    found = [(match.start(), phase) for phase, words in _WORDS if (match := words.search(line))]
    return min(found)[1] if found else None


def _phase_in_transcript(text: str) -> Phase | None:
    last: Phase | None = None
    for command in _COMMAND.finditer(text):
        last = _COMMANDS.get(command[1].upper(), last)
        refusals = [a for a in _ANSWER.finditer(text, command.end()) if a[1][0] in "45"]
        if not refusals:
            break
        following = _COMMAND.search(text, command.end())
        if following is None or refusals[0].start() < following.start():
            break
    if last is Phase.DATA and _NO_RECIPIENT.search(text):
        return Phase.RCPT
    return last


def answers_in(text: str) -> tuple[str, ...]:
    """The refusals in a transcript, in their order."""
    return tuple(found[1].strip() for found in _ANSWER.finditer(text) if found[1][0] in "45")


def hosts_in(text: str) -> tuple[str, ...]:
    """The hosts that a text says it talked to, lower-case."""
    line = " ".join(text.split())
    return tuple(dict.fromkeys(match[1].lower() for host in _HOSTS for match in host.finditer(line)))
