"""``write_report``: gathers the sections that apply and writes ``report.html`` into the run folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from trasluz.draw.names import status_name
from trasluz.draw.weights import weights_sentence
from trasluz.evaluation.evaluation import Evaluation
from trasluz.files import storage, write_bytes
from trasluz.findings.finding import Finding
from trasluz.look.result import Result
from trasluz.messages import LANGUAGES, _, current_language, language
from trasluz.report.canvas import script_json
from trasluz.report.context import Context
from trasluz.report.images import size_of
from trasluz.report.page import fill, source
from trasluz.report.phrase import Phrase, both, plain
from trasluz.report.plotly_code import packed_plotly
from trasluz.report.sections.base import LAYERS, SECTIONS, Layer, Section, sections_of
from trasluz.report.sections.glossary import glossary
from trasluz.report.title import describes, title_of
from trasluz.report.wording import samples_called
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder
from trasluz.runs.weights import Weights

_STYLES = ("page.css", "first.css", "points.css", "lightbox.css", "overlay.css", "plan.css", "browse.css", "study.css")
# page.js first, which the others ask; folds.js last, which puts everything as the address says.
_SCRIPTS = (
    "page.js",
    "browse.js",
    "points.js",
    "film.js",
    "overlay.js",
    "layers.js",
    "plan.js",
    "study.js",
    "lightbox.js",
    "terms.js",
    "folds.js",
)


def write_report(
    folder: RunFolder,
    evaluations: Mapping[str, Evaluation],
    language_name: str,
    reporter: Reporter | None = None,
    *,
    looks: Mapping[str, Result] | None = None,
    failed_looks: Mapping[str, Exception] | None = None,
    findings: Mapping[str, Sequence[Finding]] | None = None,
    weights: Weights | None = None,
    lacking: Exception | None = None,
    data: str | None = None,
) -> Path:
    """Writes one page that opens without a network and returns its path: ``report.html`` where what was found with
    ``weights``, by default the final ones, is kept.

    ``evaluations``: split → evaluation, may be empty (a run that was interrupted early).  ``language_name`` is the
    language in which the page opens; a switch in it shows the other one.  ``looks``: name → result of the looks to
    show; ``failed_looks``: name → what kept a look from being had; ``lacking``: why there are no
    numbers of the split that the page would speak of.  ``findings``: language → what the rules found;
    without it the page does not say what went wrong.  ``data``: where the run's data lie, where its recipe does not
    name that place.

    Raises:
        RunError: the run folder is damaged.
        StorageError: the page cannot be written.
    """
    context = Context(folder, evaluations, looks or {}, findings, weights, failed_looks or {}, lacking, data)
    with language(language_name), samples_called(*samples_of(context)):
        sections = _sections(context, reporter or Reporter())
        html = _page(context, sections, language_name)
    target = context.weights.found / "report.html"
    with storage(target):
        target.parent.mkdir(exist_ok=True)
    write_bytes(target, html.encode())
    return target


def samples_of(context: Context) -> tuple[str, list[str]]:
    """What the samples of the run are, and the names around them that are the user's."""
    kind = str(context.spec.get("kind", "image"))
    names = (*context.spec.get("classes", ()), *context.spec.get("features", ()), str(context.info.get("data", "")))
    return kind, [str(name) for name in names if name]


def _sections(context: Context, reporter: Reporter) -> list[Section]:
    with reporter.task(_("Writing the report"), total=len(SECTIONS.names())) as task:
        return sections_of(context, task.advance)


def _page(context: Context, sections: list[Section], language_name: str) -> str:
    description = context.recipe.description if describes(context) else {}
    status = str(context.info.get("status", ""))
    name = title_of(context)
    return fill_page(
        language_name,
        title=both("{name}: report of a run", name=name),
        name=name,
        folder=context.weights.label,
        note=weights_phrase(context.weights),
        status=status,
        description=description,
        sections=sections,
        figures=context.figures,
        pictures=context.pictures,
    )


@dataclass(frozen=True)
class _Layer:
    """Sections that stand together; ``title`` is empty for the one that is open."""

    name: Layer
    title: Phrase
    sections: list[Section]


def _layers(sections: Sequence[Section]) -> list[_Layer]:
    titles = {"first": plain(""), "questions": both("Questions"), "numbers": both("All the numbers")}
    found = [_Layer(name, titles[name], [one for one in sections if one.layer == name]) for name in LAYERS]
    return [layer for layer in found if layer.sections]


def weights_phrase(weights: Weights) -> Phrase:
    """Which weights a page speaks of; empty for the final ones."""
    best = weights.epoch()
    return Phrase.of(lambda: weights_sentence(best))


def fill_page(
    language_name: str,
    *,
    title: Phrase,
    name: Phrase,
    folder: str,
    status: str,
    description: Mapping[str, str],
    sections: list[Section],
    figures: list[Markup],
    pictures: list[str],
    note: Phrase | None = None,
) -> str:
    """The whole page: head, contents, sections, and what its script needs; ``note`` stands below the folder's name."""
    fallback = description.get("en", "")
    if not any(section.anchor == "glossary" for section in sections):
        sections = [*sections, glossary()]
    return fill(
        "page.html",
        language=language_name,
        languages=LANGUAGES,
        title=title,
        name=name,
        folder=folder,
        note=note or plain(""),
        status=status,
        status_name=Phrase.of(lambda: status_name(status)),
        description=Phrase.of(lambda: description.get(current_language(), fallback)),
        layers=_layers(sections),
        figures=figures,
        pictures=script_json(pictures),
        picture_sizes=script_json([size_of(address) for address in pictures]),
        theme=source("theme.js"),
        style=Markup("").join(map(source, _STYLES)),
        script=Markup("").join(map(source, _SCRIPTS)),
        plotly=packed_plotly() if figures else "",
    )
