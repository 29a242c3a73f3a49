"""The table of papers that are handed out on rounds."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, RowId


class PaperRow(Base):
    """`items` is JSON; `area` a key of the town, empty for the whole town; days are those of the town's calendar.
    `once_key` belongs to the form that it was made by."""

    __tablename__ = "papers"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 -- the attribute is SQLAlchemy's

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    look: Mapped[str]
    area: Mapped[str]
    first_day: Mapped[str]
    last_day: Mapped[str]
    masthead: Mapped[str]
    issue: Mapped[str]
    lead: Mapped[str]
    items: Mapped[str]
    contact: Mapped[str]
    code: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int]
    made_by_name: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by_name: Mapped[str]
    once_key: Mapped[str] = mapped_column(unique=True)
