"""The page of a learning curve: what twice the images would give, the figure, and each number."""

from __future__ import annotations

from pathlib import Path

from trasluz.draw.learning_curve import gain_sentence, learning_curve_figure, means_of, notes
from trasluz.draw.names import metric_value
from trasluz.draw.provenance import Origin
from trasluz.files import write_bytes
from trasluz.messages import language
from trasluz.numerals import integer
from trasluz.recipe import Recipe
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, metric_phrase, plain
from trasluz.report.sections.base import Section
from trasluz.report.stock import Sheet
from trasluz.report.writer import fill_page
from trasluz.search.curve import LearningCurve


def write_curve_page(path: Path, recipe: Recipe, curve: LearningCurve, language_name: str) -> Path:
    """Writes ``curve.html`` into the curve's folder and returns its path.

    Raises:
        StorageError: the page cannot be written.
    """
    sheet = Sheet(Origin(path.name, recipe.name, recipe.hash))
    with language(language_name):
        done = len(curve.cells) + len(curve.failed) == curve.wanted
        html = fill_page(
            language_name,
            title=both("{name}: learning curve", name=recipe.name),
            name=plain(recipe.name),
            folder=path.name,
            status="finished" if done else "interrupted",
            description=recipe.description,
            sections=[_section(curve, sheet)],
            figures=sheet.figures,
            pictures=sheet.pictures,
        )
    target = path / "curve.html"
    write_bytes(target, html.encode())
    return target


def _section(curve: LearningCurve, sheet: Sheet) -> Section:
    alt = both(
        "{metric} by number of training images, with the fitted law and its band", metric=metric_phrase(curve.metric)
    )
    means = means_of(curve)
    folds = sorted({cell.fold for cell in curve.cells})
    values = {(cell.size, cell.fold): metric_value(curve.metric, cell.value) for cell in curve.cells}
    rows = [
        (integer(size), metric_value(curve.metric, means[size]), [values.get((size, fold), "–") for fold in folds])
        for size in means
    ]
    html = fill(
        "learning_curve.html",
        sentence=Phrase.of(lambda: gain_sentence(curve)),
        figure=sheet.figure(lambda: learning_curve_figure(curve), alt),
        notes=_notes(curve),
        folds=[both("Fold {number}", number=fold + 1) for fold in folds],
        rows=rows,
    )
    return Section(both("What would more images give?"), "learning-curve", html, "first")


def _notes(curve: LearningCurve) -> list[Phrase]:
    """Each note in every language."""

    def note(number: int) -> Phrase:
        return Phrase.of(lambda: notes(curve)[number])

    return [note(number) for number in range(len(notes(curve)))]
