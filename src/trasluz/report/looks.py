"""The panels of looks on a page: each drawn once per language, so that the page's switch changes their words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from markupsafe import Markup

from trasluz.components import PASSING
from trasluz.draw.looking import Question, answer_of, draw, drawing_of, failure_of, over_photographs
from trasluz.draw.panel import Gallery, Overlay, Panel, Plan, PointMap, Scale, Table, Tile
from trasluz.errors import RecipeError
from trasluz.look.result import Result
from trasluz.messages import LANGUAGES, language
from trasluz.report.context import Context
from trasluz.report.images import Made
from trasluz.report.overlays import has_photographs, place_overlay
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, both_n, plain
from trasluz.report.points import place_points
from trasluz.report.sections.base import failed_part
from trasluz.report.stock import Stock


def answering(context: Context, question: Question) -> list[Result]:
    """The results that answer ``question``, in their order; those that nothing can draw answer none."""
    undrawn = without_drawing(context)
    drawn = [(drawing_of(name), result) for name, result in context.looks.items() if name not in undrawn]
    found = [(drawing.ORDER, result.look, result) for drawing, result in drawn if question == drawing.QUESTION]
    return [result for _order, _name, result in sorted(found, key=lambda one: one[:2])]


def without_drawing(context: Context) -> dict[str, Exception]:
    """The looks whose drawing cannot be loaded, and why."""
    found: dict[str, Exception] = {}
    for name in context.looks:
        try:
            drawing_of(name)
        except RecipeError as error:
            found[name] = error
    return found


_DOT = re.compile(r"(?<=\w)\.(?=[A-Za-z_])")
_TILE = 512  # pixels on a side of a tile, which looks keep small themselves but where it should be seen enlarged
_LONG = 12  # rows of a table beyond which a page shows it only to those who ask


def look_phrase(result: Result) -> Phrase:
    """What a look is called when people read of it: the title of its first panel."""
    return Phrase.of(lambda: next((panel.title for panel in draw(result)), result.look))


def said(context: Context, question: Question) -> Phrase:
    """What the first of the looks that answer ``question`` says in one sentence; nothing where it cannot be drawn,
    which its own place tells."""
    for result in answering(context, question):
        try:
            found = Phrase.of(lambda result=result: answer_of(result))  # type: ignore[misc]  # bound now
        except PASSING:
            raise
        except Exception:  # a drawing may come from anybody, and raise anything; ``panels`` says so
            continue
        if found:
            return found
    return plain("")


def panels(context: Context, question: Question) -> Markup:
    """The HTML of all panels that answer ``question``; empty where there is none.

    A drawing that raises costs its own place alone: there stands a sentence that says so.
    """
    return Markup("").join(_panels_or_failure(context, result) for result in answering(context, question))


def _panels_or_failure(context: Context, result: Result) -> Markup:
    figures = len(context.figures)
    try:
        return look_panels(context, result)
    except PASSING:
        raise
    except Exception as error:  # a drawing may come from anybody, and raise anything
        del context.figures[figures:]  # those without a place on the page
        caught = error
    return failed_part(lambda: failure_of(result.look, caught))


def look_panels(context: Context, result: Result) -> Markup:
    """The HTML of the panels of one result; maps over photographs where these are found, and then all else folded."""
    over = over_photographs(result)
    if over is None or not isinstance(over.content, Overlay) or not has_photographs(context, over.content):
        return place_panels(context, result.look, lambda: draw(result))
    return place_panels(context, result.look, lambda: _with_photographs(result))


def _with_photographs(result: Result) -> tuple[Panel, ...]:
    over = over_photographs(result)
    assert over is not None, "asked before"
    return (over, *(replace(p, folded=True) if isinstance(p.content, Gallery) else p for p in draw(result)))


def place_panels(stock: Stock, look: str, draw_panels: Callable[[], tuple[Panel, ...]]) -> Markup:
    """The HTML of panels, which ``draw_panels`` draws in the language in force; ``look`` is what they are called."""
    drawn: dict[str, tuple[Panel, ...]] = {}
    for name in LANGUAGES:
        with language(name):
            drawn[name] = draw_panels()
    spoken = [dict(zip(drawn, versions, strict=True)) for versions in zip(*drawn.values(), strict=True)]
    return Markup("").join(_panel(stock, look, versions) for versions in spoken)


def _panel(stock: Stock, look: str, versions: dict[str, Panel]) -> Markup:
    first = next(iter(versions.values()))
    return fill(
        "sections/panel.html",
        look=look,
        layer=first.layer,
        opener=_opener(first) if _folds(first) else None,
        title=_say(versions, "title"),
        note=_say(versions, "note"),
        verdict=_say(versions, "verdict"),
        warnings=[
            Phrase.of_texts({name: panel.warnings[i] for name, panel in versions.items()})
            for i in range(len(first.warnings))
        ],
        body=_body(stock, versions, _say(versions, "alt")),
    )


def _folds(panel: Panel) -> bool:
    """Whether the panel is a detail, or a table that would bury what follows it."""
    return panel.folded or (isinstance(panel.content, Table) and len(panel.content.rows) > _LONG)


def _opener(panel: Panel) -> Phrase:
    """What a reader clicks on to see a folded panel."""
    if isinstance(panel.content, Table):
        return both_n("Show the table: {n} row", "Show the table: {n} rows", len(panel.content.rows))
    return both("Show the pictures") if isinstance(panel.content, Gallery) else both("Show the figure")


def _say(versions: dict[str, Panel], field: str) -> Phrase:
    return Phrase.of_texts({name: getattr(panel, field) for name, panel in versions.items()})


def _body(stock: Stock, versions: dict[str, Panel], alt: Phrase) -> Markup:
    contents = {name: panel.content for name, panel in versions.items()}
    first = next(iter(contents.values()))
    if isinstance(first, Gallery):
        return _gallery(stock, {n: c for n, c in contents.items() if isinstance(c, Gallery)})
    if isinstance(first, Table):
        return _table({n: c for n, c in contents.items() if isinstance(c, Table)})
    if isinstance(first, Overlay) and isinstance(stock, Context):
        return place_overlay(stock, {n: c for n, c in contents.items() if isinstance(c, Overlay)}, alt)
    if isinstance(first, Overlay):  # a page about several runs, whose photographs nobody looks for
        return _gallery(stock, {n: c.gallery() for n, c in contents.items() if isinstance(c, Overlay)})
    if isinstance(first, Plan):
        return _plan({n: c for n, c in contents.items() if isinstance(c, Plan)})
    if isinstance(first, PointMap):
        return place_points({n: c for n, c in contents.items() if isinstance(c, PointMap)}, alt)
    return stock.figures_of(contents, alt)


def _plan(versions: dict[str, Plan]) -> Markup:
    """Drawings side by side; they were escaped when they were made."""
    whole = Phrase({name: Markup("").join(map(Markup, plan.parts)) for name, plan in versions.items()})
    return Markup('<div class="scroll long plans">{}</div>').format(whole)


def _phrases(versions: dict[str, tuple[str, ...]]) -> list[Phrase]:
    """Texts of the same place in every language."""
    return [Phrase.of_texts(dict(zip(versions, texts, strict=True))) for texts in zip(*versions.values(), strict=True)]


def _breakable(phrase: Phrase) -> Phrase:
    """With room for a line break after the dots of a layer's name."""
    return Phrase({name: Markup(_DOT.sub(".<wbr>", str(text))) for name, text in phrase.texts.items()})


