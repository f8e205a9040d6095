"""README's own commands: two recipes on one folder are compared on the same images, all of those that validate."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ImageFolder
from tests.test_docs import BLOCK, ROOT, _latest_runs, _run_line
from trasluz import api


def test_two_recipes_on_one_folder_are_compared_on_the_same_images(
    tmp_path: Path, image_folder: ImageFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_folder(name="photos", count=120)
    monkeypatch.chdir(tmp_path)
    lines = [
        line
        for kind, text in BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
        if kind == "sh"
        for line in text.splitlines()
    ]
    compare = next(line for line in lines if line.startswith("trasluz compare"))
    names = [word.rsplit("-", 1)[0].partition("-")[2] for word in compare.split()[2:]]
    for name in names:
        _run_line(next(line for line in lines if line.startswith(f"trasluz train {name} --data photos")))
    _run_line(compare)
    found = api.compare(*_latest_runs(compare).split()[2:])
    assert set(found.resting.common.values()) == {36}, "15 % of 240, of both"
    assert "accuracy" in found.table.rows[1].differences
    first, second = (run.info["split_fingerprints"] for run in map(api.open_run, _latest_runs(compare).split()[2:]))
    assert first["valid"] == second["valid"]
