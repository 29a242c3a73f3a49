"""A made-up list of an older system: headings and words as such systems write them, and some broken lines."""

from pathlib import Path

HEADINGS = "会員番号,氏名,メールアドレス,配信区分,地域,状態,エラー回数,登録日時"
BROKEN_SHARE = 0.03
# Of a hundred lines these are broken, each in another way.
_BROKEN = {
    17: "{n},こもれび花子,r{n}(at)town.example.jp,すべて,,配信中,0,2019/04/08 9:30",
    50: "{n},こもれび花子,r{n}@town.example.jp,グルメ情報,,配信中,0,2019/04/08 9:30",
    83: '{n},"こもれび花子,r{n}@town.example.jp,すべて,,配信中,0,2019/04/08 9:30',
}
_TOPICS = ("すべて", "すべて", "犯罪情報、不審者情報", "気象情報、避難・地震情報")
_STATES = ("配信中",) * 18 + ("解除", "エラー停止")


def write(path: Path, rows: int) -> None:
    """In CP932 with CR LF. No address belongs to anybody: their domains are reserved."""
    with path.open("w", encoding="cp932", newline="") as file:
        file.write(HEADINGS + "\r\n")
        file.writelines(f"{_line(number)}\r\n" for number in range(1, rows + 1))


def broken(rows: int) -> int:
    """How many of so many lines are broken."""
    return sum(1 for number in range(1, rows + 1) if number % 100 in _BROKEN)


def _line(n: int) -> str:
    if n % 100 in _BROKEN:
        return _BROKEN[n % 100].format(n=n)
    domain = f"mail{n % 10}.example.com" if n % 10 < 4 else f"town{n // 10 % 300}.example.jp"
    day = (
        f"{2008 + n % 17}/{1 + n % 12}/{1 + n % 28} {n % 24}:{n % 60:02}"
        if n % 3
        else f"令和{1 + n % 7}年{1 + n % 12}月5日"
    )
    return f"{n},こもれび花子,r{n}@{domain},{_TOPICS[n % 4]},,{_STATES[n % 20]},{n % 7 if n % 9 == 0 else 0},{day}"
