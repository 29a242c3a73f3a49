"""What answers for a request that came to nothing: turned away by the guard, or by a fault of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response

from admin.frame import problem_details
from admin.frame.form_reading import MOST_FIELDS, UPLOAD
from admin.frame.guard import READING, SIGN_IN, Forbidden, ForeignPost, NotSignedIn, local_path
from admin.frame.kept_forms import MARK, FormKeeper
from admin.frame.problem_details import Problem
from admin.people.staff import Colleague
from foundation.pages import Pages

_NO_STORE = {"Cache-Control": "no-store"}
_NO_WAY_ON = {"sign_in_at": "", "go_on_at": "", "go_on": ""}


def install(app: FastAPI, pages: Pages, forms: FormKeeper | None = None) -> None:
    """Registers the answers with the application. `forms` keeps what was being written."""
    answers = _Answers(pages, forms)
    app.add_exception_handler(NotSignedIn, answers.not_signed_in)
    app.add_exception_handler(Forbidden, answers.forbidden)
    app.add_exception_handler(ForeignPost, answers.foreign_post)
    app.add_exception_handler(Problem, answers.problem)


def busy(pages: Pages, headers: Mapping[str, str]) -> Response:
    """The database does not answer."""
    return pages.answer(
        "admin/refused.html",
        status=503,
        headers={**_NO_STORE, **headers},
        **_NO_WAY_ON,
        title="いまは受け付けられません",
        sentences=(
            "データベースが応答していません。送った内容は、まだ保存していません。",
            "少し待ってから、この画面を再読み込みしてください。書いた内容をそのまま送れます。",
            "続くときは、システム管理者に知らせてください。",
        ),
    )


def failed(pages: Pages, moment: str) -> Response:
    """The program itself failed; `moment` is what finds it in the log."""
    return pages.answer(
        "admin/refused.html",
        status=500,
        headers=_NO_STORE,
        **_NO_WAY_ON,
        title="うまくいきませんでした",
        sentences=(
            "このサービスの不具合です。あなたの操作のせいではありません。",
            "押した操作が済んだかどうかは、「お知らせ」の画面で確かめられます。",
            "書きかけの配信案は、最後に保存したところまで残っています。",
            f"同じことが続くときは、時刻（{moment}）と、していたことを、システム管理者に知らせてください。",
        ),
    )


@dataclass(frozen=True)
class _Answers:
    pages: Pages
    forms: FormKeeper | None

    async def not_signed_in(self, request: Request, _error: Exception) -> Response:
        if request.headers.get("accept") == "application/json":
            # A script that saves while somebody types: it keeps the page, and the way in is shown there.
            return JSONResponse({"state": "signed-out"}, status_code=401, headers=_NO_STORE)
        if request.method in READING:
            query = f"?{request.url.query}" if request.url.query else ""
            next_ = quote(local_path(request.url.path + query), safe="/")
            return RedirectResponse(f"{SIGN_IN}?next={next_}", status_code=303, headers=_NO_STORE)
        kept_at = await self._kept(request)
        if kept_at:
            return self._refuse(
                "サインインが切れました",
                "しばらく操作がなかったため、いま送った内容は、まだ保存していません。",
                "書いた内容は1時間のあいだ預かっています。同じ人がサインインすると、続きから書けます。",
                go_on_at=f"{SIGN_IN}?next={kept_at}",
                go_on="サインインして続きを書く",
            )
        # What was written must not be lost: the person signs in beside it, then sends the same form again.
        return self._refuse(
            "サインインが切れました",
            "しばらく操作がなかったため、送った内容はまだ受け付けていません。",
            "この画面を閉じずに、新しいタブでサインインしてください。"
            "そのあとこの画面を再読み込みすると、書いた内容をそのまま送れます。",
            sign_in_at=SIGN_IN,
        )

    def forbidden(self, _request: Request, error: Exception) -> Response:
        assert isinstance(error, Forbidden)  # noqa: S101 -- registered for this class only
        return self._refuse(
            "この操作はできません",
            f"この画面を使うには「{error.needed.label}」の役割が必要です。"
            f"あなたの役割は「{error.me.role.label}」です。",
            "必要なときは、システム管理者に相談してください。",
            me=error.me,
        )

    async def foreign_post(self, request: Request, _error: Exception) -> Response:
        kept_at = await self._kept(request)
        if kept_at:
            return self._refuse(
                "受け付けませんでした",
                "この画面から送られたことを確かめられなかったため、安全のために受け付けませんでした。",
                "書いた内容は1時間のあいだ預かっています。書いた人だけが、続きから書けます。",
                go_on_at=kept_at,
                go_on="続きを書く",
            )
        return self._refuse(
            "受け付けませんでした",
            "ほかのサイトから送られた操作のため、安全のために受け付けませんでした。",
            "お手数ですが、はじめの画面から操作しなおしてください。",
        )

    def problem(self, _request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 -- registered for this class only
        return problem_details.answer(error)

    async def _kept(self, request: Request) -> str:
        """Where the form that was turned away is found again; empty for what is no writing of staff."""
        if request.url.path == UPLOAD:
            # More than a form may come there, and a stranger's is not read.
            return ""
        try:
            form = await request.form(max_files=0, max_fields=MOST_FIELDS) if self.forms else None
        except (ClientDisconnect, HTTPException):
            # The page was closed in the middle, or sent what is no form.
            return ""
        if self.forms is None or not form or MARK not in form:
            return ""
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        key = await run_in_threadpool(self.forms.keep, pairs)
        return f"/admin/write/kept/{key}" if key else ""

    def _refuse(
        self,
        title: str,
        *sentences: str,
        me: Colleague | None = None,
        sign_in_at: str = "",
        go_on_at: str = "",
        go_on: str = "",
    ) -> Response:
        return self.pages.answer(
            "admin/refused.html",
            status=403,
            headers=_NO_STORE,
            me=me,
            here="",
            title=title,
            sentences=sentences,
            sign_in_at=sign_in_at,
            go_on_at=go_on_at,
            go_on=go_on,
        )
