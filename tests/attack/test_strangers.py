"""A seeded part of the attack with strangers' runs: nothing is executed, and the trap is known to work."""

from __future__ import annotations

from pathlib import Path

from attack.parts import strangers

TRIALS = 16


def test_nothing_that_a_strangers_run_names_is_executed(tmp_path: Path) -> None:
    found = list(strangers.attempts(0, TRIALS, tmp_path))
    controls = [attempt for attempt in found if attempt.door == strangers.CONTROL]
    assert len(controls) == 2
    assert len(found) > TRIALS // 2
    assert [attempt for attempt in found if attempt.fault] == []
