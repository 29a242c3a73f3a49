"""The frame that every page of the console shares: who looks, what was just done, what was refused."""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from admin.frame import japanese_times
from admin.frame.guard import Guard
from admin.frame.refusals import Refusal
from admin.frame.way_back import way_back
from admin.people.roles import Role
from admin.people.staff import Colleague
from bulletins.kinds import TONES
from bulletins.life import BulletinState
from bulletins.notice_templates import Kind
from foundation.pages import Pages

# Within the console pages may tell each other where a POST came from: over plain HTTP a browser gives the guard
# nothing else to go by. Other sites are told nothing.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}

# What `?done=` may say. Only these words are shown, so a link cannot put words into our mouth.
DONE = {
    "saved": "下書きを保存しました。まだ配信されません。「承認を依頼する」を押すと、配信責任者に回ります。",
    "nothing-pasted": "貼り付けた文章がありません。文章を貼り付けてから、もう一度押してください。",
    "translated": "ほかの言語の文面を書きかえました。",
    "submitted": "承認を依頼しました。ほかの配信責任者が承認すると配信されます。",
    "approved": "承認しました。",
    "telephoned": "電話承認を受け付けました。承認した人にも、メールで知らせました。",
    "countersigned": "後閲を記録しました。",
    "confirmed": "訓練の確認を記録しました。予定どおり配信します。",
    "sent-alone": "緊急単独配信で送り始めました。配信責任者とシステム管理者に、メールで知らせました。",
    "returned": "差し戻しました。",
    "pulled-back": "取り戻しました。配信されません。直してから、もう一度承認を依頼してください。",
    "withdrawn": "取り下げました。まだ送っていないメールは送られません。",
    "halted": "一時停止しました。残りのメールは、再開するまで送られません。",
    "resumed": "再開しました。",
    "sent-again": "届かなかった人への再送を始めました。",
    "pause-resolved": "このドメインへの配信を再開しました。",
    "stopped": "このアドレスへの配信を停止しました。",
    "undone": "このアドレスへの配信を再開しました。これまでの配信エラーは数えません。",
    "notice-saved": "新しい版を保存しました。ほかの配信責任者が「使えるようにする」を押すまで、使われません。",
    "notice-released": "新しい版を使えるようにしました。これから書くお知らせに使われます。",
    "notice-dismissed": "この案をとりやめました。いままでの版が使われます。",
    "notice-retired": "この定型文を使うのをやめました。これまでのお知らせは、そのまま残ります。",
    "notice-restored": "この定型文を、また使えるようにしました。",
    "invitation-sent": "登録用メールを送りました。メールのリンクは24時間使えます。",
    "inbound-again": "受信メールを、もう一度処理します。",
    "inbound-done": "受信メールを処理済みにしました。",
    "place-added": "場所を台帳に加えました。ちらしやポスターを印刷できます。",
    "place-changed": "場所の登録を変えました。",
    "place-retired": "この場所を使うのをやめました。これまでの紙からの登録は、そのまま受け付けます。",
    "place-restored": "この場所を、また使えるようにしました。",
    "placement-noted": "配った・置いたことを記録しました。",
    "placements-noted": "枚数を記録しました。印刷すると、配布表になります。",
    "placement-taken-back": "記録を取り消しました。",
    "invited": "招待メールを送りました。72時間以内に、届いたメールのリンクからパスワードを決めてもらってください。",
    "invitation-cancelled": "招待を取り消しました。送ったメールのリンクは使えません。",
    "requested": "申請しました。ほかのシステム管理者が確認すると、有効になります。",
    "request-confirmed": "確認しました。申請が有効になりました。",
    "request-declined": "申請を断りました。",
    "request-withdrawn": "申請を取り下げました。",
    "role-changed": "役割を変えました。",
    "deactivated": "異動を記録しました。もうサインインできません。",
    "rotated": "異動を記録しました。新しい職員には、招待メールを送りました。",
    "rotated-asked": "異動を記録しました。招待のうち、もう一人の確認が必要なものは、申請として残っています。",
    "password-changed": "パスワードを変えました。ほかのブラウザーはサインアウトしました。",
    "signed-out-others": "ほかのブラウザーを、すべてサインアウトしました。",
    "codes-off": "認証コードをやめました。次からはパスワードだけでサインインします。",
    "voice-written": "意見・要望を書きとめました。",
    "voice-written-mailed": "意見・要望を書きとめました。受け付けたことを、本人にメールで知らせました。",
    "voice-assigned": "担当を決めました。",
    "voice-taken": "対応を始めました。",
    "voice-answered": "回答を記録しました。本人にはまだ伝わっていません。伝えたら、下で記録してください。",
    "voice-answered-mailed": "回答を記録し、本人にメールで送りました。",
    "voice-answered-page": "回答を記録しました。本人の確認ページに出ています。見たかどうかは、分かりません。",
    "voice-reopened": "対応を再開しました。",
    "voice-due": "期限を変えました。",
    "voice-told": "結果を伝えたことを記録しました。",
    "voice-led-to": "つながったことを記録しました。",
    "import-dismissed": "取り込みをやめました。ファイルは消しました。",
    "material-saved": "保存しました。連絡員に見えています。",
    "material-checked": "内容を確かめたことを記録しました。連絡員に見えています。",
    "material-hidden": "連絡員に見せるのをやめました。",
    "meeting-planned": "会を予定に加えました。まだ何も送っていません。",
    "meeting-changed": "会の内容を変えました。案内の依頼は、もう一度してください。",
    "meeting-asked": "案内を依頼しました。ほかの配信責任者が確かめると送られます。",
    "meeting-taken-back": "案内の依頼を取り下げました。",
    "meeting-sent": "確かめました。配信時間の中で送ります。",
    "meeting-called-off": "会を中止しました。案内した人に、配信時間の中でメールを送ります。",
    "meeting-called-off-late": "会を中止しました。メールは間に合わないため送りません。電話などでお知らせください。",
    "meeting-called-off-quietly": "会を中止しました。案内していないので、メールは送りません。",
    "meeting-noted": "会の記録を保存しました。",
    "liaison-asked": "一覧表に加えました。状態は「打診中」です。まだ何も送っていません。",
    "liaison-asked-by-mail": "打診のメールを送りました。重ねて送ることはありません。",
    "liaison-consented": "承諾を記録しました。担当者と地域を確かめて、活動を始めてください。",
    "liaison-declined": "見送りを記録しました。氏名と団体のほかは消しました。",
    "liaison-activated": "活動中にしました。次の連絡員向けのお知らせから届きます。",
    "liaison-changed": "記録を変えました。",
    "liaison-reviewed": "今年度の確認を記録しました。",
    "liaison-rested": "休止にしました。終わりの日に、自動で再開します。",
    "liaison-resumed": "再開しました。",
    "liaison-own-link-sent": "ご本人のページのリンクを、メールで送りました。24時間使えます。",
    "liaison-ended": "終了を記録しました。氏名や連絡先は消しました。",
    "liaison-erased": "氏名と団体も消しました。",
    "liaisons-handed-over": "担当者を引き継ぎました。",
    "candidate-sent": "候補を送りました。担当課が、打診するかどうかを決めます。",
    "candidate-put-aside": "見合わせを記録しました。送った人に、理由が見えます。",
    "paper-made": "下書きを作りました。文を直して保存し、1枚に入るのを確かめてから印刷してください。",
    "paper-saved": "保存しました。",
    "paper-discarded": "紙を捨てました。",
    "token-revoked": "APIトークンを無効にしました。",
}


