"""One look as a page of its own: the panels that the report would show, without the rest."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from trasluz.files import write_bytes
from trasluz.look.base import find
from trasluz.look.result import Result
from trasluz.messages import _, language
from trasluz.report.context import Context
from trasluz.report.looks import look_panels, look_phrase
from trasluz.report.phrase import Phrase, both
from trasluz.report.sections.base import Section
from trasluz.report.title import title_of
from trasluz.report.wording import samples_called
from trasluz.report.writer import fill_page, samples_of, weights_phrase
from trasluz.runs.folder import RunFolder
from trasluz.runs.weights import Weights


def write_look_page(
    target: Path, folder: RunFolder, result: Result, language_name: str, weights: Weights | None = None
) -> Path:
    """Writes the panels of ``result`` to ``target``, one file that opens without a network, and returns its path.

    ``weights``: those that were looked at, the final ones by default.

    Raises:
        StorageError: the page cannot be written.
    """
    context = Context(folder, {}, {result.look: result}, chosen=weights)
    help_text = find(result.look).HELP
    with language(language_name), samples_called(*samples_of(context)):
        lead = Markup('<p class="lead">{}</p>').format(Phrase.of(lambda: _(help_text)))
        name, called = title_of(context), look_phrase(result)
        section = Section(called, result.look, lead + look_panels(context, result), "first")
        html = fill_page(
            language_name,
            title=both("{name}: {look}", name=name, look=called),
            name=called,
            folder=context.weights.label,
            note=weights_phrase(context.weights),
            status=str(context.info.get("status", "")),
            description={},
            sections=[section],
            figures=context.figures,
            pictures=context.pictures,
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(target, html.encode())
    return target
