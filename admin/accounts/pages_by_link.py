"""The pages behind letters to staff: an invitation accepted, a forgotten password set anew. Looking changes nothing."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from admin.frame.form_reading import Posted, posted
from admin.frame.guard import SIGN_IN, Guard, origin_of
from admin.people import invitations, password_links, passwords
from admin.people.passwords import PasswordWeak
from admin.people.personnel import Personnel
from admin.people.roles import Role
from admin.people.sign_in import network_of
from admin.people.staff_letters import NEW_PASSWORD, WELCOME
from foundation.addresses import Address, AddressInvalid
from foundation.pages import Pages

Form = Annotated[Posted, Depends(posted)]

FORGOTTEN = f"{SIGN_IN}/forgotten"
_NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


class LinkPages:
    """For whoever holds the link; nobody is signed in by it."""

    def __init__(self, personnel: Personnel, *, pages: Pages, guard: Guard) -> None:
        self._rooms = personnel
        self._pages = pages
        self._guard = guard

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        ours = [Depends(self._guard.own_page_only)]
        for path, look, act in (
            (FORGOTTEN, self.forgotten, self.send_link),
            (f"{WELCOME}/{{token}}", self.welcome, self.accept),
            (f"{NEW_PASSWORD}/{{token}}", self.new_password, self.set_password),
        ):
            router.add_api_route(path, look, methods=["GET"])
            router.add_api_route(path, act, methods=["POST"], dependencies=ours)
        return router

    def forgotten(self) -> Response:
        return self._answer("forgotten", address="", errors={}, is_sent=False)

    def send_link(self, request: Request, form: Form) -> Response:
        """The same answer whether or not there is such an account."""
        typed = form.text("address").strip()[:254]
        try:
            address = Address.parse(typed)
        except AddressInvalid as fault:
            sentence = str(fault) if typed else "メールアドレスを入力してください。"
            return self._answer("forgotten", address=typed, errors={"address": sentence}, is_sent=False, status=422)
        road = self._rooms.keyring.blind("forgotten", network_of(origin_of(request, "console")))
        with self._rooms.database.write() as session:
            waits = password_links.ask(session, self._rooms.stationery, address, at=self._rooms.clock.now(), road=road)
        if waits is not None:
            errors = {"address": waits.sentence}
            return self._answer("forgotten", address=typed, errors=errors, is_sent=False, status=429)
        return self._answer("forgotten", address=typed, errors={}, is_sent=True)

    def welcome(self, token: str) -> Response:
        return self._welcome(token)

    def accept(self, token: str, form: Form) -> Response:
        with self._rooms.database.read() as session:
            row = invitations.behind(session, token, at=self._rooms.clock.now())
        if row is None:
            return self._gone()
        made, errors = self._hashed(form, row.name, row.address)
        if made is None:
            return self._welcome(token, errors)
        with self._rooms.database.write() as session:
            me = invitations.accept(session, token, made, at=self._rooms.clock.now())
        return self._to_the_door() if me else self._gone()

    def new_password(self, token: str) -> Response:
        return self._new_password(token)

    def set_password(self, token: str, form: Form) -> Response:
        with self._rooms.database.read() as session:
            me = password_links.behind(session, token, at=self._rooms.clock.now())
        if me is None:
            return self._gone()
        made, errors = self._hashed(form, me.name, me.address)
        if made is None:
            return self._new_password(token, errors)
        with self._rooms.database.write() as session:
            used = password_links.use(session, token, made, at=self._rooms.clock.now())
        return self._to_the_door() if used else self._gone()

    def _hashed(self, form: Posted, name: str, address: str) -> tuple[str | None, Mapping[str, str]]:
        """Outside any transaction, since it takes a while."""
        try:
            return passwords.make_hash(form.text("password"), personal=self._rooms.words_about(name, address)), {}
        except PasswordWeak as weak:
            return None, {"password": str(weak)}

    def _welcome(self, token: str, errors: Mapping[str, str] | None = None) -> Response:
        with self._rooms.database.read() as session:
            row = invitations.behind(session, token, at=self._rooms.clock.now())
        if row is None:
            return self._gone()
        role = Role(row.role)
        return self._answer(
            "welcome",
            status=422 if errors else 200,
            errors=errors or {},
            person=row.name,
            address=row.address,
            role=role.label,
            title="ようこそ",
            button="パスワードを決めて始める",
        )

    def _new_password(self, token: str, errors: Mapping[str, str] | None = None) -> Response:
        with self._rooms.database.read() as session:
            me = password_links.behind(session, token, at=self._rooms.clock.now())
        if me is None:
            return self._gone()
        return self._answer(
            "welcome",
            status=422 if errors else 200,
            errors=errors or {},
            person=me.name,
            address=me.address,
            role="",
            title="新しいパスワードを決める",
            button="パスワードを変える",
        )

    def _gone(self) -> Response:
        return self._answer("link-gone", status=404)

    def _to_the_door(self) -> Response:
        return RedirectResponse(f"{SIGN_IN}?password-set=1", status_code=303, headers=_NO_STORE)

    def _answer(self, page: str, *, status: int = 200, **context: object) -> Response:
        return self._pages.answer(f"admin/{page}.html", status=status, headers=_NO_STORE, me=None, here="", **context)
