"""What statements were made, and how the database says that it carries each of them out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from foundation.database import Database


@dataclass
class Plans:
    """Of the statements that name the table, by their words; `asked` are all, as often as they were made."""

    database: Database
    table: str
    seen: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def note(self, _connection: object, cursor: Any, statement: str, given: Any, _context: object, many: bool) -> None:  # noqa: FBT001 -- the signature is SQLAlchemy's
        self.asked.append(statement)
        if self.table not in statement or many or statement.startswith(("INSERT", "EXPLAIN")):
            return
        asking = cursor.connection.cursor()
        word = "EXPLAIN QUERY PLAN " if self.database.is_sqlite else "EXPLAIN "
        asking.execute(word + statement, given)
        self.seen[statement] = "\n".join(str(row[-1]) for row in asking.fetchall())
        asking.close()

    def offenders(self, *signs: re.Pattern[str]) -> list[str]:
        return [f"{asked}\n{plan}" for asked, plan in self.seen.items() if any(each.search(plan) for each in signs)]


@contextmanager
def explained(database: Database, table: str) -> Iterator[Plans]:
    plans = Plans(database, table)
    event.listen(database.engine, "before_cursor_execute", plans.note)
    try:
        yield plans
    finally:
        event.remove(database.engine, "before_cursor_execute", plans.note)
