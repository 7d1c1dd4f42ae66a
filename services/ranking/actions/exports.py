"""The report as a file."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.ranking.actions.looking import report_ranks
from services.ranking.store import Rows
from shared.contracts import Values
from shared.sheets import KINDS, Sheet, file_name, write_sheet

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
    content = write_sheet(kind, Sheet(first["name"], _HEADS[language], rows))
    return {
        "name": first["name"],
        "file_name": file_name(first["name"], first["day"], kind),
        "content_type": KINDS[kind],
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
