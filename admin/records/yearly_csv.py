"""The yearly report as two files for a spreadsheet: a row a bulletin, and a row a figure."""

from collections.abc import Iterator

from admin.frame.span_words import whole_minutes
from admin.records.moved_words import MOVED
from admin.records.yearly_report import Lag, YearlyReport, waiting
from bulletins.deliveries import Delivery
from foundation.fiscal_year import MONTHS
from foundation.spreadsheet import Cell, as_csv

_HEAD = (
    "番号", "配信日", "配信時刻", "種類", "統計区分", "配信内容", "件名", "緊急", "緊急の理由", "対象", "送信",
    "送れず", "取りやめ", "期限切れ", "未了", "後から不達", "発生から配信まで（分）", "備考",
)  # fmt: skip


def bulletins_csv(report: YearlyReport) -> bytes:
    return as_csv([_HEAD, *(_bulletin(each, report) for each in report.deliveries)])


def summary_csv(report: YearlyReport) -> bytes:
    """Four columns: the table, the item, the figure and its unit."""
    return as_csv([("表", "項目", "値", "単位"), *_summary(report)])


def _bulletin(each: Delivery, report: YearlyReport) -> tuple[Cell, ...]:
    local = each.started_at.astimezone(report.year.zone)
    lag = report.lags.get(each.id)
    counts = each.counts
    return (
        each.id,
        f"{local:%Y-%m-%d}",
        f"{local:%H:%M}",
        each.kind.label,
        each.statistic_class,
        each.category,
        each.subject,
        "緊急" if each.urgent else "",
        each.urgent_reason,
        each.audience,
        counts.sent,
        counts.failed,
        counts.suppressed,
        counts.expired,
        waiting(each),
        counts.bounced,
        None if lag is None else whole_minutes(lag),
        "途中で取り下げ" if each.was_withdrawn else "" if each.is_over else "配信中",
    )


def _summary(report: YearlyReport) -> Iterator[tuple[Cell, ...]]:
    yield "年度", "年度", report.year.label, ""
    yield "年度", "作成した日時", f"{report.at.astimezone(report.year.zone):%Y-%m-%d %H:%M}", ""
    yield "配信", "合計", report.total, "件"
    for line in report.classes:
        yield "統計区分別", line.name, line.number, "件"
    for month, number in zip(MONTHS, report.months, strict=True):
        yield "月別", f"{month}月", number, "件"
    for kind, number in report.kinds:
        yield "種類別", kind.label, number, "件"
    yield "配信", "途中で取り下げ", len(report.withdrawn), "件"
    yield "緊急配信", "合計", len(report.urgent), "件"
    yield "緊急配信", "配信時間外", sum(line.outside for line in report.urgent), "件"
    yield from _letters(report)
    for line in report.classes:
        yield from _lag(f"発生から配信まで：{line.name}", line.lag)
    yield from _lag("発生から配信まで：全体", report.lag)
    yield from _lag("承認の依頼から承認まで", report.approval)
    for event, words in MOVED.items():
        yield "登録者", words, report.moved[event], "件"


def _letters(report: YearlyReport) -> Iterator[tuple[Cell, ...]]:
    letters = report.letters
    yield "メール", "対象", letters.audience, "通"
    yield "メール", "送信", letters.sent, "通"
    yield "メール", "送れず", letters.failed, "通"
    yield "メール", "取りやめ", letters.suppressed, "通"
    yield "メール", "期限切れ", letters.expired, "通"
    yield "メール", "未了", letters.waiting, "通"
    yield "メール", "後から不達（送信の一部）", letters.bounced, "通"


def _lag(table: str, lag: Lag | None) -> Iterator[tuple[Cell, ...]]:
    if lag is not None:
        yield table, "数えた件数", lag.number, "件"
        yield table, "中央値", whole_minutes(lag.median), "分"
        yield table, "最も長いもの", whole_minutes(lag.longest), "分"
