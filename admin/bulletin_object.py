"""A bulletin as the API and the command line show it: one object, one place."""

from zoneinfo import ZoneInfo

from bulletins.progress import Progress
from bulletins.tables import Bulletin


def bulletin_object(bulletin: Bulletin, progress: Progress, *, zone: ZoneInfo) -> dict[str, object]:
    """The object of the contract; `starts_at` is ISO 8601 with the town's offset, null before approval."""
    starts_at = bulletin.started_at or bulletin.starts_at
    return {
        "id": bulletin.id,
        "state": bulletin.state,
        "subject": bulletin.subject,
        "text": bulletin.text,
        "starts_at": starts_at.astimezone(zone).isoformat(timespec="seconds") if starts_at else None,
        "audience": progress.audience,
        "sent": progress.counts.sent,
        "queued": progress.queued,
        "deferred": progress.counts.deferred,
        "failed": progress.counts.failed,
        "suppressed": progress.counts.suppressed,
        "expired": progress.counts.expired,
        "bounced": progress.counts.bounced,
    }
