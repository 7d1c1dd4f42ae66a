"""The report as a file."""

import base64
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import xlsxwriter

from services.ranking.actions.looking import report_ranks
from services.ranking.domain import csv_sheet, file_name
from services.ranking.store import Rows
from shared.contracts import Values

_AT_ONCE = 50_000
_HEADS: Mapping[str, Sequence[str]] = {
    "en": (
        *("Name", "Category", "Rank", "Since", "Visits here", "Days here"),
        *("Eligible", "Promoted automatically", "Lost a visit since"),
    ),
    "it": (
        *("Nome", "Categoria", "Livello", "Dal", "Visite qui", "Giorni qui"),
        *("Idoneo", "Promosso automaticamente", "Ha perso una visita"),
    ),
    "fr": (
        *("Nom", "Catégorie", "Rang", "Depuis", "Visites ici", "Jours ici"),
        *("Éligible", "Promu automatiquement", "A perdu une visite"),
    ),
    "de": (
        *("Name", "Kategorie", "Rang", "Seit", "Besuche hier", "Tage hier"),
        *("Bereit", "Automatisch befördert", "Besuch zurückgenommen"),
    ),
}
_YES_NO = {"en": ("no", "yes"), "it": ("no", "sì"), "fr": ("non", "oui"), "de": ("nein", "ja")}
_KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Cells = list[str | int | None]


def export_report(
    sql: Any, wanted: Rows, *, kind: str, language: str | None, at: datetime
) -> Values:
    """Write the rows of the report that are wanted, all of them, into a CSV or XLSX file.

    The file has the name of the report, which follows the studio's word. Source: M10, M13.
    """
    first = report_ranks(sql, replace(wanted, offset=0, limit=_AT_ONCE), language=language, at=at)
    language = first["language"]
    rows = list(_cells(_rows(sql, wanted, first, at=at), _YES_NO[language]))
    write: Callable[[str, Sequence[str], Sequence[Cells]], bytes] = (
        _xlsx if kind == "xlsx" else _csv
    )
    content = write(first["name"], _HEADS[language], rows)
    return {
        "name": first["name"],
        "file_name": file_name(first["name"], first["day"], kind),
        "content_type": _KINDS[kind],
        "rows": len(rows),
        "content": base64.b64encode(content).decode(),
    }


def _rows(sql: Any, wanted: Rows, first: Values, *, at: datetime) -> Iterator[Values]:
    yield from first["rows"]
    for offset in range(_AT_ONCE, first["total"], _AT_ONCE):
        part = replace(wanted, offset=offset, limit=_AT_ONCE)
        yield from report_ranks(sql, part, language=first["language"], at=at)["rows"]


def _cells(rows: Iterator[Values], no_yes: Sequence[str]) -> Iterator[Cells]:
    for row in rows:
        yield [
            row["person_name"],
            row["category_name"],
            row["rank_name"],
            row["since"].isoformat(),
            row["counted"],
            row["days_here"],
            *(no_yes[bool(row[key])] for key in ("eligible", "automatic", "flagged")),
        ]


def _csv(name: str, head: Sequence[str], rows: Sequence[Cells]) -> bytes:
    del name
    return csv_sheet(head, rows)


def _xlsx(name: str, head: Sequence[str], rows: Sequence[Cells]) -> bytes:
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": name})
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(head):
            sheet.write_string(0, column, text, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, cell or "")
        sheet.autofilter(0, 0, max(1, len(rows)), len(head) - 1)
        sheet.autofit()
    return out.getvalue()
