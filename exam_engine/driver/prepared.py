"""Ordinary SQLAlchemy statements, compiled once for each database with the types of their values.

A `Query` is a SELECT, a `Write` an INSERT or UPDATE; `Snapshot` and `Act` are where they run.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Dialect, Insert, Select, Update
from sqlalchemy.sql.compiler import SQLCompiler

Row = TypeVar("Row")
Conversion = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as one driver takes it, with what makes arguments of named values.

    ``constants`` are the values that the statement itself holds.
    """

    sql: str
    binds: tuple[tuple[str, Conversion | None], ...]
    constants: Mapping[str, Any]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Raises KeyError for a value that is missing."""
        given = {**self.constants, **values}
        return [
            given[name] if convert is None else convert(given[name]) for name, convert in self.binds
        ]


@dataclass(frozen=True, slots=True)
class PreparedQuery(Prepared, Generic[Row]):
    """A SELECT as one driver takes it; ``columns`` are those whose values are converted."""

    columns: tuple[tuple[int, Conversion], ...]
    row: Callable[..., Row]

    def rows(self, records: Iterable[Sequence[Any]]) -> list[Row]:
        made = []
        for record in records:
            values = list(record)
            for place, convert in self.columns:
                values[place] = convert(values[place])
            made.append(self.row(*values))
        return made


class Write:
    """An INSERT or UPDATE whose values are ``bindparam`` by name."""

    def __init__(self, statement: Insert | Update) -> None:
        self._statement = statement.inline()
        self._prepared: dict[str, Prepared] = {}

    def prepared(self, dialect: Dialect) -> Prepared:
        found = self._prepared.get(dialect.name)
        if found is None:
            found = Prepared(*_compiled(self._statement, dialect))
            self._prepared[dialect.name] = found
        return found


class Query(Generic[Row]):
    """A SELECT whose values are ``bindparam`` by name; ``row`` takes its columns in order."""

    def __init__(self, statement: Select[*tuple[Any, ...]], row: Callable[..., Row]) -> None:
        self._statement = statement
        self._row = row
        self._prepared: dict[str, PreparedQuery[Row]] = {}

    def prepared(self, dialect: Dialect) -> PreparedQuery[Row]:
        found = self._prepared.get(dialect.name)
        if found is None:
            columns = (
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in self._statement.selected_columns
            )
            found = PreparedQuery(
                *_compiled(self._statement, dialect),
                tuple((place, convert) for place, convert in enumerate(columns) if convert),
                self._row,
            )
            self._prepared[dialect.name] = found
        return found


def _compiled(
    statement: Select[*tuple[Any, ...]] | Insert | Update, dialect: Dialect
) -> tuple[str, tuple[tuple[str, Conversion | None], ...], dict[str, Any]]:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - such statements have no other
    binds = {name: (bind.type.dialect_impl(dialect), bind) for name, bind in compiled.binds.items()}
    return (
        str(compiled),
        tuple(
            (name, binds[name][0].bind_processor(dialect)) for name in compiled.positiontup or ()
        ),
        {name: bind.effective_value for name, (_, bind) in binds.items() if not bind.required},
    )


class Snapshot(Protocol):
    """The database as of one moment.  ``values`` are the query's named ones."""

    async def all(self, query: Query[Row], **values: Any) -> list[Row]: ...

    async def first(self, query: Query[Row], **values: Any) -> Row | None: ...

    async def now(self) -> datetime:
        """The time that counts, as `Database.now` has it."""


class Act(Snapshot, Protocol):
    """A transaction that may write; what it has locked stays as it is."""

    async def do(self, write: Write, **values: Any) -> None: ...


class Driver(Protocol):
    """What opens snapshots and acts."""

    def open(self) -> AbstractAsyncContextManager[Snapshot]: ...

    def begin(self) -> AbstractAsyncContextManager[Act]:
        """Committed when the block ends without an error."""

    async def ask(self, query: Query[Row], **values: Any) -> list[Row]:
        """One question outside of any snapshot."""

    async def close(self) -> None: ...
