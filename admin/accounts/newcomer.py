"""A newcomer as a form names one: read, checked, and invited or handed to the second manager."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from admin.frame.form_reading import Posted
from admin.people import invitations, staff_changes, staff_requests
from admin.people.invitations import AlreadyHere, AlreadyInvited
from admin.people.roles import Role
from admin.people.staff import Colleague, NameInvalid, checked_name
from foundation.addresses import Address, AddressInvalid
from subscribers.stationery import Stationery


@dataclass(frozen=True, slots=True)
class Newcomer:
    """As typed; `suffix` tells the rows of one form apart."""

    name: str
    address: str
    role: str
    suffix: str = ""

    @classmethod
    def read(cls, form: Posted, suffix: str = "") -> "Newcomer":
        name, address, role = (form.text(f"{field}{suffix}").strip()[:254] for field in ("name", "address", "role"))
        return cls(name, address, role, suffix)

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.address)

    def errors(self) -> dict[str, str]:
        """By the name of the field."""
        found = {}
        try:
            checked_name(self.name)
        except NameInvalid as fault:
            found[f"name{self.suffix}"] = str(fault) if self.name else "氏名を入力してください。"
        try:
            Address.parse(self.address)
        except AddressInvalid as fault:
            found[f"address{self.suffix}"] = str(fault) if self.address else "メールアドレスを入力してください。"
        if self.role not in list(Role):
            found[f"role{self.suffix}"] = "役割を選んでください。"
        return found

    def invite(self, session: Session, stationery: Stationery, me: Colleague, *, at: datetime) -> bool:
        """Without errors only. Whether the letter is on its way; otherwise a second manager is asked first: whoever may
        approve must not be one person's invention. Raises AlreadyHere, AlreadyInvited."""
        role = Role(self.role)
        address = Address.parse(self.address)
        row = invitations.write(session, me.actor, address, self.name, role=role, at=at, origin=me.origin)
        if role.may(Role.APPROVER) and staff_changes.is_higher(role, None):
            staff_requests.ask_invitation(session, row, me, at=at)
            return False
        row.alone_by = me.id
        invitations.send(session, stationery, row, me.deed("staff.invitation-sent", row.subject), at=at)
        return True

    def clash(self, fault: AlreadyHere | AlreadyInvited) -> dict[str, str]:
        return {f"address{self.suffix}": str(fault)}
