"""A reader's question to the archive: which month, which topic, which words; and the addresses that ask it."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bulletins.months import Month
from bulletins.search_index import LONGEST_QUESTION, words_of
from foundation.plain_text import forbidden_character
from subscribers.town import Topic, Town

ARCHIVE, FEED = "/bulletins", "/bulletins.atom"


@dataclass(frozen=True)
class Question:
    """`words` are as they were typed."""

    month: Month | None = None
    topic: Topic | None = None
    words: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it asks for everything."""
        return self == Question()

    def in_month(self, month: Month) -> "Question":
        return replace(self, month=month)

    @property
    def address(self) -> str:
        return self.before(None)

    def before(self, number: int | None) -> str:
        """The address of the page that goes on below a bulletin."""
        said = {
            "month": self.month.text if self.month else "",
            "topic": self.topic_key,
            "q": self.words,
            "before": str(number or ""),
        }
        return _address(ARCHIVE, {name: value for name, value in said.items() if value})

    @property
    def topic_key(self) -> str:
        return self.topic.key if self.topic else ""


def read_question(town: Town, *, month: str, topic: str, words: str) -> Question | None:
    """None where the month or the topic does not exist. Of the words, what nobody can look for is dropped."""
    chosen, within = topic_of(town, topic), Month.read(month)
    if (topic and chosen is None) or (month and within is None):
        return None
    typed = "".join(" " if forbidden_character(sign) else sign for sign in words[: 2 * LONGEST_QUESTION]).strip()
    return Question(within, chosen, typed[:LONGEST_QUESTION] if words_of(typed) else "")


def topic_of(town: Town, key: str) -> Topic | None:
    return next((topic for topic in town.topics if topic.key == key), None)


def feed_address(topic: Topic | None) -> str:
    return _address(FEED, {"topic": topic.key} if topic else {})


def _address(path: str, said: dict[str, str]) -> str:
    return f"{path}?{urlencode(said)}" if said else path
