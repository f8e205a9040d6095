"""Redundant layers: layers with weights after which the class can be read off no better than before.

Few samples cannot tell of one layer whether it gains a point.  Of several in a row, none of which surely gains, the
mean gain is known better: half of its interval is that of one, divided by the square root of how many they are.

Only layers that the run itself taught are judged: of a network whose weights came from elsewhere, nobody can leave one
out and keep what the others know.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.look.looks import probes
from trasluz.messages import _, ngettext
from trasluz.numerals import integer, points

_AT_BEST = 0.01  # a layer is called redundant where even the upper end of its gain is a percentage point at most
_FEWEST = 3  # in a row that are judged together: a stack, in which one more or less is no matter of the build
_SHOWN = 4  # names in a sentence


@dataclass(frozen=True)
class _Part:
    """A layer with weights and what follows it without weights of its own (activation, pooling), by its gain over the
    part before: ``gain`` ± ``half``, 95 %; ``taught``: whether this run made its weights from nothing."""

    name: str
    gain: float
    half: float
    taught: bool


def check(evidence: Evidence) -> Finding | None:
    """Parts between the first and the last that add nothing to a linear probe.

    Where the network itself is better than all of its probes, it uses places that these do not see, and nothing is
    said.
    """
    found = evidence.looks.get("probes")
    if not isinstance(found, probes.ProbesResult) or not evidence.parameters or found.own > found.high.max():
        return None
    parts = _parts(found, evidence)
    middle = parts[1:-1]  # the first reads the sample, the last gives the scores
    idle = [part for part in middle if part.taught and part.gain - part.half <= 0 and part.gain + part.half <= _AT_BEST]
    row = [] if idle else _row(middle)
    if not idle and not row:
        return None
    return _finding(row or idle, sum(part.taught for part in parts), found.tested, together=not idle)


def _row(middle: list[_Part]) -> list[_Part]:
    """The longest row of parts that were taught, none of which gains a point, whose mean gain is surely a point at
    most; else none."""
    rows: list[list[_Part]] = [[]]
    for part in middle:
        if part.taught and part.gain <= _AT_BEST and part.gain - part.half <= 0:
            rows[-1].append(part)
        else:
            rows.append([])
    known = [row for row in rows if len(row) >= _FEWEST and _mean_at_best(row) <= _AT_BEST]
    return max(known, key=len, default=[])


def _mean_at_best(row: list[_Part]) -> float:
    """The upper end of the mean gain of these parts, whose variances add up (``_parts``)."""
    half = math.sqrt(sum(part.half**2 for part in row))
    return (sum(part.gain for part in row) + half) / len(row)


def _finding(idle: list[_Part], count: int, tested: int, *, together: bool) -> Finding:
    best = _mean_at_best(idle) if together else max(part.gain + part.half for part in idle)
    names = ", ".join(part.name for part in idle[:_SHOWN]) + (", …" if len(idle) > _SHOWN else "")
    in_a_row = _(
        "{n} of {count} layers with weights, {names}, add nothing together that a linear probe could use: a gain in "
        "accuracy of {best} points at most in the mean of them ({tested} samples, 95 % interval)."
    )
    alone = ngettext(
        "{n} of {count} layers with weights, {names}, adds nothing that a linear probe could use: a gain in accuracy "
        "of {best} points at most ({tested} samples, 95 % interval).",
        "{n} of {count} layers with weights, {names}, add nothing that a linear probe could use: a gain in accuracy "
        "of {best} points each at most ({tested} samples, 95 % interval).",
        len(idle),
    )
    return Finding(
        severity="note",
        title=_("Layers that add nothing"),
        seen=(in_a_row if together else alone).format(
            n=integer(len(idle)),
            count=integer(count),
            names=names,
            best=points(max(best, 0.0)),
            tested=integer(tested),
        ),
        meaning=_(
            "The class can be read off as well before these layers as after them: the network is deeper than it need "
            "be."
        ),
        advice=_(
            "Leave one of them out, train again and compare: a smaller network that is as good is quicker and overfits "
            "less."
        ),
        numbers={"layers": float(len(idle)), "of": float(count), "at_best": best},
        refuted_by=_("without one of them, trained again, it is less often right."),
    )


def _parts(found: probes.ProbesResult, evidence: Evidence) -> list[_Part]:
    """The layers with weights in order of computation, each with what follows it.

    The variance of the gain over several layers is taken as the sum of theirs, which it is at most where what one
    layer loses by chance the next wins back.
    """
    owners, taught = _modules(evidence.parameters), _modules(evidence.taught_here)
    parts: list[list[int]] = []
    for index, layer in enumerate(found.layers):
        if layer in owners or not parts:
            parts.append([])
        parts[-1].append(index)
    halves = (found.gain_high - found.gain_low) / 2
    return [
        _Part(
            found.layers[of[0]],
            float(found.gain[of].sum()),
            math.sqrt(float((halves[of] ** 2).sum())),
            found.layers[of[0]] in taught,
        )
        for of in parts
    ]


def _modules(parameters: Iterable[str]) -> set[str]:
    """The modules that hold these parameters."""
    return {name.rsplit(".", 1)[0] for name in parameters}
