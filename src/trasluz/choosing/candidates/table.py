"""Tables with classes: standardised features and a dense network, as wide as the rows can teach."""

from __future__ import annotations

from typing import ClassVar

from trasluz.choosing.candidates.base import BaseCandidate, Case, Purpose
from trasluz.messages import N_, ngettext
from trasluz.numerals import integer
from trasluz.recipe import Recipe

_FEW, _MANY = 300, 20_000  # rows: below, iris-mlp-tuned; above, more units and larger batches


class Candidate(BaseCandidate):
    """Recipe ``iris-mlp-tuned`` for few rows, else ``wine-mlp-tuned``, wider for many."""

    purpose: ClassVar[Purpose] = "classify"
    minutes: ClassVar[float] = 2.0
    told: ClassVar[str] = N_("a small dense network on columns that were brought to one scale")

    def fits(self, case: Case) -> bool:
        """Tables."""
        return case.facts.kind == "table"

    def reason(self, case: Case) -> str:
        """The size of the table."""
        facts = case.facts
        message = ngettext(
            "because this is a table of {rows} rows and {n} column to learn from",
            "because this is a table of {rows} rows and {n} columns to learn from",
            facts.features,
        )
        return message.format(rows=integer(facts.samples), n=facts.features)

    def recipe(self, case: Case) -> Recipe:
        """Layers by the number of rows."""
        rows = case.facts.samples
        free: dict[str, object] = {"data.target": None, "data.target_at_least": None}
        if rows < _FEW:
            return self.over("iris-mlp-tuned", {})
        if rows < _MANY:
            return self.over("wine-mlp-tuned", free)
        wide = {"model.network.hidden": [200, 200], "model.l2": 0.0, "train.batch": 256}
        return self.over("wine-mlp-tuned", {**free, **wide})

    def most_epochs(self, case: Case) -> int:
        """As measured: 40, which early stopping may shorten."""
        return 40

    def evaluate_every(self, epochs: int) -> int:
        """After each, because training stops by it."""
        return 1
