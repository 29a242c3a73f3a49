"""The form of a draft: from a sheet to what the page shows, and from what was posted back to a sheet."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from admin.desk.version_guard import Seen
from admin.frame.form_reading import Posted
from admin.frame.span_words import life_words
from admin.writing import listening
from bulletins.categories import CategoryTree
from bulletins.checks.town_names import own_towns
from bulletins.drafting import UNCHOSEN, Sheet
from bulletins.filling import fill_for_preview
from bulletins.kinds import MENDING
from bulletins.liaison_edition import ToLiaisons
from bulletins.mending import safety
from bulletins.notice_fields import HOLDING_MOMENTS, HOLDING_SEVERAL, Field, FieldKind, Filled
from bulletins.notice_templates import NoticeTemplate
from bulletins.tables import Bulletin
from foundation.clock import aware
from subscribers.town import Town

# Fields of the notice stand apart from the form's own (category, topics …) whatever they are called.
PREFIX = "field-"
# Beside a field whose usual answers are buttons or a list: what is none of them. It goes before the button.
OTHER = "other-"
# Asks to narrow the areas to those in which the places of the form lie.
AREAS_FROM_PLACE = "areas-from-place"
_LIVES = (1, 3, 6, 12, 24, 72)  # hours offered for the expiry
# No box is ticked, not even the one for all; an empty choice would tick that one.
_NOTHING = ("",)
_FEW = 5  # so many choices fit beside each other as buttons
_INPUT_TYPES = {FieldKind.DATE: "date", FieldKind.TIME: "time", FieldKind.DATETIME: "datetime-local"}


@dataclass(frozen=True)
class FormField:
    """One field as the page shows it; `suggestions` may be taken, `choices` must."""

    name: str
    label: str
    widget: str
    required: bool
    help: str
    value: str
    chosen: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    suggestions: tuple[str, ...] = ()
    is_place: bool = False
    is_ours: bool = False
    pasted: bool = False


@dataclass(frozen=True)
class DraftForm:
    """Everything the form shows besides labels; `lives` are pairs of seconds and words."""

    notice: NoticeTemplate
    fields: tuple[FormField, ...]
    category: str
    categories: tuple[str, ...]
    topics: tuple[str, ...]
    areas: tuple[str, ...]
    life: str
    lives: tuple[tuple[str, str], ...]
    follows: int | None
    widened: bool
    copied_from: int | None
    starts_at: str
    call: Mapping[str, str] | None
    liaisons: str

    @property
    def reach_is_usual(self) -> bool:
        """Whether the choice of topics, areas and expiry may stay folded."""
        if self.starts_at or self.liaisons != ToLiaisons.NONE:
            return False
        if self.follows and self.notice.kind in MENDING and not self.widened:
            return self.life == _seconds(self.notice.expires_after)
        usual = not self.widened and not self.areas and set(self.topics) == set(self.notice.topics)
        return usual and self.life == _seconds(self.notice.expires_after)


def form_of(sheet: Sheet, notice: NoticeTemplate, town: Town, *, pasted: frozenset[str] = frozenset()) -> DraftForm:
    """Whatever was typed stays, be it right or wrong; `pasted` fields bear a mark."""
    filled, errors = fill_for_preview(notice, sheet.fields)
    life = sheet.expires_after if sheet.expires_after is not None else notice.expires_after
    lives = sorted({*(timedelta(hours=hours) for hours in _LIVES), notice.expires_after, life})
    every = {topic.key for topic in town.topics}
    topics = _NOTHING if "topics" in sheet.unchosen else tuple(sheet.topics or notice.topics)
    areas = _NOTHING if "areas" in sheet.unchosen else tuple(sheet.areas)
    return DraftForm(
        notice=notice,
        fields=tuple(
            replace(
                _shown(field, sheet.fields, None if field.name in errors else filled[field.name], town),
                pasted=field.name in pasted,
            )
            for field in notice.fields
        ),
        category=sheet.category or notice.default_category,
        categories=notice.category_choices(CategoryTree(town)),
        topics=() if set(topics) == every else topics,
        areas=areas,
        life=_seconds(life),
        lives=tuple((_seconds(each), life_words(each)) for each in lives),
        follows=sheet.follows,
        widened=sheet.widened,
        copied_from=sheet.copied_from,
        starts_at=sheet.starts_at.astimezone(town.zone).strftime("%Y-%m-%dT%H:%M") if sheet.starts_at else "",
        call=listening.call_values(sheet.call, town.zone) if sheet.call else None,
        liaisons=sheet.liaisons.value,
    )


def sheet_of(form: Posted, notice: NoticeTemplate, town: Town) -> tuple[Sheet, dict[str, str]]:
    """What was posted, and what the form's own fields lack; the notice's fields are judged by `fill`."""
    unchosen = []
    errors: dict[str, str] = {}
    values: dict[str, object] = {}
    for field in notice.fields:
        name = PREFIX + field.name
        said = form.text(OTHER + name).strip() or form.text(name)
        values[field.name] = form.texts(name) if field.kind is FieldKind.CHOICES else said
    topics = [topic.key for topic in town.topics] if form.has("topics_all") else form.texts("topics")
    if not topics and not notice.to_all:
        unchosen.append("topics")
    areas = _areas(form, values, notice, town)
    if not areas and not form.has("areas_all") and not notice.to_all:
        unchosen.append("areas")
    if form.text("action") == AREAS_FROM_PLACE and not areas:
        errors["areas"] = f"場所に{town.name}の町名がないので、地域を選べませんでした。"
    life = form.number("expires")
    starts_at, fault = _wanted_start(form.text("starts_at"), town)
    sheet = Sheet(
        notice=notice.name,
        fields=values,
        category=form.text("category") or None,
        topics=topics,
        areas=areas,
        expires_after=timedelta(seconds=min(life, 10**8)) if life else None,
        follows=form.number("follows"),
        widened=form.has("widened"),
        copied_from=form.number("copied_from"),
        unchosen=unchosen,
        starts_at=starts_at,
        call=listening.call_in(form, PREFIX, town.zone, errors),
        liaisons=_to_liaisons(form.text("liaisons")),
    )
    if fault:
        errors["starts_at"] = fault
    return sheet, {name: UNCHOSEN[name] for name in unchosen} | errors


def seen_of(form: Posted) -> Seen:
    """What the page was opened with."""
    return Seen(version=form.number("version"), revision=form.number("revision"))


def sheet_from(bulletin: Bulletin, notice: NoticeTemplate) -> Sheet:
    """The draft as it was saved; fields that the notice no longer has are left behind."""
    saved: Mapping[str, object] = json.loads(bulletin.fields)
    topics: Sequence[str] = json.loads(bulletin.topics)
    return Sheet(
        notice=notice.name,
        fields={name: value for name, value in saved.items() if notice.field(name)},
        category=bulletin.category if notice.allows(bulletin.category) else None,
        topics=topics,
        areas=json.loads(bulletin.areas),
        expires_after=timedelta(seconds=bulletin.expires_seconds),
        follows=bulletin.follows_id,
        widened=bulletin.mends_id is not None and bulletin.to_recipients_of is None,
        copied_from=bulletin.copied_from_id,
        unchosen=bulletin.unchosen.split(),
        starts_at=bulletin.wanted_start,
        call=bulletin.call,
        liaisons=ToLiaisons(bulletin.to_liaisons),
    )


def sheet_following(bulletin: Bulletin, notice: NoticeTemplate, town: Town) -> Sheet:
    """A follow-up: same people, same words where the fields bear the same name, and what it refers to."""
    saved = sheet_from(bulletin, notice)
    values = dict(saved.fields)
    if bulletin.started_at is not None:
        values["sent_at"] = bulletin.started_at.astimezone(town.zone).isoformat(timespec="minutes")
    values["sent_subject"] = bulletin.subject
    states, said = notice.field("safety"), safety(bulletin)
    if states and said in states.choices:
        values["safety"] = said
    known = {name: value for name, value in values.items() if notice.field(name)}
    followed = replace(saved, fields=known, expires_after=None, follows=bulletin.id)
    # Who had an edition, and perhaps hung it up, gets one of what follows, and nobody waits for it.
    to = ToLiaisons.WITH if saved.liaisons == ToLiaisons.FIRST else saved.liaisons
    return replace(followed, widened=False, copied_from=None, starts_at=None, call=None, liaisons=to)


def sheet_copied(bulletin: Bulletin, notice: NoticeTemplate) -> Sheet:
    """A new draft with the words of an earlier one, whose dates are to be set anew."""
    copied = replace(sheet_from(bulletin, notice), copied_from=bulletin.id)
    return replace(copied, follows=None, widened=False, starts_at=None, call=None)


def _to_liaisons(word: str) -> ToLiaisons:
    return ToLiaisons(word) if word in {each.value for each in ToLiaisons} else ToLiaisons.NONE


def _wanted_start(typed: str, town: Town) -> tuple[datetime | None, str]:
    """The town's own time as `<input type="datetime-local">` sends it; the second is what is wrong with it."""
    if not typed.strip():
        return None, ""
    try:
        return aware(datetime.fromisoformat(typed.strip()).replace(tzinfo=town.zone)), ""
    except (ValueError, OverflowError):
        return None, "配信を始める日時を、2026-11-25T10:00 のような形で入力してください。"


