"""The usual looks of a report: one that finds too little to look at leaves the others, and says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import trasluz as tz
from trasluz.api.looks import usual_looks
from trasluz.errors import DataError
from trasluz.look.looks import latent_map
from trasluz.reporting import Reporter

QUICK = {"train.epochs": 1, "train.schedule": {"name": "constant"}, "data.limit": 100, "data.valid": 0.2}


class Heard(Reporter):
    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)


def test_a_look_that_cannot_be_had_is_left_out_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise DataError("Some codes are not finite numbers.")

    monkeypatch.setattr(latent_map, "compute", fail)
    heard = Heard()
    found = usual_looks(tz.train("digits-cnn", set=QUICK, runs=tmp_path), None, heard).found
    assert heard.warnings == ["Some codes are not finite numbers."]
    assert "latent-map" not in found
    assert {"neighbours", "code-use", "kernels"} <= found.keys()
