"""When what a notice tells of happened, as its fields say; and how long after that it was delivered."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bulletins.deliveries import Delivery
from bulletins.filling import fill_for_preview
from bulletins.notice_fields import FieldKind
from bulletins.notice_templates import Kind, NoticeTemplate

# Drills and tests happen by plan; what follows up or corrects tells of an event that was delivered already.
_FIRST = frozenset({Kind.ORDINARY})
_NEW_THOUGH_FOLLOWING = frozenset({Kind.ALL_CLEAR, Kind.END})


class EventMoments:
    """The event is the first field of a notice that holds a date with a time. A notice that looks ahead has none."""

    def __init__(self, notices: Iterable[NoticeTemplate]) -> None:
        # Each notice with this one field alone, so that nothing else of a bulletin is read.
        self._notices: dict[str, NoticeTemplate] = {}
        for notice in notices:
            field = next((field for field in notice.fields if field.kind is FieldKind.DATETIME), None)
            if field is not None and not notice.looks_ahead:
                self._notices[notice.name] = replace(notice, fields=(field,))

    def lag(self, delivery: Delivery) -> timedelta | None:
        """From the event to the beginning of the delivery; None where there is no such event, or one that was still
        to come."""
        notice = self._notices.get(delivery.notice)
        if notice is None or not _tells_something_new(delivery):
            return None
        happened = _filled(notice, delivery.fields)
        if happened is None or happened > delivery.started_at:
            return None
        return delivery.started_at - happened


def _tells_something_new(delivery: Delivery) -> bool:
    if delivery.kind in _NEW_THOUGH_FOLLOWING:
        return True
    return delivery.kind in _FIRST and delivery.follows_id is None


def _filled(notice: NoticeTemplate, fields: str) -> datetime | None:
    name = notice.fields[0].name
    value = json.loads(fields).get(name)
    filled, _ = fill_for_preview(notice, {name: value})
    found = filled[name]
    return found if isinstance(found, datetime) else None
