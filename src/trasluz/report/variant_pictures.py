"""Pictures of a study's variants: the same images through one run of each, and where its codes lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from trasluz.draw.code_plane import code_plane, reach
from trasluz.draw.names import integer
from trasluz.draw.side_by_side import side_by_side
from trasluz.report.looks import place_panels
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, plain
from trasluz.report.sections.base import Section
from trasluz.report.stock import Sheet
from trasluz.runs.variant_pictures import VariantPictures

Pictures = Mapping[str, VariantPictures]


@dataclass(frozen=True)
class _Picture:
    title: Phrase
    html: Markup


def same_images(pictures: Pictures, sheet: Sheet) -> Section | None:
    """The images of the first variant through the first run of every variant that was shown the same ones."""
    if not pictures:
        return None
    first = next(iter(pictures.values()))
    same = {name: own for name, own in pictures.items() if own.names == first.names}
    sides = {
        name: own.through for name, own in same.items() if len(own.through.images) or own.through.samples is not None
    }
    if not sides:
        return None
    html = place_panels(sheet, "side-by-side", lambda: side_by_side(sides, first.names, first.labels))
    if not html:
        return None
    others = [name for name in pictures if name not in same]
    warnings = [both("{name} was judged on other images; it is not shown here.", name=name) for name in others]
    lead = both("The same images, which none was trained on, through the first run of each variant.")
    return Section(
        both("What do they make of the same images?"),
        "images",
        fill("sections/same_images.html", lead=lead, warnings=warnings, html=html),
        answer=lead,
    )


def code_planes(pictures: Pictures, sheet: Sheet) -> Section | None:
    """The codes of each variant's first run, on one scale where they are of one family's kind."""
    known = {name: own for name, own in pictures.items() if own.codes is not None and own.code_labels is not None}
    if not known:
        return None
    limit = max(reach(own.codes) for own in known.values() if own.codes is not None)
    shown = [_plane(name, own, limit, sheet) for name, own in known.items()]
    caption = both(
        "The codes of images on their two principal axes (PCA of each variant's own), coloured by class (point at "
        "one to read it), all on one scale: that of the variant whose codes reach furthest."
    )
    html = fill("sections/plots.html", pictures=shown, caption=caption, lead=None)
    told = both("The codes of {n} variants, all on one scale.", n=integer(len(known)))
    return Section(both("Where do their codes lie?"), "latent", html, answer=told)


def _plane(name: str, own: VariantPictures, limit: float, sheet: Sheet) -> _Picture:
    codes, labels = own.codes, own.code_labels
    assert codes is not None and labels is not None, "code_planes() asks for both"  # noqa: PT018 - one thing
    alt = both("Codes of {n} images by {name}", n=integer(len(codes)), name=name)
    return _Picture(plain(name), sheet.figure(lambda: code_plane(codes, labels, own.classes, limit), alt))
