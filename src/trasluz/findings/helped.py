"""How often following a rule's advice helped, as it was measured.

``helped.json`` is written beside docs/findings.md (``bench/zoo/page.py``) from trainings in which the advice was
followed; nothing in it is written by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from trasluz.metrics.intervals import wilson

_FILE = Path(__file__).parent / "helped.json"


@dataclass(frozen=True)
class Helped:
    """Of ``runs`` trainings that followed the advice, ``helped`` were better by what was complained of."""

    helped: int
    runs: int

    @property
    def mostly(self) -> bool:
        """Whether it helped in more than half of them."""
        return 2 * self.helped > self.runs

    @property
    def surely(self) -> float:
        """The share in which it helps at least, the lower end of Wilson's 95 % interval: few runs promise less."""
        return wilson(self.helped, self.runs)[0]


def helped(rule: str) -> Helped | None:
    """What was measured of the rule's advice; ``None`` where it was never followed."""
    return _all().get(rule)


@cache
def _all() -> dict[str, Helped]:
    found = json.loads(_FILE.read_text(encoding="utf-8"))
    return {rule: Helped(hits, runs) for rule, (hits, runs) in found.items()}
