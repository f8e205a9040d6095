from __future__ import annotations

from types import SimpleNamespace

import pytest

from trasluz.api.listening import listening
from trasluz.draw import notebook_reporter
from trasluz.draw.notebook_reporter import NotebookReporter
from trasluz.reporting import Reporter


def test_sentences_are_printed_and_warnings_marked(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = NotebookReporter()
    reporter.say("about 3 min")
    reporter.warn("one file is damaged")
    assert capsys.readouterr().out == "about 3 min\nNote: one file is damaged\n"


def test_a_short_task_says_nothing(display: SimpleNamespace) -> None:
    with NotebookReporter().task("Reading", 10) as task:
        task.advance(10)
    assert not display.displayed


def test_a_long_task_is_one_line_with_time_left_and_ends_with_what_it_took(
    display: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter([0.0, 1.0, 4.0, 4.1, 8.0, 9.0])
    monkeypatch.setattr(notebook_reporter.time, "monotonic", lambda: next(now))
    with NotebookReporter().task("Reading", 100, "images") as task:
        task.advance(10)  # after 1 s
        task.advance(30)  # after 4 s: said
        task.advance(1)  # too soon after that
        task.advance(9, "a.png")  # after 8 s: half of it
    assert [one["text/plain"] for one in display.displayed] == ["Reading · 40/100 images · 6.0\u202fs left"]
    texts = [one["text/plain"] for one in display.handle.bundles]
    assert texts == ["Reading · 50/100 images · 8.0\u202fs left · a.png", "Reading · 9.0\u202fs · a.png"]


def test_in_a_notebook_somebody_listens_and_elsewhere_nobody_unasked(shell: object) -> None:
    given = Reporter()
    assert listening(given) is given
    assert isinstance(listening(None), NotebookReporter)


def test_outside_a_notebook_nobody_listens() -> None:
    assert type(listening(None)) is Reporter
