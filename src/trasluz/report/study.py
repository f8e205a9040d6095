"""The comparison page of a study: what was asked, what each variant reached, and where they learned apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trasluz.draw.history import History
from trasluz.draw.names import higher_is_better
from trasluz.draw.provenance import Origin
from trasluz.draw.resting import StudyResting
from trasluz.files import write_bytes
from trasluz.findings.study_evidence import DrawnRange, takes_any
from trasluz.messages import language
from trasluz.recipe.study import Study
from trasluz.report.cell_findings import cell_findings
from trasluz.report.phrase import Phrase, both, both_n, join, plain, split_phrase
from trasluz.report.sections.base import Section
from trasluz.report.stock import Sheet
from trasluz.report.study_fields import cell_curves_section, fields_section
from trasluz.report.study_outer import outer_section
from trasluz.report.study_tested import tested_section
from trasluz.report.study_trials import trials_section
from trasluz.report.study_winner import winner_section
from trasluz.report.variant_findings import Found, variant_findings
from trasluz.report.variant_pictures import code_planes, same_images
from trasluz.report.variants import Note, answer, curves, numbers
from trasluz.report.writer import fill_page
from trasluz.runs.variant_pictures import VariantPictures
from trasluz.search.cell_findings import AskedCells
from trasluz.search.importance import field_importance
from trasluz.search.outer_score import OuterScore
from trasluz.search.table import Table
from trasluz.search.tested import Tested
from trasluz.search.trial_results import TrialResult
from trasluz.search.winner import Winner


@dataclass(frozen=True)
class Shown:
    """What a page shows beside the table: by variant the ``histories`` of its runs, what the rules found in each, and
    the ``pictures`` of one; ``resting``: what differences rest on; ``done``: cells of all that are in the table.

    ``trials``: what was searched, judged by ``metric``, with its ``winner``; ``classes``: the names that confusion
    matrices of the trials speak of. ``asked``: the cells of a search, whose findings are counted in the place of
    ``findings``; ``ranges``: field → the range that its values were drawn from; ``takes``: whether the best trial's
    recipe would take a value of a field; ``finished``: whether a search is. ``outer``: what outer folds say of this
    way of choosing; ``tested``: what the winner gave on test data."""

    histories: Mapping[str, Sequence[History]]
    findings: Found
    pictures: Mapping[str, VariantPictures]
    resting: StudyResting
    done: int
    trials: tuple[TrialResult, ...] = ()
    winner: Winner | None = None
    metric: str = ""
    classes: tuple[str, ...] = ()
    outer: OuterScore | None = None
    tested: Tested | None = None
    asked: AskedCells | None = None
    ranges: Mapping[str, DrawnRange] = field(default_factory=dict)
    takes: Callable[[str, float], bool] = takes_any
    finished: bool | None = None


def write_study_page(path: Path, study: Study, table: Table, shown: Shown, language_name: str) -> Path:
    """Writes ``study.html`` into the study's folder and returns its path.

    Raises:
        StorageError: the page cannot be written.
    """
    sheet = Sheet(Origin(path.name, ", ".join(shown.pictures), ""))
    wanted = study.seeds * len(study.variants)
    with language(language_name):
        means = both("Means over the trainings, on validation data, at the end of each epoch.")
        sections = [
            answer(table, _lead(study, shown, wanted), _notes(study, table, shown.resting), _heading(shown)),
            *_about_trials(shown, sheet),
            _findings(study, shown),
            numbers(table, table.metrics, sheet.figures, _how_to_read()),
            curves(table, shown.histories, ("loss", *table.metrics), sheet.figures, means),
            same_images(shown.pictures, sheet),
            code_planes(shown.pictures, sheet),
        ]
        html = fill_page(
            language_name,
            title=both("{name}: comparison of a study", name=study.name),
            name=plain(study.name),
            folder=path.name,
            status="finished" if _is_finished(shown, wanted) else "interrupted",
            description=study.description,
            sections=[section for section in sections if section is not None],
            figures=sheet.figures,
            pictures=sheet.pictures,
        )
    target = path / "study.html"
    write_bytes(target, html.encode())
    return target


def _about_trials(shown: Shown, sheet: Sheet) -> list[Section | None]:
    """The winner, all trials, the fields that decide, and the curves of all trainings."""
    if not shown.metric:
        return []
    rises, trials = higher_is_better(shown.metric), shown.trials
    best = "" if shown.winner is None else shown.winner.best
    importance = field_importance(trials, rises)
    logs = {name: drawn.log for name, drawn in shown.ranges.items() if drawn.log is not None}
    return [
        None if shown.winner is None else winner_section(shown.winner, trials, shown.ranges, shown.takes),
        None if shown.tested is None else tested_section(shown.tested, best),
        None if shown.outer is None else outer_section(shown.outer),
        trials_section(trials, shown.metric, rises, best, shown.classes, logs),
        fields_section(trials, shown.metric, best, importance, sheet, logs),
        cell_curves_section(trials, shown.metric, best, sheet),
    ]


def _findings(study: Study, shown: Shown) -> Section | None:
    if shown.asked is not None:
        return cell_findings(shown.asked)
    return variant_findings({name: shown.findings.get(name, ()) for name in study.variants})


def _is_finished(shown: Shown, wanted: int) -> bool:
    return shown.done == wanted if shown.finished is None else shown.finished


def _heading(shown: Shown) -> Phrase:
    return both("Variant") if shown.asked is None else both("Trial")


def _lead(study: Study, shown: Shown, wanted: int) -> Phrase:
    if shown.asked is not None:
        return _search_lead(study, shown)
    done = shown.done
    if study.folds is not None:
        return both(
            "{runs} of {wanted}: {variants} variants of the recipe {base} with {seeds} trainings each, every one "
            "judged on the fold that it was not trained on.",
            runs=both_n("{n} run", "{n} runs", done),
            wanted=wanted,
            variants=len(study.variants),
            seeds=study.seeds,
            base=study.base,
        )
    return both(
        "{runs} of {wanted}: {variants} variants of the recipe {base} with {seeds} seeds each, judged on {split} data.",
        runs=both_n("{n} run", "{n} runs", done),
        wanted=wanted,
        variants=len(study.variants),
        seeds=study.seeds,
        base=study.base,
        split=split_phrase(study.split),
    )


def _search_lead(study: Study, shown: Shown) -> Phrase:
    words = {"base": study.base, "done": both_n("{n} training", "{n} trainings", shown.done)}
    first = (
        both_n(
            "{n} trial of the recipe {base}, {done}, each judged on the fold that it was not trained on.",
            "{n} trials of the recipe {base}, {done}, each judged on the fold that it was not trained on.",
            len(shown.trials),
            **words,
        )
        if study.folds is not None
        else both_n(
            "{n} trial of the recipe {base}, {done}, judged on {split} data.",
            "{n} trials of the recipe {base}, {done}, judged on {split} data.",
            len(shown.trials),
            split=split_phrase(study.split),
            **words,
        )
    )
    few = len(study.variants)
    if few >= len(shown.trials):
        return first
    return join([first, both_n("The table has the {n} best.", "The table has the {n} best.", few)])


def _notes(study: Study, table: Table, resting: StudyResting) -> list[Note]:
    told = Phrase.of(lambda: "\n".join(resting.sentences()))
    lines = {name: text.split("\n") for name, text in told.texts.items()}
    apart = bool(resting.others) + resting.few  # of the sentences, those that end in no difference come first
    said = [Phrase(dict(zip(lines, same, strict=True))) for same in zip(*lines.values(), strict=True) if any(same)]
    return [*(Note(text, warning=i < apart) for i, text in enumerate(said)), _about_seeds(study, table)]


def _about_seeds(study: Study, table: Table) -> Note:
    if study.seeds == 1:
        alone = both(
            "One seed says nothing about how far a number could move by chance: no difference here is sure. Give more "
            "seeds."
        )
        return Note(alone, warning=True)
    if study.folds is not None:
        return Note(
            both(
                "In brackets: 95 % intervals of the mean over folds and seeds (Student's t, inside the metric's "
                "range); the trainings of folds share most of their samples, so that these are rather too narrow. "
                "Differences are taken fold by fold from {reference}; bold where the interval leaves out zero. They "
                "are not adjusted for the number of variants: among twenty comparisons one is bold by chance.",
                reference=table.reference,
            )
        )
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
