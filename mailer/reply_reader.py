"""The reply reader: SMTP replies out of octets that arrive cut anywhere."""

MOST_OCTETS = 65536  # of one reply, over all its lines

# What stands for anything that is no reply, or an endless one; no server can say it, and nothing comes after it.
NO_REPLY = b"000 an answer that is none"


class ReplyReader:
    """Gives each reply as one line, `250 2.0.0 Ok` and perhaps a CR: the lines of a longer one joined by spaces, its
    code once. A bare LF ends a line, too, as many servers of the field rely on."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The replies completed by these octets; after NO_REPLY this reader is of no more use."""
        lines = (self._rest + data if self._rest else data).split(b"\n")
        self._rest = lines.pop()
        if not self._begun and not self._rest:
            # Nearly always: whole replies of one line.
            for line in lines:
                if line[3:4] != b" " or not line[:3].isdigit() or len(line) > MOST_OCTETS:
                    break
            else:
                return lines
        replies: list[bytes] = []
        for line in lines:
            if not self._takes(line.rstrip(b"\r")):
                return [*replies, NO_REPLY]
            if line[3:4] != b"-":
                replies.append(b" ".join(self._begun))
                self._begun, self._size = [], 0
        return replies if self._size + len(self._rest) <= MOST_OCTETS else [*replies, NO_REPLY]

    def _takes(self, line: bytes) -> bool:
        """Whether it is a line of a reply, and of the one begun if there is one."""
        self._size += len(line)
        if len(line) < 3 or not line[:3].isdigit() or line[3:4] not in (b" ", b"-", b"") or self._size > MOST_OCTETS:
            return False
        if self._begun and line[:3] != self._begun[0][:3]:
            return False
        self._begun.append(line[4:] if self._begun else line[:3] + b" " + line[4:])
        return True