def _seconds(life: timedelta) -> str:
    return str(int(life.total_seconds()))


def _shown(field: Field, typed: Mapping[str, object], filled: Filled, town: Town) -> FormField:
    value = typed.get(field.name)
    raw = field.default if value is None else value
    lines = tuple(str(each) for each in raw) if isinstance(raw, list | tuple) else tuple(str(raw).splitlines())
    return FormField(
        name=PREFIX + field.name,
        label=field.label,
        widget=_widget(field),
        required=field.required,
        help=field.help,
        value=_moment(filled) if field.kind in HOLDING_MOMENTS and filled else "\n".join(lines),
        chosen=lines if field.kind in HOLDING_SEVERAL else (),
        choices=tuple((choice, choice) for choice in field.choices),
        suggestions=_suggestions(field, town),
        is_place=field.kind is FieldKind.PLACE,
        # What stands there already needs no asking.
        is_ours=listening.is_ours(field.name) and bool(field.default or not field.required),
    )


def _areas(form: Posted, values: Mapping[str, object], notice: NoticeTemplate, town: Town) -> list[str]:
    """The ticked ones; where towns are ticked, those in which they lie; when that is asked for, those of the places."""
    if form.text("action") == AREAS_FROM_PLACE:
        places = "\n".join(str(values[field.name]) for field in notice.fields if field.kind is FieldKind.PLACE)
        chosen = set(own_towns(places, town))
    elif form.has("areas_all"):
        return []
    else:
        chosen = set(form.texts("area_towns"))
    if not chosen:
        return [] if form.has("areas_all") else form.texts("areas")
    lying_in = {name.area for name in town.towns if name.name in chosen}
    return [area.key for area in town.areas if area.key in lying_in]


