"""The four roles of staff, from the one who may only look to the one who runs the service."""

from enum import StrEnum


class Role(StrEnum):
    """Written from low to high: each role may do all that the ones before it may."""

    VIEWER = "viewer"
    DRAFTER = "drafter"
    APPROVER = "approver"
    MANAGER = "manager"

    @property
    def label(self) -> str:
        return _LABELS[self]

    def may(self, needed: str) -> bool:
        """Whether this role includes the needed one, given as a Role or, in templates, as its word."""
        ladder = list(Role)
        return ladder.index(self) >= ladder.index(Role(needed))


_LABELS = {
    Role.VIEWER: "閲覧者",
    Role.DRAFTER: "配信担当者",
    Role.APPROVER: "配信責任者",
    Role.MANAGER: "システム管理者",
}
