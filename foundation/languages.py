"""The languages in which residents are spoken to."""

from enum import StrEnum


class Language(StrEnum):
    """The value stands in the register, in entry addresses (`touroku-en@…`) and in addresses of pages (`?lang=en`)."""

    JAPANESE = "ja"
    PLAIN_JAPANESE = "yasashii"
    ENGLISH = "en"
    CHINESE = "zh"

    @property
    def tag(self) -> str:
        """For `lang` attributes and headers (BCP 47). No registered tag tells plain Japanese from Japanese."""
        return _TAGS.get(self, self.value)

    @property
    def own_name(self) -> str:
        """As its speakers look for it in a menu."""
        return _OWN_NAMES[self]

    def link(self, address: str) -> str:
        """An address of ours, so that the page behind it speaks this language."""
        if self is Language.JAPANESE:
            return address
        return f"{address}{'&' if '?' in address else '?'}lang={self}"

    @classmethod
    def of(cls, value: str | None) -> "Language":
        """Japanese where nothing, or nothing that we speak, was asked for."""
        return cls(value) if value in set(cls) else cls.JAPANESE


_TAGS = {Language.PLAIN_JAPANESE: "ja", Language.CHINESE: "zh-Hans"}
_OWN_NAMES = {
    Language.JAPANESE: "日本語",
    Language.PLAIN_JAPANESE: "やさしい日本語",
    Language.ENGLISH: "English",
    Language.CHINESE: "中文",
}
