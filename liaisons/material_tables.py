"""The tables of the materials: what stands of each page, and each version that was ever saved."""

from datetime import datetime

from sqlalchemy import false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class MaterialRow(Base):
    """A page of the starter set has a row once the office looked at it; version 0 is the text that is shipped."""

    __tablename__ = "materials"

    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    shown: Mapped[bool] = mapped_column(default=False, server_default=false())
    checked_at: Mapped[datetime | None]
    checked_by_name: Mapped[str]


class MaterialVersionRow(Base):
    """`topics` and `notes` (words for an area, by its key) are JSON."""

    __tablename__ = "material_versions"

    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str]
    topics: Mapped[str]
    notes: Mapped[str]
    staff_id: Mapped[int]
    staff_name: Mapped[str]
    at: Mapped[datetime]
