"""The comparison page of a study: what was asked, what each variant reached, and where they learned apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from trasluz.draw.history import History
from trasluz.files import write_bytes
from trasluz.messages import language
from trasluz.recipe.study import Study
from trasluz.report.phrase import Phrase, both, both_n, split_phrase
from trasluz.report.variants import Note, answer, curves, numbers
from trasluz.report.writer import fill_page
from trasluz.search.table import Table


def write_study_page(
    path: Path,
    study: Study,
    table: Table,
    histories: Mapping[str, Sequence[History]],
    done: int,
    language_name: str,
) -> Path:
    """Writes ``study.html`` into the study's folder and returns its path; ``done`` cells of all are in ``table``.

    Raises:
        StorageError: the page cannot be written.
    """
    figures: list[Markup] = []
    wanted = study.seeds * len(study.variants)
    with language(language_name):
        sections = [
            answer(table, _lead(study, done, wanted), [_note(study, table)], both("Variant")),
            numbers(table, table.metrics, figures, _how_to_read()),
        ]
        means = both("Means over the seeds, on validation data, at the end of each epoch.")
        if learned := curves(table, histories, ("loss", *table.metrics), figures, means):
            sections.append(learned)
        html = fill_page(
            language_name,
            title=both("{name}: comparison of a study", name=study.name),
            name=study.name,
            folder=path.name,
            status="finished" if done == wanted else "interrupted",
            description=study.description,
            sections=sections,
            figures=figures,
            pictures=[],
        )
    target = path / "study.html"
    write_bytes(target, html.encode())
    return target


def _lead(study: Study, done: int, wanted: int) -> Phrase:
    return both(
        "{runs} of {wanted}: {variants} variants of the recipe {base} with {seeds} seeds each, judged on {split} data.",
        runs=both_n("{n} run", "{n} runs", done),
        wanted=wanted,
        variants=len(study.variants),
        seeds=study.seeds,
        base=study.base,
        split=split_phrase(study.split),
    )


def _note(study: Study, table: Table) -> Note:
    if study.seeds == 1:
        alone = both(
            "One seed says nothing about how far a number could move by chance: no difference here is sure. Give more "
            "seeds."
        )
        return Note(alone, warning=True)
    return Note(
        both(
            "In brackets: 95 % intervals of the mean over seeds (Student's t, inside the metric's range); none where "
            "all seeds gave the same, which says nothing about another. Differences are taken seed by seed from "
            "{reference}; bold where the interval leaves out zero. They are not adjusted for the number of variants: "
            "among twenty comparisons one is bold by chance.",
            reference=table.reference,
        )
    )


def _how_to_read() -> Phrase:
    return both(
        "Each pale dot is one run, the strong dot their mean, the bar its 95 % interval; the dashed line is the "
        "reference. Scales need not start at zero."
    )
