"""Who is under watch: a counted bounce fact speaks about them, so what they accepted must stay known."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Session

from foundation import row_sets
from mailer.bounce_facts import BounceFactRow
from mailer.outbox_tables import BatchRow, OutboxRow


def watched_refs(session: Session, refs: Collection[int], *, since: datetime) -> set[int]:
    """Of these recipients those with a counted fact of a letter handed over after `since`."""
    if not refs:
        return set()
    asked = row_sets.given(session, "asked", {"ref": BigInteger()}, [(ref,) for ref in sorted(refs)])
    facts = select(BounceFactRow.recipient_ref).where(
        BounceFactRow.recipient_ref.in_(select(asked)), BounceFactRow.counted, BounceFactRow.handed_at > since
    )
    return {ref for ref in session.scalars(facts) if ref is not None}


def watched_addresses(session: Session, addresses: Collection[str], *, since: datetime) -> set[str]:
    """The same where letters do not name their recipient; facts hold no address, but letters to many name both."""
    if not addresses:
        return set()
    asked = row_sets.given(session, "asked", {"address": String()}, [(address,) for address in sorted(addresses)])
    keys = select(BatchRow.once_key).where(BatchRow.once_key.is_not(None))
    letters = session.execute(
        select(OutboxRow.address, OutboxRow.recipient_ref).where(
            OutboxRow.once_key.in_(keys),
            OutboxRow.address.in_(select(asked)),
            OutboxRow.recipient_ref.is_not(None),
        )
    ).all()
    refs = watched_refs(session, {ref for _, ref in letters if ref is not None}, since=since)
    return {address for address, ref in letters if ref in refs}
