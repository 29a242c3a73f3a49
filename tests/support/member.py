"""A member of staff who speaks to the API."""

from datetime import datetime

from admin.people import api_tokens, staff
from admin.people.roles import Role
from foundation.addresses import Address
from foundation.database import Database


def entered(database: Database, address: str, role: Role, *, at: datetime) -> str:
    """The token."""
    name = address.split("@", maxsplit=1)[0]
    with database.write() as session:
        me = staff.add(session, Address.parse(address), name, role=role, password_hash=None, at=at, actor="test")
        return api_tokens.issue(session, me.id, at=at, actor="test")
