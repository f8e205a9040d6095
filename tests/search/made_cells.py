"""A study whose cells are done: run folders of a few small files, as training and evaluating leave them."""

from __future__ import annotations

import json
from pathlib import Path

from trasluz.recipe.study import Study
from trasluz.runs.folder import FORMAT
from trasluz.search.folder import Cell, StudyFolder, cells_of

EPOCHS = 5


def made_study(place: Path, variants: int, seeds: int) -> tuple[StudyFolder, Study]:
    """A study of that many variants and seeds, every cell of it finished."""
    study = Study(
        name="made",
        base="digits-cnn",
        set={"train.epochs": EPOCHS},
        variants={f"rate-{i}": {"train.optimiser.rate": 1e-4 * (i + 1)} for i in range(variants)},
        seeds=seeds,
        metrics=("accuracy",),
    )
    folder = StudyFolder.create(place, study)
    for cell in cells_of(study):
        make_cell(folder.runs, cell)
    return folder, study


def score_of(cell: Cell) -> float:
    """The accuracy that ``make_cell`` gives a cell."""
    return 0.5 + 0.001 * int(cell.variant.partition("-")[2]) + 0.01 * cell.number


def make_cell(runs: Path, cell: Cell, created: str = "2026-01-01T00:00:00+00:00") -> Path:
    """The folder of one finished run that was judged; returns it."""
    run = runs / f"20260101-{cell.variant}-{cell.number:06x}"
    judged = run / "looks" / "evaluation-valid"
    judged.mkdir(parents=True)
    info = {
        "format": FORMAT,
        "name": cell.variant,
        "status": "finished",
        "created": created,
        "recipe_hash": cell.recipe.hash,
        "timings": {"training_seconds": 1.5},
        "parameters": 1234,
    }
    metrics = {"accuracy": score_of(cell), "loss": 1.0}
    evaluation = {"split": "valid", "count": 100, "metrics": metrics, "intervals": {}, "classes": [], "notes": []}
    evaluation |= {"baselines": {}, "per_class": None, "confusion": None, "calibration": None}
    (run / "model").mkdir()
    for name in ("model/weights.safetensors", "model/config.json", "model/preprocess.json", "splits.npz"):
        (run / name).touch()  # a finished run has them; a study reads none
    records = [
        {"phase": "main", "epoch": e, "valid/accuracy": e / 10, "valid/loss": 1 / e} for e in range(1, EPOCHS + 1)
    ]
    (run / "run.json").write_text(json.dumps(info, indent=2))
    (run / "recipe.yaml").write_text(cell.recipe.to_yaml())
    (run / "metrics.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (judged / "evaluation.json").write_text(json.dumps(evaluation))
    (run / "findings.json").write_text(json.dumps({"format": 1, "findings": []}))
    return run
