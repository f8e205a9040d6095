"""What is printed where, and how progress is told to terminals and to logs."""

from __future__ import annotations

import io
import json

import pytest
from rich.progress import Progress

from trasluz.cli import progress
from trasluz.cli.console import Console, columns
from trasluz.cli.progress import Bars, clock, speed_text


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_results_and_sentences_go_to_different_streams(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    console.result("a result")
    console.say("a sentence")
    console.warn("a warning")
    printed = capsys.readouterr()
    assert printed.out == "a result\n"
    assert printed.err == "a sentence\na warning\n"


def test_a_silent_console_still_says_why_it_failed(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(silent=True)
    console.result("a result")
    console.say("a sentence")
    console.fail("it failed")
    with console.task("work", 2) as task:
        task.advance()
    assert capsys.readouterr() == ("", "it failed\n")


def test_json_is_one_line_without_nan(capsys: pytest.CaptureFixture[str]) -> None:
    Console().json({"a": float("nan"), "b": [float("inf"), 1.5], "ñ": {"c": 2}})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 1.5], "ñ": {"c": 2}}


def test_sentences_are_neither_wrapped_nor_read_as_markup(capsys: pytest.CaptureFixture[str]) -> None:
    text = "[bold]" + "long " * 60 + "photos/[1].png"
    console = Console()
    with console.task("work", 1):
        console.say(text)
    assert capsys.readouterr().err == text + "\n"


def test_columns_align_numbers_to_the_right() -> None:
    assert columns([("name", "value"), ("a", 1.0), ("longer", 123.4)]) == "name    value\na           1\nlonger  123.4"


def test_a_short_task_says_nothing_in_a_log() -> None:
    stream = io.StringIO()
    with Bars(stream).task("Reading", 10, "images") as task:
        task.advance(10)
    assert stream.getvalue() == ""


def test_a_long_task_says_speed_and_time_left_in_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 20.0, 20.0, 40.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    stream = io.StringIO()
    with Bars(stream).task("Training", 1000, "images") as task:
        task.advance(500, note="loss 0.1")
    first, last = stream.getvalue().splitlines()
    assert first == "Training: 500/1000 · 25 images/s · 0:20 left · loss 0.1"
    assert last.startswith("Training: 500/1000")


def test_parts_that_take_times_of_their_own_are_counted_without_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 20.0, 20.0, 40.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    stream = io.StringIO()
    with Bars(stream).task("Looking inside", 20, "") as task:
        task.advance(5, note="cam")
    assert stream.getvalue().splitlines()[0] == "Looking inside: 5/20 · cam"
    shown = Progress(progress.DoneColumn(), progress.TimeLeftColumn())
    shown.add_task("Looking inside", total=20, completed=5, counted="")
    assert progress.DoneColumn().render(shown.tasks[0]).plain == "5/20"
    assert progress.TimeLeftColumn().render(shown.tasks[0]).plain == ""
    shown.add_task("Decoding", total=20, completed=5, counted="images")
    assert progress.DoneColumn().render(shown.tasks[1]).plain.strip() == "25 %"
    assert progress.TimeLeftColumn().render(shown.tasks[1]).plain != ""


def test_bars_are_drawn_on_a_terminal_and_nest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    bars = Bars(stream)
    with bars.task("Outer", 2, "") as outer:
        outer.advance(1, note="half")
        with bars.task("Inner", 4, "images") as inner:
            inner.advance(4)
            bars.write("a sentence between", "")
        outer.advance()
    assert "Outer" in stream.getvalue()
    assert "Inner" in stream.getvalue()
    assert "a sentence between" in stream.getvalue()


def test_bars_end_when_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    bars = Bars(Terminal())
    with pytest.raises(ValueError, match="no"), bars.task("Outer", 2, ""):
        raise ValueError("no")
    with bars.task("Again", 1, "") as task:
        task.advance()


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (61.4, "1:01"), (3723, "1:02:03")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_speed_has_a_decimal_only_when_slow() -> None:
    assert [speed_text(3.14, "images"), speed_text(12345.6, "images"), speed_text(3, "")] == [
        "3.1 images/s",
        "12\u202f346 images/s",
        "",
    ]


_NASTY = "esc\x1b[31mred\x9b\u202egnp\r\x07\udcf1"
_SHOWN = r"esc\x1b[31mred\x9b\u202egnp\r\x07\xf1"


def test_control_characters_are_shown_and_not_obeyed_wherever_something_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    console = Console()
    console.result(columns([("class", "n"), (f"two\nlines {_NASTY}", 1)]))
    for speak in (console.result, console.say, console.warn, console.fail):
        speak(_NASTY)
    with console.task(_NASTY, 1) as task:
        task.advance(1, _NASTY)
    printed = capsys.readouterr()
    assert rf"two\nlines {_SHOWN}" in printed.out
    assert printed.out.count(_SHOWN) == 2
    assert printed.err.count(_SHOWN) >= 5
    assert not set("\x1b\x9b\u202e\r\x07\udcf1") & set(printed.out + printed.err)


def test_bars_on_a_terminal_show_control_characters_too() -> None:
    stream = Terminal()
    bars = Bars(stream)
    with bars.task("work", 1, "") as task:
        task.advance(1, _NASTY)
    assert "\x07" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_json_keeps_every_name_and_prints_no_control_character(capsys: pytest.CaptureFixture[str]) -> None:
    Console().json({_NASTY: [_NASTY]})
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {_NASTY: [_NASTY]}
    assert line.isprintable()
