"""Tables on paper: PDF in whatever script names are written.

Letters are DejaVu's where the machine has it (Debian's package fonts-dejavu-core), which knows
Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic; else Vera's, which come with
reportlab. Chinese, Japanese and Korean are written in the fonts every PDF reader has of its own.
What no font has is shown as a box, never left out without a sign.
"""

import io
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

_DEJAVU = (
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/dejavu"),
    Path("/usr/share/fonts/TTF"),
)
_PLAIN, _BOLD = "atelier", "atelier-bold"
_MARGIN = 14 * mm
_SIZE = 9
_PADDING = 6  # points beside the text of a cell, both sides together
_AT_ONCE = 1000  # rows: beyond it reportlab takes ever longer for each
_BOX = "\u25a1"


@cache
def _fonts() -> tuple[str, str]:
    """Make the fonts known to reportlab and give their names: plain and bold."""
    vera = Path(reportlab.__file__).parent / "fonts"
    files = (vera / "Vera.ttf", vera / "VeraBd.ttf")
    for folder in _DEJAVU:
        found = (folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf")
        if all(file.exists() for file in found):
            files = found
            break
    for name, file in zip((_PLAIN, _BOLD), files, strict=True):
        pdfmetrics.registerFont(TTFont(name, str(file)))
    return _PLAIN, _BOLD


@cache
def _glyphs(font: str) -> frozenset[int]:
    _fonts()
    return frozenset(pdfmetrics.getFont(font).face.charToGlyph)


@cache
def _eastern(name: str) -> str:
    pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name


def _font_for(char: str, usual: str) -> str | None:
    """Give the font a character is written in; None: there is none."""
    if ord(char) in _glyphs(usual):
        return usual
    name = unicodedata.name(char, "")
    if name.startswith("HANGUL"):
        return _eastern("HYSMyeongJo-Medium")
    if name.startswith(("HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA")):
        return _eastern("HeiseiMin-W3")
    if name.startswith(("CJK", "FULLWIDTH", "IDEOGRAPHIC")):
        return _eastern("STSong-Light")
    return None


def _marked(text: str, usual: str) -> str:
    """Write text in reportlab's markup, each run of characters in a font that has them."""
    parts: list[str] = []
    run, font = "", usual
    for char in unicodedata.normalize("NFC", text):
        own = _font_for(char, usual)
        shown = char
        if own is None:
            own, shown = usual, _BOX if ord(_BOX) in _glyphs(usual) else "?"
        if own != font:
            parts.append(_run(run, font, usual))
            run, font = "", own
        run += shown
    parts.append(_run(run, font, usual))
    return "".join(parts)


def _run(text: str, font: str, usual: str) -> str:
    if not text:
        return ""
    safe = escape(text)
    return safe if font == usual else f'<font name="{font}">{safe}</font>'


def _cell(text: str, style: Any, width: float) -> Any:
    """Give a cell as plain text where that does, for it is many times faster."""
    known = _glyphs(style.fontName)
    if all(ord(char) in known for char in text):
        wide = pdfmetrics.stringWidth(text, style.fontName, style.fontSize)
        if wide < width - _PADDING:
            return text
    return Paragraph(_marked(text, style.fontName), style)


def pdf_bytes(
    title: str,
    above: Sequence[tuple[str, str]],
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    widths: Sequence[float] = (),
    language: str = "en",
) -> bytes:
    """Write a table as PDF, A4 across, its head on every page; the same table, the same bytes.

    Args:
        title: what stands on top, and is the document's title.
        above: lines between title and table: label and text.
        head: the names of the columns.
        rows: the cells.
        widths: how wide the columns are beside one another; empty: alike.
        language: of the text, ISO 639-1, for those who have it read to them.
    """
    plain, bold = _fonts()
    text = ParagraphStyle("text", fontName=plain, fontSize=_SIZE, leading=_SIZE * 1.3)
    strong = ParagraphStyle("strong", parent=text, fontName=bold)
    large = ParagraphStyle("large", parent=strong, fontSize=16, leading=22)
    out = io.BytesIO()
    page = landscape(A4)
    made = SimpleDocTemplate(
        out,
        pagesize=page,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=title,
        lang=language,
        invariant=1,
    )
    flow: list[Any] = [Paragraph(_marked(title, bold), large)]
    flow += [
        Paragraph(
            f'<font name="{bold}">{_marked(label, bold)}</font>  {_marked(said, plain)}', text
        )
        for label, said in above
    ]
    style = _table_style(plain, bold)
    room = page[0] - 2 * _MARGIN
    shares = list(widths) or [1.0] * len(head)
    across = [room * one / sum(shares) for one in shares]
    top = [_cell(name, strong, width) for name, width in zip(head, across, strict=True)]
    flow.append(Spacer(1, 4 * mm))
    for start in range(0, max(1, len(rows)), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        cells = [
            [_cell(cell, text, width) for cell, width in zip(row, across, strict=True)]
            for row in part
        ]
        flow.append(Table([top, *cells], colWidths=across, repeatRows=1, style=style))
    made.build(flow, onFirstPage=_foot(plain), onLaterPages=_foot(plain))
    return out.getvalue()


def _table_style(plain: str, bold: str) -> Any:
    return TableStyle(
        [
            ("FONT", (0, 0), (-1, 0), bold, _SIZE),
            ("FONT", (0, 1), (-1, -1), plain, _SIZE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
            ("LINEBELOW", (0, 1), (-1, -1), 0.2, colors.grey),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ]
    )


def _foot(font: str) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont(font, 8)
        canvas.drawRightString(document.pagesize[0] - _MARGIN, _MARGIN / 2, str(document.page))
        canvas.restoreState()

    return draw
