"""How an answer is shown: a table for people, JSON for programs, CSV for half hours."""

from collections.abc import Iterable, Mapping, Sequence
import csv
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
import json
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table

type Cell = str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: rows under columns. `data` is the JSON, the rows by their columns where it is None."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]] = ()
    data: Any = None
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def json(self) -> Any:
        """The answer for programs: Decimals as text, so that nothing is lost, times with their offset."""
        if self.data is not None:
            return self.data
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def show(answer: Answer, to: TextIO, *, as_json: bool = False, as_csv: bool = False) -> None:
    """Write an answer."""
    if as_json:
        json.dump(answer.json, to, ensure_ascii=False, indent=2, default=_plain)
        to.write("\n")
    elif as_csv:
        writer = csv.writer(to)
        writer.writerow(answer.columns)
        writer.writerows([_plain(cell) for cell in row] for row in answer.rows)
    else:
        _table(answer, to)


def _table(answer: Answer, to: TextIO) -> None:
    table = Table(title=answer.title, title_justify="left")
    for index, column in enumerate(answer.columns):
        numbers = all(isinstance(row[index], int | Decimal | None) for row in answer.rows)
        table.add_column(column, justify="right" if numbers and answer.rows else "left")
    for row in answer.rows:
        table.add_row(*map(_shown, row))
    # What goes into a file or a pipe has no width to keep to.
    console = Console(file=to, width=None if to.isatty() else 200)
    console.print(table)
    for note in answer.notes:
        console.print(note, highlight=False)


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return str(cell)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str | bool | None) else _text(value)


def _text(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Iterable):
        return list(value)
    return str(value)
