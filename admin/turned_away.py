"""What answers for a request that the guard did not let through: plain words, and the way in."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from admin import problem_details
from admin.guard import READING, SIGN_IN, Forbidden, ForeignPost, NotSignedIn, local_path
from admin.problem_details import Problem
from admin.staff import Colleague
from foundation.pages import Pages

_NO_STORE = {"Cache-Control": "no-store"}


def install(app: FastAPI, pages: Pages) -> None:
    """Registers the answers with the application."""
    answers = _Answers(pages)
    app.add_exception_handler(NotSignedIn, answers.not_signed_in)
    app.add_exception_handler(Forbidden, answers.forbidden)
    app.add_exception_handler(ForeignPost, answers.foreign_post)
    app.add_exception_handler(Problem, answers.problem)


@dataclass(frozen=True)
class _Answers:
    pages: Pages

    def not_signed_in(self, request: Request, _error: Exception) -> Response:
        if request.method in READING:
            query = f"?{request.url.query}" if request.url.query else ""
            next_ = quote(local_path(request.url.path + query), safe="/")
            return RedirectResponse(f"{SIGN_IN}?next={next_}", status_code=303, headers=_NO_STORE)
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
            f"この画面を使うには「{error.needed.label}」の権限が必要です。"
            f"あなたの権限は「{error.me.role.label}」です。",
            "必要なときは、システム管理者に相談してください。",
            me=error.me,
        )

    def foreign_post(self, _request: Request, _error: Exception) -> Response:
        return self._refuse(
            "受け付けませんでした",
            "ほかのサイトから送られた操作のため、安全のために受け付けませんでした。",
            "お手数ですが、はじめの画面から操作しなおしてください。",
        )

    def problem(self, _request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 -- registered for this class only
        return problem_details.answer(error)

    def _refuse(self, title: str, *sentences: str, me: Colleague | None = None, sign_in_at: str = "") -> Response:
        return self.pages.answer(
            "admin/refused.html",
            status=403,
            headers=_NO_STORE,
            me=me,
            here="",
            title=title,
            sentences=sentences,
            sign_in_at=sign_in_at,
        )
