"""What a notebook's cell shows: words as HTML and as text, pictures as PNG, figures also as data for Plotly.

A front end shows the richest form that it knows.  Words and pictures are outputs of their own, so that GitHub,
nbconvert and a terminal show both; a figure carries its description (some kilobytes, no script), which JupyterLab and
VS Code draw so that it can be touched, and a picture for everything else.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from trasluz.draw.escaping import escape
from trasluz.draw.static import figure_png
from trasluz.messages import shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

PLAIN_MOST = 2000  # characters
PNG_MOST = 400_000  # bytes of a picture, beyond which it gets 256 colours
_WIDE = 44  # characters of a cell in plain text
_PLOTLY = "application/vnd.plotly.v1+json"
_TOUCHED_MOST = 150_000  # characters of a figure's description; a map of 70,000 points is a picture alone
_CELL = 'style="text-align:left;padding:2px 14px 2px 0"'


@dataclass(frozen=True)
class Words:
    """``title``, a table of ``head`` and ``rows`` and ``notes`` below it; each may be empty."""

    title: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def html(self) -> str:
        """A table with its caption, and paragraphs; all text escaped."""
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes if note)
        if not self.rows:
            return (f"<h4>{escape(self.title)}</h4>" if self.title else "") + notes
        top = "".join(f"<th {_CELL}>{escape(cell)}</th>" for cell in self.head)
        body = "".join("<tr>" + "".join(f"<td {_CELL}>{escape(c)}</td>" for c in row) + "</tr>" for row in self.rows)
        title = f'<caption style="text-align:left;font-weight:600">{escape(self.title)}</caption>' if self.title else ""
        return f"<table>{title}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>{notes}"

    @property
    def plain(self) -> str:
        """The same in columns of text, at most ``PLAIN_MOST`` characters."""
        lines = [self.title] if self.title else []
        cells = [[shown(cell)[:_WIDE] for cell in row] for row in (self.head, *self.rows) if row]
        if cells:
            widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
            lines += ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]
        lines += [shown(note) for note in self.notes if note]
        return cut("\n".join(lines))

    def bundle(self) -> dict[str, Any]:
        """HTML and text."""
        return {"text/html": self.html, "text/plain": self.plain}


@dataclass(frozen=True)
class Picture:
    """``png`` with ``alt``, what it shows; ``figure`` is the same to be touched, where there is one."""

    png: bytes
    alt: str
    figure: go.Figure | None = None

    @property
    def html(self) -> str:
        """The picture in HTML."""
        return f'<img alt="{escape(self.alt)}" style="max-width:100%" src="{self.address}">'

    @property
    def address(self) -> str:
        """The picture as a data address."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"

    def bundle(self) -> dict[str, Any]:
        """PNG, what it shows in words, and the figure's description where it is small."""
        found: dict[str, Any] = {"image/png": base64.b64encode(self.png).decode(), "text/plain": cut(shown(self.alt))}
        text = "" if self.figure is None else str(self.figure.to_json())
        if 0 < len(text) <= _TOUCHED_MOST:
            found[_PLOTLY] = json.loads(text)
        return found


@dataclass(frozen=True)
class Formatted:
    """What has a form of its own, in HTML and as text."""

    html: str
    plain: str

    def bundle(self) -> dict[str, Any]:
        """HTML and text."""
        return {"text/html": self.html, "text/plain": cut(self.plain)}


@dataclass(frozen=True)
class Drawing:
    """An ``svg`` with ``alt``, what it shows."""

    svg: str
    alt: str

    @property
    def html(self) -> str:
        """The drawing in HTML."""
        return self.svg

    def bundle(self) -> dict[str, Any]:
        """The drawing as SVG, which GitHub and nbconvert show, and what it shows in words."""
        return {"image/svg+xml": self.svg, "text/plain": cut(shown(self.alt))}


def of_figure(figure: go.Figure, alt: str) -> Picture:
    """A Plotly figure as an output."""
    return Picture(figure_png(figure), alt, figure)


def of_image(image: Image.Image, alt: str, chunks: PngInfo | None = None) -> Picture:
    """A picture as an output; ``chunks`` are PNG's text chunks.  One of many colours and pixels gets a palette."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True, pnginfo=chunks)
    if buffer.tell() > PNG_MOST:
        buffer = io.BytesIO()
        few = image.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
        few.save(buffer, "PNG", optimize=True, pnginfo=chunks)
    return Picture(buffer.getvalue(), alt)


def cut(text: str, most: int = PLAIN_MOST) -> str:
    """``text``, or its beginning and an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


Outputs = Sequence[Words | Picture | Formatted | Drawing]
