"""The life of a bulletin: its states, and the one table of what may follow what."""

from enum import StrEnum


class BulletinState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    WAITING = "waiting"
    SENDING = "sending"
    HALTED = "halted"
    SENT = "sent"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _LABELS[self]


_S = BulletinState
_LABELS = {
    _S.DRAFT: "配信案",
    _S.SUBMITTED: "承認待ち",
    _S.RETURNED: "差し戻し",
    _S.WAITING: "配信待ち",
    _S.SENDING: "配信中",
    _S.HALTED: "一時停止中",
    _S.SENT: "配信済み",
    _S.WITHDRAWN: "取り下げ",
}

MOVES: dict[BulletinState, frozenset[BulletinState]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED, _S.WITHDRAWN}),
    _S.SUBMITTED: frozenset({_S.RETURNED, _S.WAITING, _S.WITHDRAWN}),
    # A returned bulletin is mended (it becomes a draft of the next version) or submitted as it is.
    _S.RETURNED: frozenset({_S.DRAFT, _S.SUBMITTED, _S.WITHDRAWN}),
    # Within the hold it can be pulled back to be mended.
    _S.WAITING: frozenset({_S.SENDING, _S.RETURNED, _S.WITHDRAWN}),
    _S.SENDING: frozenset({_S.HALTED, _S.SENT, _S.WITHDRAWN}),
    _S.HALTED: frozenset({_S.SENDING, _S.WITHDRAWN}),
    # "Send again" to those who were not reached takes a finished bulletin up once more.
    _S.SENT: frozenset({_S.SENDING}),
    _S.WITHDRAWN: frozenset(),
}

# May still be changed by those who write.
EDITABLE = frozenset({_S.DRAFT, _S.RETURNED})
# Approved, or more than that.
APPROVED = frozenset({_S.WAITING, _S.SENDING, _S.HALTED, _S.SENT})
# Something of it may have left, so the public archive shows it.
PUBLISHED = frozenset({_S.SENDING, _S.HALTED, _S.SENT})


class WrongState(Exception):
    """What was asked does not fit the state the bulletin is in."""

    def __init__(self, state: BulletinState, asked: str) -> None:
        super().__init__(f"このお知らせは「{state.label}」なので、{asked}できません。")
        self.state = state


def check_move(state: BulletinState, to: BulletinState, asked: str) -> None:
    """Raises WrongState, with `asked` as the Japanese word for what was wanted."""
    if to not in MOVES[state]:
        raise WrongState(state, asked)


class NotNow(Exception):
    """What was asked has to wait for something else; the text names it, in Japanese."""
