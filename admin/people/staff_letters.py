"""Letters to staff: a link that opens once, by the outbox and at any hour."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from foundation.addresses import Address
from foundation.tokens import fingerprint
from mailer import outbox
from mailer.outbox import To
from subscribers.stationery import Stationery, as_reply

LINK_LIFE = timedelta(hours=72)
WELCOME = "/admin/welcome"
NEW_PASSWORD = "/admin/new-password"  # noqa: S105 -- a path


def post_link(
    session: Session, stationery: Stationery, name: str, values: Mapping[str, str], *, link: tuple[str, str, datetime]
) -> None:
    """`values` holds at least the `address`; `link` is path, token and moment. Goes out when the caller commits."""
    path, token, at = link
    address = Address.parse(values["address"])
    texts = {
        **values,
        "link": f"{stationery.public_url}{path}/{token}",
        "hours": int(LINK_LIFE.total_seconds()) // 3600,
    }
    letter = stationery.letter(name, texts)
    outbox.reply(
        session, letter, as_reply(f"{name}:{fingerprint(token)}", at=at), To(address.text, address.domain, None)
    )
