"""Looks that failed: in their place, what each of them said."""

from __future__ import annotations

from markupsafe import Markup

from trasluz.look.base import failure_of
from trasluz.report.context import Context
from trasluz.report.looks import without_drawing
from trasluz.report.phrase import Phrase, both, both_n
from trasluz.report.sections.base import Section, failed_part

ORDER = 70  # after all looks


def applies(context: Context) -> bool:
    """Whether a look could not be had or drawn."""
    return bool(context.failed_looks or without_drawing(context))


def answer(context: Context) -> Phrase:
    """How many looks there are none of."""
    lost = len({**context.failed_looks, **without_drawing(context)})
    return both_n("{n} look failed.", "{n} looks failed.", lost)


def render(context: Context) -> Section:
    """One sentence for each; what kept several from their data is said once."""
    lost = {**context.failed_looks, **without_drawing(context)}
    lost = dict({failure_of(n, e): (n, e) for n, e in lost.items()}.values())
    told = Markup("").join(failed_part(lambda n=n, e=e: failure_of(n, e)) for n, e in lost.items())  # type: ignore[misc]  # bound now
    return Section(both("What could not be looked at?"), "unseen", told)
