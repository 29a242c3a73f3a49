"""The office at its desk: writes, submits and approves a bulletin by the API, as two people must."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection

from bench.findings import NotMeasured

SUBJECT = "【試験】配信の速さを測るためのお知らせ"
# With head and links the letter comes to about 2 kB.
TEXT = (
    "これは、配信の速さを測るためのお知らせの試験です。実際の出来事ではありません。\n"
    "本日午前、市内の各所で、市の職員や銀行員を名のる不審な電話がかかってきています。\n"
    "電話でお金の話が出たら、すぐに切って、家族や警察に相談してください。\n"
    "留守番電話の設定や、迷惑電話を防ぐ機器の利用も、たいへん有効です。\n"
    "このお知らせは、登録されたすべての方に、同じ文面で、一通ずつお送りしています。\n"
    "届くまでの時間を調べるためのもので、お手続きや返信の必要はありません。\n"
)


@dataclass(frozen=True)
class Office:
    """The drafter's and the approver's tokens, and where the API is."""

    port: int
    drafter: str
    approver: str

    def submitted(self) -> int:
        """The number of a bulletin that waits for approval."""
        body = {"notice": "plain", "fields": {"subject": SUBJECT, "text": TEXT}}
        number = int(str(self._call("POST", "/bulletins", self.drafter, body)["id"]))
        self._call("POST", f"/bulletins/{number}/submit", self.drafter, {})
        return number

    def approve(self, number: int, *, urgent: bool) -> None:
        """Returns with the answer."""
        body = {"urgent": True, "reason": "速さを測る試験"} if urgent else {"no_hold": True}
        self._call("POST", f"/bulletins/{number}/approve", self.approver, body)

    def look(self, number: int) -> dict[str, object]:
        """The bulletin as the API shows it; it counts the whole audience for that."""
        return self._call("GET", f"/bulletins/{number}", self.drafter)

    def _call(self, method: str, path: str, token: str, body: object = None) -> dict[str, object]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except OSError as problem:
            raise NotMeasured(f"{method} {path}: {type(problem).__name__}") from None
        finally:
            connection.close()
        if answer.status not in (200, 201):
            raise NotMeasured(f"{method} {path} was answered with {answer.status}: {text[:300]}")
        return dict(json.loads(text))
