"""Images of the prior, of the mixture and real ones, a gallery each, and one table in which they are compared."""

from __future__ import annotations

from trasluz.draw.looking import Question
from trasluz.draw.names import integer, percent, significant, split_name
from trasluz.draw.panel import Gallery, Panel, Table, Tile
from trasluz.look.looks.prior_samples import PriorSamplesResult
from trasluz.messages import _, ngettext
from trasluz.metrics.copies import EXPECTED

QUESTION: Question = "makes"
ORDER = 10
_COLUMNS = 10
_ALIKE = 0.5  # of the real images' spread, below which samples are alike
_COPIES = 0.05  # five times what chance gives


def draw(result: PriorSamplesResult) -> tuple[Panel, ...]:
    """One gallery with a block of rows for each source, and the table."""
    return _gallery(result), _table(result)


def answer(result: PriorSamplesResult) -> str:
    """How varied what is drawn from the prior is, and how much of it comes close to training images."""
    source = "prior" if "prior" in result.images else next(name for name in result.images if name != "real")
    share = result.spread[source] / result.spread["real"] if result.spread["real"] > 0 else 1.0
    text = _(
        "A pixel varies {share} as much over its samples as over real images; {copies} of them lie closer to a "
        "training image than {expected} of new images do."
    )
    copies = percent(result.copies[source])
    return text.format(share=percent(share, 0), copies=copies, expected=percent(EXPECTED, 0))


def _source(source: str) -> str:
    return {"real": _("real"), "prior": _("prior"), "mixture": _("mixture")}.get(source, source)


def _gallery(result: PriorSamplesResult) -> Panel:
    rows, names = [], []
    for source, images in result.images.items():
        for start in range(0, len(images), _COLUMNS):
            names.append(_source(source) if start == 0 else "")
            rows.append(
                tuple(
                    Tile(
                        image,
                        _("{source} image {n}").format(source=_source(source), n=start + index + 1),
                        made="" if source == "real" else "generated",
                    )
                    for index, image in enumerate(images[start : start + _COLUMNS])
                )
            )
    alt = _("Real images and images that the network made")
    return Panel(
        _("Samples beside real images"), Gallery(tuple(rows), tuple(names)), alt, _note(result), _verdict(result)
    )


def _note(result: PriorSamplesResult) -> str:
    parts = []
    if "prior" in result.images:
        parts.append(_("The prior is what the model was to draw its codes from: independent standard normal numbers."))
    if "mixture" in result.images:
        parts.append(
            ngettext(
                "The mixture is {n} Gaussian, fitted afterwards to the codes of training images.",
                "The mixture is {n} Gaussians, fitted afterwards to the codes of training images.",
                result.components,
            ).format(n=integer(result.components))
        )
    if {"prior", "mixture"} <= result.images.keys():
        parts.append(
            _(
                "Where its images are better, codes lie elsewhere than the prior draws them; where both fail, the "
                "decoder does."
            )
        )
    if result.too_wide:
        parts.append(_("Codes of {n} numbers are too wide to fit a mixture to.").format(n=integer(result.size)))
    return " ".join(parts)


def _verdict(result: PriorSamplesResult) -> str:
    said = []
    for source in ("prior", "mixture"):
        if source not in result.images:
            continue
        share = result.spread[source] / result.spread["real"] if result.spread["real"] > 0 else 1.0
        if share < _ALIKE:
            text = _(
                "Samples of the {source} hardly differ from each other: a pixel varies {share} as much as in real ones."
            )
            said.append(text.format(source=_source(source), share=percent(share, 0)))
        if result.copies[source] > _COPIES:
            text = _(
                "{share} of the samples of the {source} lie closer to a training image than {expected} of new images "
                "do."
            )
            said.append(
                text.format(share=percent(result.copies[source]), source=_source(source), expected=percent(EXPECTED, 0))
            )
    return " ".join(said)


def _table(result: PriorSamplesResult) -> Panel:
    head = (
        _("source"),
        _("spread of a pixel"),
        _("distance to the nearest training image"),
        _("closer than 1 % of real ones"),
    )
    rows, texts = [], []
    for source in result.images:
        spread, near, copies = result.spread[source], result.nearest[source], result.copies[source]
        rows.append((_source(source), spread, near, copies))
        texts.append((_source(source), significant(spread), significant(near), percent(copies)))
    note = _(
        "Over {n} images of each, beside {references} training images; real ones are of {split}. Distances are roots "
        "of mean squared differences of pixels from 0 to 1, the median over images. Blurred images lie closer to "
        "everything, so a small distance alone is no praise."
    ).format(n=integer(result.measured), references=integer(result.references), split=split_name(result.split))
    alt = _("A table that compares samples and real images")
    return Panel(_("Samples in numbers"), Table(head, tuple(rows), tuple(texts)), alt, note)