@dataclass(frozen=True)
class _Shown:
    picture: int
    native: int | None
    alt: Phrase
    caption: Phrase
    flag: Phrase


@dataclass(frozen=True)
class _Bar:
    title: Phrase
    low: Phrase
    high: Phrase
    colours: str


def _gallery(stock: Stock, versions: dict[str, Gallery]) -> Markup:
    first = next(iter(versions.values()))
    rows = []
    for r, row in enumerate(first.tiles):
        same = [{name: gallery.tiles[r][c] for name, gallery in versions.items()} for c in range(len(row))]
        rows.append([_tile(stock, tiles) for tiles in same])
    return fill(
        "sections/tiles.html",
        rows=rows,
        layers=first.layers,
        heads=[_breakable(head) for head in _phrases({name: gallery.rows for name, gallery in versions.items()})],
        columns=_phrases({name: gallery.columns for name, gallery in versions.items()}),
        widest=max(map(len, rows), default=0),
        bars=[_bar({name: g.scales[i] for name, g in versions.items()}) for i in range(len(first.scales))],
        moments=first.moments,
        native=any(tile.native is not None for row in first.tiles for tile in row),
    )


def _tile(stock: Stock, versions: dict[str, Tile]) -> _Shown:
    first = next(iter(versions.values()))
    made = Made(first.made, stock.origin) if first.made else None
    return _Shown(
        stock.store(first.image, made, _TILE),
        None if first.native is None else stock.store(first.native, largest=_TILE),
        Phrase.of_texts({name: tile.alt for name, tile in versions.items()}),
        Phrase.of_texts({name: tile.caption for name, tile in versions.items()}),
        Phrase.of_texts({name: tile.flag for name, tile in versions.items()}),
    )


def _bar(versions: dict[str, Scale]) -> _Bar:
    first = next(iter(versions.values()))
    title = Phrase.of_texts({name: scale.title for name, scale in versions.items()})
    low, high = (Phrase.of_texts({name: getattr(s, end) for name, s in versions.items()}) for end in ("low", "high"))
    return _Bar(title, low, high, ", ".join(first.colours))


def _table(versions: dict[str, Table]) -> Markup:
    first = next(iter(versions.values()))
    rows = []
    for r, cells in enumerate(first.rows):
        texts = _phrases({name: table.texts[r] for name, table in versions.items()})
        rows.append(list(zip(cells, texts, strict=True)))
    numeric = [all(isinstance(row[c], (int, float)) for row in first.rows) for c in range(len(first.head))]
    heads = _phrases({name: table.head for name, table in versions.items()})
    return fill(
        "sections/look_table.html", heads=list(zip(heads, numeric, strict=True)), rows=rows, layers=first.layers
    )