@dataclass(frozen=True)
class ConsolePage:
    """Answers with a page inside the frame; the endpoint's guard has put the Colleague into the request."""

    pages: Pages
    guard: Guard

    def __post_init__(self) -> None:
        self.pages.add_filter("staff_moment", japanese_times.moment)
        self.pages.add_filter("staff_moment_with_year", japanese_times.moment_with_year)
        self.pages.add_filter("staff_day", japanese_times.day)
        self.pages.add_filter("bulletin_kind", Kind)
        self.pages.add_filter("kind_tone", lambda kind: TONES.get(Kind(kind), "info"))
        self.pages.add_filter("bulletin_state_label", lambda state: BulletinState(state).label)

    def needs(self, role: Role) -> list[Any]:
        """For `dependencies=` of a route."""
        return [Depends(self.guard.at_least(role))]

    def show(
        self,
        request: Request,
        name: str,
        *,
        here: str,
        refusal: Refusal | None = None,
        status: int | None = None,
        **context: object,
    ) -> Response:
        """With a refusal, its status is the page's unless another is given."""
        return self.pages.answer(
            f"admin/{name}.html",
            status=status or (refusal.status if refusal else 200),
            headers=HEADERS,
            me=me_of(request),
            here=here,
            done=DONE.get(request.query_params.get("done", ""), "") if refusal is None else "",
            refusal=refusal,
            **context,
        )

    def message(self, request: Request, status: int, title: str, *sentences: str) -> Response:
        """A page that says one thing and leads back."""
        back = way_back(request.url.path)
        return self.pages.answer(
            "admin/refused.html",
            status=status,
            headers=HEADERS,
            me=me_of(request),
            here=back.here,
            title=title,
            sentences=sentences,
            sign_in_at="",
            go_on_at=back.url,
            go_on=back.words,
        )


def me_of(request: Request) -> Colleague:
    me = request.state.me
    if not isinstance(me, Colleague):
        raise TypeError("the route has no guard")
    return me


def go(path: str, done: str = "") -> Response:
    """303 after a POST, so that a reload repeats nothing; `done` is a key of DONE."""
    return RedirectResponse(f"{path}?done={done}" if done else path, status_code=303, headers=HEADERS)
