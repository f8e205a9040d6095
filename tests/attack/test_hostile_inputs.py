"""A seeded part of the hostile inputs: each door, in this process; `make attack` tries all, watched from outside."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest

from attack.hostile import cases, door_runs
from attack.hostile.case import RUN, Case
from tests.cli.conftest import Answer, Command, classifier, command  # noqa: F401 - fixtures

_PER_DOOR = 2
_SLOW = ("89 million", "50,000×50,000", "GB", "MB", "bomb", "zeros", "columns", "lines", "files", "1,000,000", "times")


def _chosen() -> list[Case]:
    """A few of each door, none of those that take more than a moment."""
    doors: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases():
        if not any(words in case.kind for words in _SLOW):
            doors[case.door].append(case)
    draw = random.Random(12)
    return [case for found in doors.values() for case in draw.sample(found, min(_PER_DOOR, len(found)))]


def _judge(case: Case, trained: Path, place: Path, ask: Command) -> str:
    words = [str(trained if word == RUN else word) for word in case.make(place)]
    answer: Answer = ask(*words)
    assert "Unexpected error" not in answer.err
    return case.fault(place, answer.code, answer.out, answer.err)


@pytest.mark.parametrize("case", _chosen(), ids=lambda case: f"{case.door}: {case.kind}")
def test_a_hostile_input_gives_a_right_result_or_one_sentence(
    case: Case,
    classifier: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
    command: Command,  # noqa: F811 - the fixtures
) -> None:
    assert not _judge(case, classifier, tmp_path, command)


@pytest.mark.parametrize("number", range(6))
def test_a_hostile_file_in_a_run_gives_a_right_result_or_one_sentence(
    number: int,
    classifier: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
    command: Command,  # noqa: F811 - the fixtures
) -> None:
    (case,) = random.Random(number).sample(door_runs.cases(classifier), 1)
    assert not _judge(case, classifier, tmp_path, command)
