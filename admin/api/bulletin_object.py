"""A bulletin as the API and the command line show it: one object, one place."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bulletins.other_languages import Said
from bulletins.progress import Progress
from bulletins.tables import Bulletin


class EditionObject(BaseModel):
    """`language` is `yasashii`, `en` or `zh`."""

    language: str
    subject: str
    text: str


class BulletinObject(BaseModel):
    """The object of the contract; `starts_at` is ISO 8601 with the town's offset, null before approval. `editions` are
    the words for those who read another language; who reads one that is not among them gets the Japanese ones."""

    model_config = ConfigDict(extra="allow")

    id: int
    state: str
    subject: str
    text: str
    editions: list[EditionObject]
    starts_at: str | None
    audience: int
    sent: int
    queued: int
    deferred: int
    failed: int
    suppressed: int
    expired: int
    bounced: int


def bulletin_object(
    bulletin: Bulletin, progress: Progress, editions: Sequence[Said], *, zone: ZoneInfo
) -> dict[str, object]:
    starts_at = bulletin.started_at or bulletin.starts_at
    return BulletinObject(
        id=bulletin.id,
        state=bulletin.state,
        subject=bulletin.subject,
        text=bulletin.text,
        editions=[EditionObject(language=each.language, subject=each.subject, text=each.text) for each in editions],
        starts_at=starts_at.astimezone(zone).isoformat(timespec="seconds") if starts_at else None,
        audience=progress.audience,
        sent=progress.counts.sent,
        queued=progress.queued,
        deferred=progress.counts.deferred,
        failed=progress.counts.failed,
        suppressed=progress.counts.suppressed,
        expired=progress.counts.expired,
        bounced=progress.counts.bounced,
    ).model_dump()
