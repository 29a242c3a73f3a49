"""The ledger of places: the list with registrations, its files for a spreadsheet; places added, changed, retired."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import HEADERS, go, me_of
from admin.frame.form_reading import Posted, posted
from admin.people.roles import Role
from admin.residents.place_desk import AT_PLACE, PLACES, PlaceDesk, address_of
from admin.residents.place_report import PlaceList, day_words, place_list
from foundation.spreadsheet import Cell, as_csv
from subscribers import placements
from subscribers.entry_code import EntryCode, PlaceInvalid, checked_place
from subscribers.place_kinds import PlaceKind
from subscribers.placements import Occasion, Sheet
from subscribers.places import LONGEST_LABEL, LONGEST_NOTE, KnownPlace, PlaceForm, PlaceUnfit, UnknownPlace

Form = Annotated[Posted, Depends(posted)]

MOST_LINES = 20_000  # of placements in a file
KINDS = tuple((kind.value, kind.label) for kind in PlaceKind)


class PlacesPages:
    """Everybody looks; drafters and those above change."""

    def __init__(self, desk: PlaceDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, writes = self._desk.page.needs(Role.VIEWER), self._desk.page.needs(Role.DRAFTER)
        router.add_api_route(PLACES, self.show, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{PLACES}/{{table}}.csv", self.save, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{PLACES}/new", self.new, methods=["GET"], dependencies=writes)
        router.add_api_route(f"{PLACES}/new", self.add, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{AT_PLACE}/edit", self.edit, methods=["GET"], dependencies=writes)
        router.add_api_route(f"{AT_PLACE}/edit", self.change, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{AT_PLACE}/retire", self.retire, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{AT_PLACE}/restore", self.restore, methods=["POST"], dependencies=writes)
        return router

    def show(self, request: Request) -> Response:
        return self._desk.page.show(
            request,
            "places",
            here="subscribers",
            listed=self._list(),
            sheet=Sheet,
            checked=_is_place,
            day_words=day_words,
        )

    def save(self, request: Request, table: str) -> Response:
        """For a spreadsheet: with a byte order mark, as the usual one wants it."""
        tables = {"places": self._place_rows, "placements": self._placement_rows}
        if table not in tables:
            return self._desk.page.message(
                request, 404, "この表はありません", "「配布・配置場所」のページから選んでください。"
            )
        name = f"{table}-{self._desk.clock.now().astimezone(self._desk.places.town.zone):%Y%m%d}.csv"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(tables[table]()), media_type="text/csv; charset=utf-8", headers=headers)

    def new(self, request: Request, key: str = "") -> Response:
        """With `?key=`, of a word that came in with registrations."""
        return self._form(request, PlaceForm(key=key if _is_place(key) else ""), None)

    def add(self, request: Request, form: Form) -> Response:
        typed = _read(form)
        try:
            with self._desk.database.write() as session:
                place = self._desk.places.add(session, typed, me_of(request), at=self._desk.clock.now())
        except PlaceUnfit as fault:
            return self._form(request, typed, None, errors=fault.errors)
        return go(address_of(place.key), "place-added")

    def edit(self, request: Request, place_key: str) -> Response:
        with self._desk.database.read() as session:
            place = self._desk.places.find(session, place_key)
        if place is None:
            return self._desk.missing(request)
        return self._form(request, PlaceForm(place.label, place.kind.value, place.note, place_key), place)

    def change(self, request: Request, place_key: str, form: Form) -> Response:
        typed, place = _read(form), None
        try:
            with self._desk.database.write() as session:
                place = self._desk.places.known(session, place_key)
                self._desk.places.change(session, place_key, typed, me_of(request), at=self._desk.clock.now())
        except UnknownPlace:
            return self._desk.missing(request)
        except PlaceUnfit as fault:
            return self._form(request, typed, place, errors=fault.errors)
        return go(address_of(place_key), "place-changed")

    def retire(self, request: Request, place_key: str) -> Response:
        try:
            with self._desk.database.write() as session:
                self._desk.places.retire(session, place_key, me_of(request), at=self._desk.clock.now())
        except UnknownPlace:
            return self._desk.missing(request)
        return go(address_of(place_key), "place-retired")

    def restore(self, request: Request, place_key: str) -> Response:
        try:
            with self._desk.database.write() as session:
                self._desk.places.restore(session, place_key, me_of(request), at=self._desk.clock.now())
        except UnknownPlace:
            return self._desk.missing(request)
        except PlaceUnfit as fault:
            sentences = (*fault.errors.values(), "どちらかの名前を変えてから、もう一度試してください。")
            return self._desk.page.message(request, 409, "この場所は、まだ使えるようにできません", *sentences)
        return go(address_of(place_key), "place-restored")

    def _form(
        self,
        request: Request,
        typed: PlaceForm,
        place: KnownPlace | None,
        *,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        return self._desk.page.show(
            request,
            "place-form",
            here="subscribers",
            status=422 if errors else 200,
            form=typed,
            known=place,
            kinds=KINDS,
            longest=(LONGEST_LABEL, LONGEST_NOTE),
            entry=EntryCode(self._desk.mail_domain, "KIGOU").address,
            errors=errors or {},
        )

    def _list(self) -> PlaceList:
        with self._desk.database.read() as session:
            return place_list(session, self._desk.places, at=self._desk.clock.now())

    def _place_rows(self) -> Iterable[Sequence[Cell]]:
        listed = self._list()
        months = tuple(f"{first:%Y-%m}" for first in listed.firsts)
        yield ("記号", "配布・配置場所", "種類", "メモ", "状態", "登録用アドレス", *months, "12か月の登録")
        for line in listed.lines:
            place = line.place
            state = "使っている" if place.active else "使わない"
            address = EntryCode(self._desk.mail_domain, place.key).address
            yield (place.key, place.label, place.kind.label, place.note, state, address, *line.months, line.total)

    def _placement_rows(self) -> Iterable[Sequence[Cell]]:
        with self._desk.database.read() as session:
            rows, labels = placements.every(session, limit=MOST_LINES), self._desk.places.labels(session)
        yield ("日付", "配布・配置場所", "配ったもの", "枚数", "だれに・どんなときに", "メモ", "記録した人")
        for row in rows:
            sheet, occasion = Sheet(row.sheet).label, Occasion(row.occasion).label
            yield (row.day, labels.get(row.place, row.place), sheet, row.number, occasion, row.note, row.staff_name)


def _read(form: Posted) -> PlaceForm:
    """Longer than anything that is taken is cut, so that the answer is short, too."""
    label, kind, note, key = (form.text(name).strip()[:1000] for name in ("label", "kind", "note", "key"))
    return PlaceForm(label, kind, note, key.lower())


def _is_place(word: str) -> bool:
    try:
        return checked_place(word) is not None
    except PlaceInvalid:
        return False
