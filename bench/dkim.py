"""How long one letter takes to be written for its recipient, and how many of them we can sign."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import process_time

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from bench.findings import Findings
from bench.plan import Plan
from bench.table import Row
from foundation.tokens import Keyring
from mailer.dkim_key import DkimKey
from mailer.dkim_signature import DkimSigner
from mailer.letter import Composer, Letter, Letterhead, Recipient

WRITTEN = 20_000
SIGNED = 4_000
TURNS = 20
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DOMAIN = "mail.example.jp"
HEAD = Letterhead("こもれび市 安全・安心メール", f"anzen@{DOMAIN}", DOMAIN, f"oshirase.{DOMAIN}")
LINKS = {
    "me": ("https://anzen.example.jp/me/", "me"),
    "stop": ("https://anzen.example.jp/stop/", "stop"),
    "stop_mail": ("kaijo-", "stop"),
}
# 2 kB with three links, as bulletins are.
LETTER = Letter(
    subject="【防犯】不審な電話がありました",
    body="市内で不審な電話がありました。\n" * 38,
    tail=f"\n--\n配信の停止: {{stop}}\n配信内容の変更: {{me}}\nメールで停止: {{stop_mail}}@{DOMAIN}\n",
    links=LINKS,
    unsubscribe=True,
)


def measure(plan: Plan) -> Findings:
    """Microseconds a letter, return path included; letters signed a second by RSA-2048 on one core, and as a share of
    the bare signatures that OpenSSL makes in the same run, which is what bounds them."""
    keyring = Keyring(["a secret for the benchmark"])
    key = DkimKey(generate_private_key(65537, 2048))
    plain = _writing(Composer(HEAD, keyring))
    signed = _writing(Composer(HEAD, keyring, signer=DkimSigner(key, DOMAIN, "bench")))
    written, signatures, bare = [], [], []
    for _ in range(plan.runs):
        alone, with_signature, signature = _costs(
            (plain, WRITTEN), (signed, SIGNED), (lambda _: key.sign(bytes(32)), SIGNED), size=plan.size
        )
        written.append(alone * 1e6)
        signatures.append(1 / with_signature)
        bare.append(1 / signature)
    shares = tuple(ours / bound for ours, bound in zip(signatures, bare, strict=True))
    return Findings(
        [
            Row("letter: written for one of many", tuple(written), "µs", at_most=15),
            Row("dkim: signed letters, RSA-2048", tuple(signatures), "letters/s", at_least=2000),
            Row("dkim: signed letters ÷ bare signatures", shares, at_least=0.85),
        ],
        [{"written_us": w, "signed": s, "bare": b} for w, s, b in zip(written, signatures, bare, strict=True)],
    )


def _writing(composer: Composer) -> Callable[[int], object]:
    cast = composer.cast(LETTER)

    def write(number: int) -> object:
        to = Recipient(70_000 + number, "taro.yamada@docomo.ne.jp", 30_000 + number)
        return cast.octets(to, at=AT), composer.return_path(to.number)

    return write


def _costs(*works: tuple[Callable[[int], object], int], size: float) -> list[float]:
    """Seconds of one core for one call of each, by many in turns: what else the machine does meets all alike."""
    taken = [0.0] * len(works)
    calls = [max(2, round(times * size / TURNS)) for _, times in works]
    for turn in range(TURNS):
        for place, (work, _) in enumerate(works):
            begun = process_time()
            for number in range(calls[place]):
                work(turn * calls[place] + number)
            taken[place] += process_time() - begun
    return [seconds / (TURNS * count) for seconds, count in zip(taken, calls, strict=True)]
