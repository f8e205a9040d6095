"""A short part of the attack on damaged runs and on wrong values: seeded, so that each time the same ones are tried."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from attack.damage import WRONG, damages, wrong_value
from attack.parts.damaged_runs import VERBS, Setting, attack_runs, digests
from attack.parts.wrong_values import in_options, in_recipes
from attack.victims import make_run


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small classifier of a table's rows. Read it only."""
    return make_run("table", tmp_path_factory.mktemp("victims"), looked_at=False)


def test_damaged_runs_under_every_verb_say_what_is_wrong_and_stay_as_they_are(victim: Path, tmp_path: Path) -> None:
    tried = list(attack_runs(random.Random(0), 12, {"table": victim, "classifier": victim}, [], tmp_path / "attempts"))
    assert [attempt.fault for attempt in tried if attempt.fault] == []
    assert len(tried) == 12


def test_the_attack_notices_a_file_that_changed(victim: Path, tmp_path: Path) -> None:
    (verb,) = [verb for verb in VERBS if verb.words == "resume {run} --set train.epochs=2"]
    setting = Setting(tmp_path / "scene", "table", victim, victim, random.Random(0))
    assert setting.play(verb, None, "").code == 0
    assert {"metrics.jsonl", "run.json"} <= set(setting.changed)


def test_wrong_values_of_recipes_and_options_are_refused_in_a_sentence_or_work(victim: Path, tmp_path: Path) -> None:
    tried = [*in_recipes(random.Random(0), 6, tmp_path / "r"), *in_options(random.Random(0), 6, tmp_path / "o", victim)]
    assert [attempt.fault for attempt in tried if attempt.fault] == []


def test_every_damage_changes_the_file(victim: Path, tmp_path: Path) -> None:
    for file in ("run.json", "metrics.jsonl", "recipe.yaml", "splits.npz", "model/weights.safetensors"):
        for name, damage in damages(victim / file).items():
            run = shutil.copytree(victim, tmp_path / file.replace("/", "-") / name.replace(" ", "-"))
            before = digests(run)
            damage(run / file, random.Random(1), tmp_path / "nothing")
            assert digests(run) != before, (file, name)


def test_wrong_values_come_at_every_level() -> None:
    found = set()
    for seed in range(300):
        tree = wrong_value({"a": {"b": [1, {"c": 2}]}, "d": "e"}, random.Random(seed))
        found.add(str(tree)[:60])
    assert len(found) > len(WRONG)
