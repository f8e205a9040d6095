"""How a run ended, in one sentence: finished, stopped early, interrupted, failed, diverged, or not at all."""

from __future__ import annotations

from typing import Any

from trasluz.draw.names import duration
from trasluz.messages import LANGUAGES
from trasluz.report.context import Context
from trasluz.report.phrase import Phrase, both, both_n, join


def ending(context: Context) -> Phrase:
    """What became of the run and, where it did not finish, what to do."""
    status, done = context.info.get("status"), len(context.history.epochs)
    planned = sum(train.epochs for _phase, train in context.recipe.resolved_phases())
    if status == "finished":
        return _finished(done, planned, duration(training_seconds(context)))
    if status == "failed":
        told = _failed(done, planned, context.info.get("failure") or {})
        fragile = context.recipe.fragile
        known = Phrase.of_texts({name: fragile.get(name, fragile.get("en", "")) for name in LANGUAGES})
        return join([told, known]) if fragile and context.info.get("failure") else told
    if status == "interrupted":
        return both(
            "It was interrupted after {done} of {planned} epochs; `{resume}` goes on exactly where it stopped.",
            done=done,
            planned=planned,
            resume=f"trasluz resume {context.folder.path.name}",
        )
    return both(
        "It has not finished: {done} of {planned} epochs are done; `{resume}` goes on.",
        done=done,
        planned=planned,
        resume=f"trasluz resume {context.folder.path.name}",
    )


def training_seconds(context: Context) -> float:
    """The time that training took, with validation and checkpoints where the run says it."""
    told = (context.info.get("timings") or {}).get("training_seconds")
    return float(told) if told else sum(context.history.series("seconds")[1])


def _finished(done: int, planned: int, seconds: str) -> Phrase:
    if done < planned:
        return both(
            "It stopped early, after {done} of {planned} epochs and {seconds} of training.",
            done=done,
            planned=planned,
            seconds=seconds,
        )
    return both_n(
        "It finished its {n} epoch in {seconds} of training.",
        "It finished its {n} epochs in {seconds} of training.",
        done,
        seconds=seconds,
    )


def _failed(done: int, planned: int, failure: dict[str, Any]) -> Phrase:
    if not failure:
        return both(
            "It failed after {done} of {planned} epochs; what was learned until then is kept.",
            done=done,
            planned=planned,
        )
    return both(
        "It diverged: the term {term} was no longer finite in epoch {epoch}. "
        "The last good checkpoint is kept; a lower learning rate usually helps.",
        term=failure.get("term"),
        epoch=failure.get("epoch"),
    )
