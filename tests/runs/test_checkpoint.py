"""The newest two numbered checkpoints are kept, and a resume ends what a kill left half-deleted."""

from __future__ import annotations

from pathlib import Path

from trasluz.runs.checkpoint import discard_after, numbered, write_checkpoint


def test_a_resume_deletes_what_is_too_old_and_what_is_yet_to_come(tmp_path: Path) -> None:
    for step in (1, 2, 3, 5):
        (tmp_path / f"{step:09d}").mkdir()
    (tmp_path / "000000001" / "manifest.json").touch()  # its state was deleted when the kill came
    discard_after(tmp_path, 3)
    assert [path.name for path in numbered(tmp_path)] == ["000000002", "000000003"]


def test_writing_one_keeps_two_and_the_best(tmp_path: Path) -> None:
    for name in ("000000001", "best", "000000002", "000000003"):
        write_checkpoint(tmp_path, name, {"step": name})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000002", "000000003", "best"]
