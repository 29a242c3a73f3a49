"""Drafting: a bulletin is written from a notice template and changed until it is submitted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bulletins import kinds, wording
from bulletins.calls import LONGEST_CALLER, Call, Consent
from bulletins.categories import CategoryTree
from bulletins.checks.draft import DraftText, Finding, Level
from bulletins.checks.rules import run_checks
from bulletins.filling import FieldsInvalid, fill_for_preview
from bulletins.liaison_edition import ToLiaisons
from bulletins.life import EDITABLE, BulletinState, WrongState
from bulletins.notice_fields import Filled
from bulletins.notice_shelf import Shelf
from bulletins.notice_templates import NoticeTemplate
from bulletins.schedule import Schedule
from bulletins.signatory import Signatory, must_draft
from bulletins.tables import Bulletin
from foundation import ledger
from foundation.plain_text import forbidden_character
from subscribers.audience import Scope
from subscribers.choices import Choices, ChoiceUnknown
from subscribers.town import Town

LONGEST_LIFE = timedelta(days=14)
# Choices of the form in which nothing was ticked: nobody is meant, rather than everybody.
UNCHOSEN = {
    "topics": "配信区分を1つ以上選んでください。",
    "areas": "地域を1つ以上選ぶか、「市内全域」にチェックを入れてください。",
}


class UnknownBulletin(LookupError):
    """There is no bulletin of this number."""


class DraftInvalid(Exception):
    """Category, topics, areas or expiry do not serve; the text says so in Japanese."""


@dataclass(frozen=True)
class Sheet:
    """What a clerk hands in. Empty topics mean the notice's own, empty areas the whole town, unless `unchosen` names
    them: then nothing was chosen yet. A correction or retraction goes to those who were sent what it speaks of, or with
    `widened` to all whom its topics and areas reach. Without a `call`, one that is changed keeps the call it has."""

    notice: str
    fields: Mapping[str, object]
    category: str | None = None
    topics: Sequence[str] = ()
    areas: Sequence[str] = ()
    expires_after: timedelta | None = None
    follows: int | None = None
    widened: bool = False
    copied_from: int | None = None
    unchosen: Sequence[str] = ()
    starts_at: datetime | None = None
    call: Call | None = None
    liaisons: ToLiaisons = ToLiaisons.NONE


@dataclass(frozen=True)
class Preview:
    """The exact words as they would be mailed, what the checks say, and what the form still lacks."""

    subject: str
    text: str
    findings: tuple[Finding, ...]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Drafting:
    """Works in the caller's transaction."""

    town: Town
    shelf: Shelf
    categories: CategoryTree
    schedule: Schedule
    levels: Mapping[str, Level] = field(default_factory=dict)

    def preview(self, sheet: Sheet, *, at: datetime, turn: int = 0, source: Bulletin | None = None) -> Preview:
        """Never refuses fields: what is wrong stands in `errors`. `source` is what the sheet was copied from.
        Raises UnknownNotice."""
        notice = self.shelf.get(sheet.notice)
        filled, errors = fill_for_preview(notice, sheet.fields)
        written = wording.write(notice, filled, self.town, turn=turn)
        category = sheet.category or notice.default_category
        draft = self._draft(notice, category, filled, written, at=at)
        consent = sheet.call.consent if sheet.call else None
        draft = replace(draft, copied=self._copied(notice, source), consent=consent)
        return Preview(written.subject, written.text, run_checks(draft, self.levels), errors)

    def turn(self, session: Session, sheet: Sheet) -> int:
        """The number that a follow-up written from this sheet bears; 0 where it is none, or may not be one."""
        followed = session.get(Bulletin, sheet.follows) if sheet.follows else None
        try:
            return kinds.place(session, self.shelf.get(sheet.notice).kind, followed).turn
        except kinds.KindUnfit:
            return 0

    def begin(self, session: Session, sheet: Sheet, who: Signatory, *, at: datetime) -> Bulletin:
        """Raises NotAllowed, UnknownNotice, NoticeRetired, FieldsInvalid, DraftInvalid, StartUnfit, KindUnfit, and
        UnknownBulletin of the one it follows."""
        must_draft(who)
        self.schedule.refuse_unfit(sheet.starts_at, at=at)
        followed = find(session, sheet.follows) if sheet.follows is not None else None
        place = kinds.place(session, self.shelf.offered(sheet.notice).kind, followed)
        bulletin = Bulletin(
            created_at=at,
            drafter_id=who.id,
            drafter_name=who.name,
            follows_id=place.first.id if place.first else None,
            copied_from_id=sheet.copied_from,
            **self.columns(sheet, place),
        )
        session.add(bulletin)
        session.flush()
        deed = who.deed("bulletin.drafted", f"bulletin:{bulletin.id}")
        ledger.write(session, deed, at=at, details={"consent": bulletin.consent} if sheet.call else {})
        return bulletin

    def change(self, session: Session, bulletin_id: int, sheet: Sheet, who: Signatory, *, at: datetime) -> Bulletin:
        """The next version; raises what `begin` does, and WrongState once it is submitted."""
        must_draft(who)
        bulletin = find(session, bulletin_id, to_change=True)
        if BulletinState(bulletin.state) not in EDITABLE:
            raise WrongState(BulletinState(bulletin.state), "変更")
        self.schedule.refuse_unfit(sheet.starts_at, at=at)
        place = kinds.place_again(session, self.notice_again(sheet, bulletin).kind, bulletin)
        consent = bulletin.consent
        for name, value in self.columns(sheet, place).items():
            setattr(bulletin, name, value)
        if bulletin.quiet_by is None:
            bulletin.version += 1
        bulletin.revision += 1
        bulletin.quiet_by = bulletin.page_key = None
        bulletin.state = BulletinState.DRAFT.value
        deed = who.deed("bulletin.changed", f"bulletin:{bulletin.id}")
        details: dict[str, object] = {"version": bulletin.version}
        if bulletin.consent != consent:
            details["consent"] = [consent, bulletin.consent]
        ledger.write(session, deed, at=at, details=details)
        return bulletin

    def notice_again(self, sheet: Sheet, bulletin: Bulletin) -> NoticeTemplate:
        """Of a draft that is changed: it may keep a notice that was retired meanwhile, but not take one up. Raises
        UnknownNotice, NoticeRetired."""
        same = sheet.notice == bulletin.notice
        return self.shelf.get(sheet.notice) if same else self.shelf.offered(sheet.notice)

    def findings(self, bulletin: Bulletin, *, at: datetime) -> tuple[Finding, ...]:
        """What the checks say of a bulletin as it stands."""
        notice = self.shelf.get(bulletin.notice)
        filled, _ = fill_for_preview(notice, json.loads(bulletin.fields))
        written = wording.Wording(bulletin.subject, bulletin.text)
        source = bulletin.copied_from if bulletin.copied_from_id else None
        draft = self._draft(notice, bulletin.category, filled, written, at=at)
        consent = Consent(bulletin.consent) if bulletin.consent else None
        return run_checks(replace(draft, copied=self._copied(notice, source), consent=consent), self.levels)

    def refuse_incomplete(self, bulletin: Bulletin) -> None:
        """Raises FieldsInvalid or DraftInvalid for a draft that was saved half written, UnknownNotice."""
        _, errors = fill_for_preview(self.shelf.get(bulletin.notice), json.loads(bulletin.fields))
        if errors:
            raise FieldsInvalid(errors)
        if bulletin.caller == "":
            raise DraftInvalid("だれからの電話かを入力してください（例：こもれび警察署 生活安全課）。")
        if bulletin.unchosen:
            raise DraftInvalid("".join(UNCHOSEN[name] for name in bulletin.unchosen.split()))

    def columns(self, sheet: Sheet, place: kinds.Place, *, rough: bool = False) -> dict[str, object]:
        """What a row holds of the sheet. A rough one may lack fields: they stand as 〔label〕 in subject and text."""
        notice = self.shelf.get(sheet.notice)
        filled, errors = fill_for_preview(notice, sheet.fields)
        if errors and not rough:
            raise FieldsInvalid(errors)
        written = wording.write(notice, filled, self.town, turn=place.turn)
        mended = place.mended
        category = self._category(notice, sheet.category)
        try:
            choices = Choices.of(self.town, sheet.topics or notice.topics, sheet.areas)
        except ChoiceUnknown as unknown:
            raise DraftInvalid(f"配信区分や地域に、この市にないものがあります：{unknown}") from None
        return {
            "notice": notice.name,
            "notice_version": notice.version,
            "kind": place.kind.value,
            "mends_id": mended.id if mended else None,
            "to_recipients_of": mended.id if mended and not sheet.widened else None,
            "category": category,
            "statistic_class": notice.counted_as(category, self.categories),
            "topics": json.dumps(choices.topics),
            "areas": json.dumps(choices.areas),
            # What reached everybody is put right for everybody.
            "to_all": notice.to_all or (mended is not None and mended.to_all),
            # What follows the search for a person, a correction say, tells of that person too.
            "redact": notice.redact or (place.first is not None and place.first.redact),
            # What reached the liaisons alone is put right for them alone.
            "to_liaisons": (ToLiaisons.ONLY if _for_liaisons_alone(mended) else sheet.liaisons).value,
            "fields": json.dumps(dict(sheet.fields), ensure_ascii=False, default=str),
            "subject": written.subject,
            "text": written.text,
            "wanted_start": sheet.starts_at,
            "expires_seconds": int(self._life(notice, sheet.expires_after).total_seconds()),
            "unchosen": " ".join(name for name in UNCHOSEN if name in sheet.unchosen),
            **_call_columns(sheet.call),
        }

    def _category(self, notice: NoticeTemplate, asked: str | None) -> str:
        category = asked or notice.default_category
        if not self.categories.has(category) or not notice.allows(category):
            raise DraftInvalid("配信内容の区分が、この定型文では使えないものです。")
        return category

    def _life(self, notice: NoticeTemplate, asked: timedelta | None) -> timedelta:
        life = asked if asked is not None else notice.expires_after
        if not timedelta(minutes=1) <= life <= LONGEST_LIFE:
            raise DraftInvalid("配信の期限は、1分以上14日以内で指定してください。")
        return life

    def _copied(self, notice: NoticeTemplate, source: Bulletin | None) -> Mapping[str, Filled]:
        return fill_for_preview(notice, json.loads(source.fields))[0] if source else {}

    def _draft(
        self,
        notice: NoticeTemplate,
        category: str,
        filled: Mapping[str, Filled],
        written: wording.Wording,
        *,
        at: datetime,
    ) -> DraftText:
        return DraftText(
            notice=notice,
            kind=notice.kind,
            category=category,
            fields=filled,
            subject=written.subject,
            text=written.text,
            town=self.town,
            at=at,
        )


def find(session: Session, bulletin_id: int, *, to_change: bool = False) -> Bulletin:
    """Raises UnknownBulletin. `to_change` holds the row until the transaction ends."""
    bulletin = session.get(Bulletin, bulletin_id, with_for_update=to_change or None)
    if bulletin is None:
        raise UnknownBulletin(bulletin_id)
    return bulletin


def _for_liaisons_alone(bulletin: Bulletin | None) -> bool:
    return bulletin is not None and bulletin.to_liaisons == ToLiaisons.ONLY


def _call_columns(call: Call | None) -> dict[str, object]:
    """What was saved by itself while somebody typed may hold anything; a caller is one line."""
    if call is None:
        return {}
    caller = "".join(sign for sign in call.caller if forbidden_character(sign) is None)[:LONGEST_CALLER]
    return {"caller": caller, "called_at": call.at, "consent": call.consent.value}


def scope_of(bulletin: Bulletin) -> Scope:
    """Whom the bulletin is for."""
    return Scope(
        topics=tuple(json.loads(bulletin.topics)),
        areas=tuple(json.loads(bulletin.areas)),
        to_all=bulletin.to_all,
    )
