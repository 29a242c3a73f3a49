"""Why letters came back, in words for staff."""

from mailer.bounce_report.bounce_class import BounceClass

_WORDS = {
    BounceClass.GONE: "アドレスがない",
    BounceClass.FULL: "受信箱がいっぱい",
    BounceClass.DISABLED: "アドレスが休止中",
    BounceClass.FILTERED: "受信する人の迷惑メール設定",
    BounceClass.BLOCKED: "相手のサーバーが受け取りを拒否",
    BounceClass.CONTENT: "内容が理由の拒否",
    BounceClass.EXPIRED: "相手に届けられないまま時間切れ",
    BounceClass.SYSTEM: "相手のサーバーの不調",
    BounceClass.UNKNOWN: "理由が読み取れない",
}


def bounce_words(bounce_class: str) -> str:
    return _WORDS.get(BounceClass(bounce_class), bounce_class)
