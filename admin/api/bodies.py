"""What callers of the API may send: each member named, anything else refused."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from bulletins.approval import Decision
from bulletins.drafting import Sheet
from bulletins.liaison_edition import ToLiaisons
from foundation.clock import aware
from foundation.plain_text import forbidden_character
from foundation.setting_values import duration

HIGHEST_NUMBER = 2**63 - 1  # of a row in either database
LONGEST_REASON = 500
LONGEST_NAME = 200
_MOST_SECONDS = 10_000_000


def _span(value: object) -> object:
    """Seconds as a number, or `90m`, `24h`, `3d`."""
    problem = ValueError("90m、24h、3d のような文字列か、秒数で指定してください。")
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise problem
    if isinstance(value, int):
        if not 0 <= value <= _MOST_SECONDS:
            raise problem
        return timedelta(seconds=value)
    try:
        return duration(value)
    except ValueError:
        raise problem from None


def _moment(value: object) -> object:
    """ISO 8601 with its offset."""
    problem = ValueError("2026-11-25T10:00:00+09:00 のように、時差を付けた日時で指定してください。")
    if not isinstance(value, str):
        raise problem
    try:
        return aware(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        raise problem from None


def _speakable(text: str) -> str:
    if forbidden_character(text, several_lines=True) is not None:
        raise ValueError("使えない文字（制御文字など）が入っています。")
    return text


Span = Annotated[
    timedelta,
    BeforeValidator(_span),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "examples": ["90m", "24h", "3d"]}, {"type": "integer", "minimum": 0}]}
    ),
]
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Name = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_speakable)]
Reason = Annotated[str, Field(max_length=LONGEST_REASON), AfterValidator(_speakable)]
Number = Annotated[int, Field(ge=1, le=HIGHEST_NUMBER)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Nothing(_Body):
    """`{}`: the path says it all."""


class SheetBody(_Body):
    """A bulletin as it is written. Empty topics or areas mean the notice's own and the whole town. A correction or
    retraction that follows a bulletin goes to whom that one was sent, with `widened` by topics and areas. `liaisons`
    says whether they get an edition of their own, and whether before all others or alone."""

    notice: Name
    fields: dict[str, object] = {}
    category: Name | None = None
    topics: list[Name] | None = None
    areas: list[Name] | None = None
    expires_after: Span | None = None
    follows: Number | None = None
    widened: bool = False
    starts_at: Moment | None = None
    liaisons: Literal["none", "only", "first", "with"] = "none"

    def sheet(self) -> Sheet:
        return Sheet(
            notice=self.notice,
            fields=self.fields,
            category=self.category,
            topics=self.topics or (),
            areas=self.areas or (),
            expires_after=self.expires_after,
            follows=self.follows,
            widened=self.widened,
            starts_at=self.starts_at,
            liaisons=ToLiaisons(self.liaisons),
        )


class DecisionBody(_Body):
    """An approver's yes; `version` is the one they read, by default the one submitted."""

    urgent: bool = False
    reason: Reason | None = None
    no_hold: bool = False
    version: Number | None = None

    def decision(self) -> Decision:
        return Decision(urgent=self.urgent, reason=self.reason, no_hold=self.no_hold, version=self.version)


class AloneBody(_Body):
    """What a single person has to say: why nobody else could be asked, and that they know nobody checks it."""

    reason: Reason
    nobody_else_checks: Literal[True]
    version: Number | None = None

    def decision(self) -> Decision:
        return Decision(urgent=True, reason=self.reason, version=self.version)


class ReturnBody(_Body):
    """Why a bulletin goes back."""

    reason: Reason


class AddressBody(_Body):
    """The address in question stands in the body, since paths are written into logs on their way."""

    address: str
