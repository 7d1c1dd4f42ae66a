"""Tables as files for people's own programs: CSV, XLSX and PDF; cells that cannot run.

Making a file is work for the processor alone. Of more than a few rows it is made by `written`, on
a thread of its own, so that nothing else of the process waits.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import xlsxwriter
from eventlet import tpool

from shared.print import pdf_bytes

Cell = str | int | Decimal | None
KINDS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
"""The kinds of file there are, and how they are called on the web."""
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - wide ones, too
_BYTE_ORDER_MARK = "\ufeff"
_LONGEST_CELL = 32_767  # what a spreadsheet takes


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a title, and what stands above it where it is printed."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    above: Sequence[tuple[str, str]] = ()  # label and text, a line each
    widths: Sequence[float] = ()  # how wide the columns are beside one another; empty: alike
    language: str = "en"  # ISO 639-1


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


def xlsx_sheet(title: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Write an XLSX file: the head stays in sight, and can be filtered by; no cell is a formula."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": title})
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(head):
            sheet.write_string(0, column, text, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int | Decimal):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, (cell or "")[:_LONGEST_CELL])
        sheet.autofilter(0, 0, max(1, len(rows)), len(head) - 1)
        sheet.autofit()
    return out.getvalue()


def file_name(title: str, day: date, kind: str) -> str:
    """Make a file name of a title, a day and a kind: `belt-tracking-report-2031-03-03.csv`."""
    plain = unicodedata.normalize("NFKD", title)
    plain = "".join(char for char in plain if not unicodedata.combining(char)).lower()
    slug = re.sub(r"[^\w]+", "-", plain).strip("-_")[:100] or "report"
    return f"{slug}-{day.isoformat()}.{kind}"


_WRITE: Mapping[str, Callable[[Sheet], bytes]] = {
    "csv": lambda sheet: csv_sheet(sheet.head, sheet.rows),
    "xlsx": lambda sheet: xlsx_sheet(sheet.title, sheet.head, sheet.rows),
    "pdf": lambda sheet: pdf_bytes(
        sheet.title,
        sheet.above,
        sheet.head,
        [["" if cell is None else str(cell) for cell in row] for row in sheet.rows],
        widths=sheet.widths,
        language=sheet.language,
    ),
}


def write_sheet(kind: str, sheet: Sheet) -> bytes:
    """Write a table as a file of one of KINDS; this greenlet's thread does nothing else."""
    return _WRITE[kind](sheet)


def written(kind: str, sheet: Sheet) -> bytes:
    """Write a table as a file of one of KINDS while the process goes on."""
    content: bytes = tpool.execute(write_sheet, kind, sheet)
    return content
