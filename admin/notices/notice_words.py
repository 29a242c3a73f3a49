"""A notice template in words: its settings, its fields, and what the signs in its text mean."""

from collections.abc import Iterator
from dataclasses import dataclass

from admin.frame.span_words import life_words
from bulletins.notice_fields import HOLDING_MOMENTS, HOLDING_SEVERAL, Field, FieldKind
from bulletins.notice_source import SHIPPED
from bulletins.notice_templates import NoticeTemplate
from subscribers.town import Town

KIND_WORDS = {
    FieldKind.LINE: "1行の文字",
    FieldKind.TEXT: "何行かの文",
    FieldKind.LIST: "箇条書き",
    FieldKind.DATE: "日付",
    FieldKind.TIME: "時刻",
    FieldKind.DATETIME: "日時",
    FieldKind.CHOICE: "1つ選ぶ",
    FieldKind.CHOICES: "いくつか選ぶ",
    FieldKind.PHONE: "名称と電話番号",
    FieldKind.PLACE: "場所",
}


@dataclass(frozen=True)
class Sign:
    """What may be written into subject or body, and what comes out."""

    code: str
    words: str


def version_words(version: int) -> str:
    return "はじめから付いている版" if version == SHIPPED else f"第{version}版"


def facts(notice: NoticeTemplate, town: Town) -> list[tuple[str, str]]:
    labels = {topic.key: topic.label for topic in town.topics}
    to_whom = "登録者全員（一斉配信）" if notice.to_all else "・".join(labels[key] for key in notice.topics)
    return [
        ("種類", notice.kind.label),
        ("届ける相手", to_whom or "すべての配信区分"),
        ("配信内容", f"{notice.default_category}（ほかに選べるもの：{_others(notice)}）"),
        ("配信の期限", life_words(notice.expires_after)),
        (
            "いつも付く行",
            "\n".join((*_notes(notice, town), f"担当部署：{town.section}", "登録内容の変更と、配信停止のリンク")),
        ),
    ]


def settings_lines(notice: NoticeTemplate, town: Town) -> list[str]:
    """Everything but subject and body, a line each, so that two versions can be laid side by side."""
    lines = [f"名前：{notice.title}", f"説明：{notice.help}", f"並び順：{notice.order}"]
    lines += [f"{term}：{line}" for term, text in facts(notice, town) for line in text.split("\n")]
    for field in notice.fields:
        lines.extend(_field_lines(field))
    for name, value in notice.example.items():
        of = notice.field(name)
        shown = "／".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        lines.append(f"記入例「{of.label if of else name}」：{shown}")
    return lines


def signs(notice: NoticeTemplate) -> list[Sign]:
    """The fields of this notice as its text may name them, then what every notice may."""
    found = [sign for field in notice.fields for sign in _field_signs(field)]
    if notice.field("subject") is None:
        found.append(Sign("{{ subject }}", "できあがった件名（本文の中だけで使えます）"))
    found.append(Sign("{{ town.name }}", "市の名前"))
    found.append(Sign("{% if 項目 %} … {% endif %}", "その項目が入力されたときだけ、間の文が出ます"))
    found.append(Sign("{% else %}", "{% if %} の間に置くと、入力されていないときの文をその後ろに書けます"))
    return found


def _others(notice: NoticeTemplate) -> str:
    return "、".join(notice.categories[1:]) or "なし"


def _notes(notice: NoticeTemplate, town: Town) -> list[str]:
    return [town.standing_note(key, notice.name).replace("{source}", "（出典）") for key in notice.standing_notes]


def _field_lines(field: Field) -> Iterator[str]:
    need = "必須" if field.required else "任意"
    yield f"項目「{field.label}」：{KIND_WORDS[field.kind]}、{need}"
    if field.help:
        yield f"　説明：{field.help}"
    if field.choices:
        yield f"　選択肢：{'／'.join(field.choices)}"
    if field.default:
        yield f"　はじめに入る内容：{'／'.join(field.default.split(chr(10)))}"


def _field_signs(field: Field) -> Iterator[Sign]:
    if field.kind in HOLDING_SEVERAL:
        code = f"{{% for item in {field.name} %}}\n・{{{{ item }}}}\n{{% endfor %}}"
        yield Sign(code, f"「{field.label}」を、1つずつ行にして並べます")
    elif field.kind in HOLDING_MOMENTS:
        if field.kind is not FieldKind.TIME:
            yield Sign(f"{{{{ {field.name} | day }}}}", f"「{field.label}」の日付（例：11月20日(金)）")
        if field.kind is not FieldKind.DATE:
            yield Sign(f"{{{{ {field.name} | clock }}}}", f"「{field.label}」の時刻（例：午後3時10分）")
    else:
        yield Sign(f"{{{{ {field.name} }}}}", f"「{field.label}」")
