"""Sheets for people's own programs: cells that cannot run, and names for the files."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BYTE_ORDER_MARK = "\ufeff"

Cell = str | int | None


def harmless(cell: Cell) -> str:
    """Write a cell so that no program takes it for a formula."""
    text = "" if cell is None else str(cell)
    if isinstance(cell, str) and text.startswith(_STARTS_A_FORMULA):
        return f"'{text}"
    return text


def csv_sheet(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write a CSV file: UTF-8 with a byte order mark, every cell quoted, none a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([harmless(cell) for cell in head])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return (_BYTE_ORDER_MARK + out.getvalue()).encode()


def file_name(title: str, day: date, kind: str) -> str:
    """Make a file name of a title, a day and a kind: `belt-tracking-report-2031-03-03.csv`."""
    plain = unicodedata.normalize("NFKD", title)
    plain = "".join(char for char in plain if not unicodedata.combining(char)).lower()
    slug = re.sub(r"[^\w]+", "-", plain).strip("-_") or "report"
    return f"{slug}-{day.isoformat()}.{kind}"
