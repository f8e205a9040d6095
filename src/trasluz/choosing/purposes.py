"""What data can be used for: told by their labels and their kind, or asked for and possible, or refused."""

from __future__ import annotations

from trasluz.choosing.candidates.base import PURPOSES, Purpose
from trasluz.choosing.facts import Facts
from trasluz.errors import DataError, RequestError
from trasluz.messages import _, did_you_mean, short

_MOST_NAMED = 20  # columns of a table
_LEAST = 10  # samples, of which a fifth validates


def check_purpose(asked: str | None) -> Purpose | None:
    """``asked``, which is one of the purposes, or none.

    Raises:
        RequestError: names those there are.
    """
    if asked is None:
        return None
    if asked not in PURPOSES:
        message = _("--for {asked}: allowed are {known}.")
        known = ", ".join(PURPOSES)
        raise RequestError(message.format(asked=asked, known=known) + did_you_mean(asked, PURPOSES))
    return asked


def settle_purpose(facts: Facts, asked: str | None) -> Purpose:
    """``asked``, or what the data are for: to be told apart where they have classes, else to be made again.

    Raises:
        RequestError: there is no such purpose.
        DataError: these data cannot be used so, or are too few.
    """
    wanted = check_purpose(asked)
    if facts.samples < _LEAST:
        message = _("{name}: {n} samples are too few to learn from and to be judged on; give at least {least}.")
        raise DataError(message.format(name=facts.name, n=facts.samples, least=_LEAST))
    refusals = {purpose: _refusal(facts, purpose) for purpose in PURPOSES}
    found: Purpose = "classify" if facts.labels or facts.kind == "table" else "reconstruct"
    if wanted is not None:
        found = wanted
    refusal = refusals[found]
    if refusal is not None:
        raise DataError(refusal)
    return found


def _refusal(facts: Facts, purpose: Purpose) -> str | None:
    """Why data cannot be used so; ``None`` where they can."""
    if purpose == "classify" and not facts.labels:
        return _unlabelled(facts)
    if purpose == "reconstruct" and facts.kind == "table":
        return _("--for reconstruct: {name} is a table; images and sequences can be reconstructed.").format(
            name=facts.name
        )
    if purpose in ("generate", "translate") and facts.kind != "image":
        message = _("--for {purpose}: {name} holds no images; only images can be made.")
        return message.format(purpose=purpose, name=facts.name)
    if purpose == "translate" and (not facts.labels or facts.multi_label):
        return _("--for translate: {name} needs two folders of images or more, one for each domain.").format(
            name=facts.name
        )
    return None


def _unlabelled(facts: Facts) -> str:
    """That there is nothing to tell apart, and what to do."""
    if facts.kind == "table" and not facts.counts:
        return _no_target(facts)
    if facts.counts:
        message = _(
            "{name}: all samples are of one class, {label}, so there is nothing to tell apart; give another class."
        )
        return message.format(name=facts.name, label=next(iter(facts.counts)))
    message = _(
        "{name}: no sample has a label, so there is nothing to tell apart; sort images into a folder per class."
    )
    return message.format(name=facts.name)


def _no_target(facts: Facts) -> str:
    """That no column says the class, and which there are to choose from."""
    if not facts.columns:
        message = _("{name}: no column says the class of a row; name it with --set data.target=COLUMN.")
        return message.format(name=facts.name)
    message = _(
        "{name}: no column says the class of a row; name it with --set data.target=COLUMN, which is one of {columns}."
    )
    more = len(facts.columns) - _MOST_NAMED
    named = ", ".join(map(short, facts.columns[:_MOST_NAMED])) + (
        _(" and {more} more").format(more=more) if more > 0 else ""
    )
    return message.format(name=facts.name, columns=named)
