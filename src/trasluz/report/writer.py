"""``write_report``: gathers the sections that apply and writes ``report.html`` into the run folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from trasluz.draw.names import status_name
from trasluz.files import write_bytes
from trasluz.messages import LANGUAGES, _, current_language, language
from trasluz.report.context import Context, script_json
from trasluz.report.page import fill, source
from trasluz.report.phrase import Phrase, both
from trasluz.report.plotly_code import packed_plotly
from trasluz.report.sections.base import Section, discover
from trasluz.reporting import Reporter
from trasluz.runs.evaluation import Evaluation
from trasluz.runs.folder import RunFolder


def write_report(
    folder: RunFolder, evaluations: Mapping[str, Evaluation], language_name: str, reporter: Reporter | None = None
) -> Path:
    """Writes one page that opens without a network and returns its path.

    ``evaluations``: split → evaluation, may be empty (a run that was interrupted early).  ``language_name`` is the
    language in which the page opens; a switch in it shows the other one.

    Raises:
        RunError: the run folder is damaged.
        StorageError: the page cannot be written.
    """
    context = Context(folder, evaluations)
    with language(language_name):
        sections = _sections(context, reporter or Reporter())
        html = _page(context, sections, language_name)
    target = folder.path / "report.html"
    write_bytes(target, html.encode())
    return target


def _sections(context: Context, reporter: Reporter) -> list[Section]:
    modules = [module for module in discover() if module.applies(context)]
    done = []
    with reporter.task(_("Writing the report"), total=len(modules)) as task:
        for module in modules:
            done.append(module.render(context))
            task.advance()
    return done


def _page(context: Context, sections: list[Section], language_name: str) -> str:
    title = both("{name}: report of a run", name=context.info["name"])
    description = context.recipe.description
    fallback = description.get("en", "")
    return fill(
        "page.html",
        language=language_name,
        languages=LANGUAGES,
        title=title,
        name=context.info["name"],
        folder=context.folder.path.name,
        status=str(context.info.get("status", "")),
        status_name=Phrase.of(lambda: status_name(str(context.info.get("status", "")))),
        description=Phrase.of(lambda: description.get(current_language(), fallback)),
        sections=sections,
        figures=context.figures,
        pictures=script_json(context.pictures),
        has_pictures=bool(context.pictures),
        style=source("page.css"),
        script=source("page.js"),
        plotly=packed_plotly() if context.figures else "",
    )
