"""The cookies of the door: who is signed in, who is half way in, and which browser has been here before."""

from fastapi import Request
from starlette.responses import Response

from admin.frame.guard import COOKIE, SIGN_IN
from admin.people import known_browsers
from admin.people.sign_in import ABSOLUTE_END, SET_UP_LIFE, HalfOpen, SignedIn
from foundation.tokens import Keyring

HALF_WAY = "hansho_step"


class EntryCookies:
    """`secure` when browsers reach the console by https. None of them is for scripts or for other sites."""

    def __init__(self, keyring: Keyring, *, secure: bool) -> None:
        self._keyring = keyring
        self._secure = secure

    def let_in(self, request: Request, response: Response, signed_in: SignedIn) -> None:
        self._set(response, COOKIE, signed_in.token, seconds=int(ABSOLUTE_END.total_seconds()))
        known = known_browsers.remembered(self._keyring, browser_of(request), signed_in.me.id)
        self._set(response, known_browsers.COOKIE, known, seconds=known_browsers.LIFE)
        if HALF_WAY in request.cookies:
            self._delete(response, HALF_WAY, path=SIGN_IN)

    def half_open(self, response: Response, half_open: HalfOpen) -> None:
        self._set(response, HALF_WAY, half_open.token, seconds=int(SET_UP_LIFE.total_seconds()), path=SIGN_IN)

    def let_out(self, response: Response) -> None:
        """The browser stays a known one."""
        self._delete(response, COOKIE, path="/admin")

    def _set(self, response: Response, name: str, value: str, *, seconds: int, path: str = "/admin") -> None:
        response.set_cookie(name, value, max_age=seconds, path=path, secure=self._secure, httponly=True, samesite="lax")

    def _delete(self, response: Response, name: str, *, path: str) -> None:
        response.delete_cookie(name, path=path, secure=self._secure, httponly=True, samesite="lax")


def browser_of(request: Request) -> str:
    return request.cookies.get(known_browsers.COOKIE, "")[:300]