def _widget(field: Field) -> str:
    match field.kind:
        case FieldKind.CHOICE:
            # A radio button once chosen cannot be taken back, so an optional choice is a menu.
            return "radio" if field.required and len(field.choices) <= _FEW else "select"
        case FieldKind.CHOICES:
            return "checkboxes"
        case FieldKind.TEXT | FieldKind.LIST:
            return "lines" if field.kind is FieldKind.LIST else "text"
        case _:
            return _INPUT_TYPES.get(field.kind, "line")


def _suggestions(field: Field, town: Town) -> tuple[str, ...]:
    if field.kind is not FieldKind.PLACE:
        return field.choices if field.kind is FieldKind.LINE else ()
    chomes = [
        f"{town.name}{name.name}{number}丁目" if number else f"{town.name}{name.name}"
        for name in town.towns
        for number in (range(1, name.chome + 1) if name.chome else (0,))
    ]
    return (*field.choices, *chomes)


def _moment(filled: Filled) -> str:
    """As `<input type="datetime-local">` and its like want it: the town's own time, without a zone."""
    if isinstance(filled, datetime):
        return filled.replace(tzinfo=None).isoformat(timespec="minutes")
    if isinstance(filled, time):
        return filled.isoformat(timespec="minutes")
    return filled.isoformat() if isinstance(filled, date) else ""
