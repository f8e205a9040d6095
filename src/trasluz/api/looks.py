"""Looks at a run: computed once for the weights that it has, kept under ``looks/<name>/``, and found there again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trasluz import components
from trasluz.api.opened import Images, OpenedRun
from trasluz.errors import DataError
from trasluz.look import base
from trasluz.look import names as look_names
from trasluz.look.result import Result, save_result, stored_for, stored_result
from trasluz.look.shown import from_samples
from trasluz.look.subject import Subject
from trasluz.messages import _, current_language
from trasluz.reporting import Reporter
from trasluz.runs.leftovers import remove_leftovers


def subject_of(run: OpenedRun, split: str | None) -> Subject:
    """The run's model and data as looks see them; ``split`` is validation, or training without one, unless named.

    Test data are looked at where they were evaluated before, or where ``split`` asks for them: a look must not tempt
    to tune on them.
    """
    return Subject(
        model=run.model,
        open_data=lambda: run.data,
        split=split or _usual_split(run),
        history=run.history,
        evaluations=run.evaluations(),
        folder=run.path,
        split_codes=run.split_codes,
    )


def _usual_split(run: OpenedRun) -> str:
    sizes = run.info.get("splits", {})
    if "test" in run.evaluations():
        return "test"
    return "valid" if sizes.get("valid") else "train"


def look(
    run: OpenedRun, name: str, images: Images | None, split: str | None, options: Mapping[str, Any], reporter: Reporter
) -> Result:
    """The look ``name``; kept in the run's folder when nobody chose images.

    Raises:
        RecipeError: no such look or option.
        RequestError: the model cannot be looked at so.
        DataError: there is no such split, or none of the images can be read.
    """
    module = base.find(name)
    config = components.configure(module.Config, dict(options), f"look {name}")
    subject = subject_of(run, split)
    sizes = run.info.get("splits", {})
    if not sizes.get(subject.split):
        known = ", ".join(k for k, v in sizes.items() if v)
        message = _("{data}: there is no {split} split; allowed: {known}.")
        raise DataError(message.format(data=run.path, split=subject.split, known=known))
    if images is not None:
        loaded = run.load(images, reporter)
        return base.compute(name, subject, from_samples(loaded.samples, loaded.files), options, reporter)
    target = run.weights.looks / name
    made_from = {"options": config.model_dump(mode="json"), "split": subject.split, "weights": run.weights.digest()}
    kept = _kept(target, module, made_from)
    if kept is not None:
        return kept
    found: Result = base.compute(name, subject, None, options, reporter)
    remove_leftovers(run.weights.looks)
    save_result(target, found, made_from)
    return found


def _kept(target: Path, module: base.LookModule, made_from: dict[str, Any]) -> Result | None:
    """What is kept and was made from this; options that there were not yet when it was made count as usual ones."""
    found: Result | None = stored_result(target, module.RESULT, made_from)
    before = stored_for(target) if found is None else None
    if before is None or not isinstance(before.get("options"), dict):
        return found
    usual = module.Config().model_dump(mode="json")
    same = {**before, "options": {**usual, **before["options"]}} == made_from
    return stored_result(target, module.RESULT, before) if same else None


@dataclass(frozen=True)
class UsualLooks:
    """``found`` and, of the looks that failed, what each raised; by name."""

    found: Mapping[str, Result]
    failed: Mapping[str, Exception]


def usual_looks(run: OpenedRun, split: str | None, reporter: Reporter) -> UsualLooks:
    """What a report shows: every look that is usual and that this model can be looked at with, each kept; and those
    that somebody asked for before, as long as they are still of these weights and this split.

    A look that fails costs its own place alone.
    """
    subject = subject_of(run, split)
    found: dict[str, Result] = {}
    failed: dict[str, Exception] = {}
    with reporter.task(_("Looking inside"), total=len(look_names())) as task:
        for name in look_names():
            try:
                if base.usual(name, subject) or _still_true(run, name, subject.split):
                    found[name] = look(run, name, None, split, _options_kept(run, name), Reporter())
            except components.PASSING:
                raise
            except Exception as error:  # too few images for it, or no gradient; one of others may raise anything
                failed[name] = error
            task.advance(note=name)
    for told in dict.fromkeys(base.failure_of(name, reason) for name, reason in failed.items()):
        reporter.warn(told)  # once: what keeps one look from its data keeps all
    return UsualLooks(found, failed)


def _still_true(run: OpenedRun, name: str, split: str) -> bool:
    """Whether the look ``name`` was kept for the weights that the run has, and for ``split``."""
    kept = stored_for(run.weights.looks / name)
    return kept is not None and kept.get("weights") == run.weights.digest() and kept.get("split") == split


def _options_kept(run: OpenedRun, name: str) -> dict[str, Any]:
    """The options with which somebody looked last, so that a report shows what was asked for."""
    kept = stored_for(run.weights.looks / name)
    return dict(kept["options"]) if kept else {}


def look_help(name: str) -> str:
    """What the look ``name`` shows, in one English sentence that the catalogue knows."""
    return base.find(name).HELP


def look_page(
    run: OpenedRun,
    name: str,
    images: Images | None,
    split: str | None,
    options: Mapping[str, Any],
    out: Path | None,
    lang: str | None,
    reporter: Reporter,
) -> Path:
    """Looks and writes one page of it: to ``out``, or ``looks/<name>.html`` in the run; returns its path.

    Raises:
        RecipeError, RequestError, DataError: as ``look``.
        StorageError: the page cannot be written.
    """
    from trasluz.report.looking import write_look_page

    found = look(run, name, images, split, options, reporter)
    target = out or run.weights.looks / f"{name}.html"
    remove_leftovers(target.parent, deep=False)
    return write_look_page(target, run.folder, found, lang or current_language(), run.weights)
