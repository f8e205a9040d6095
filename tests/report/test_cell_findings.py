"""The section about what was found in the trainings of a search."""

from __future__ import annotations

import re

from tests.search.made_trials import grid
from trasluz.report.cell_findings import cell_findings
from trasluz.search.cell_findings import AskedCell, AskedCells

FOUND = {
    "rule": "not-finite",
    "severity": "bad",
    "title": {"en": "The loss was no longer a number", "es": "La pérdida dejó de ser un número"},
    "seen": {"en": "At step <3>.", "es": "En el paso <3>."},
}


def _asked(ill: bool = True) -> AskedCells:
    settings = grid(train__optimiser__learning_rate=[0.001, 0.01, 0.1], hidden=[50, 80, 100, 120])
    cells = [
        AskedCell(f"trial-{i}", one, "", (FOUND,) if ill and one["train.optimiser.learning_rate"] == 0.1 else ())
        for i, one in enumerate(settings)
    ]
    return AskedCells(tuple(cells), ("train.optimiser.learning_rate", "hidden"), 11)


def test_the_answer_says_in_how_many_and_with_which_value_in_both_languages() -> None:
    section = cell_findings(_asked())
    assert section is not None
    texts = {name: re.sub(r"<[^>]+>", "", str(text)) for name, text in section.answer.texts.items()}
    assert "4 of 12 trainings, all with `learning_rate` = 0.1." in texts["en"]
    assert "4 de 12" in texts["es"]
    assert "0,1" in texts["es"]


def test_the_section_counts_each_value_and_shows_what_was_said_as_text() -> None:
    section = cell_findings(_asked())
    assert section is not None
    assert "4 of 4" in section.html
    assert "0 of 4" in section.html
    assert "At step &lt;3&gt;." in section.html
    assert "trial-8" in section.html


def test_trainings_without_a_fault_are_told_as_such_and_none_says_nothing() -> None:
    section = cell_findings(_asked(ill=False))
    assert section is not None
    assert "Neither fault nor caution in any of 12 trainings." in section.answer.texts["en"]
    assert cell_findings(AskedCells((), ("hidden",), 11)) is None
