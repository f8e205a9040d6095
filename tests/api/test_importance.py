from __future__ import annotations

from pathlib import Path

import pytest

import trasluz as tz
from trasluz.cli.__main__ import run as words
from trasluz.errors import RequestError
from trasluz.recipe import from_dict

MODEL = {
    "family": "vae",
    "encoder": {"name": "dense", "hidden": [], "code": 16},
    "decoder": {"name": "dense", "hidden": [8]},
    "latent": 3,
    "likelihood": "discretised-logistic",
}


def test_a_run_bounds_its_evidence_on_request_and_keeps_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, compute = {"epochs": 1, "batch": 64}, {"threads": 1, "device": "cpu"}
    chosen = from_dict({"name": "tiny", "model": MODEL, "train": train, "data": {"limit": 200}, "compute": compute})
    run = tz.train(chosen, runs=tmp_path)
    with pytest.raises(RequestError, match="from 1 to 5000"):
        run.evaluate(importance_samples=0)
    assert not run.evaluations()
    found = run.evaluate(importance_samples=20)
    assert found.metrics["importance_weighted_nll"] < -found.metrics["elbo"]
    assert run.evaluations()["valid"].metrics == found.metrics
    assert "importance_weighted_nll" not in run.evaluate().metrics
    assert words(["evaluate", str(run.path), "--iw", "20", "--json"]) == 0
    assert '"importance_samples": 20' in capsys.readouterr().out
