"""Looks at a run: computed once for its weights, kept, shown on a page; refused in one sentence."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

import trasluz as tz
from trasluz.api import look_page
from trasluz.errors import DataError, RecipeError, RequestError
from trasluz.look.looks.kernels import KernelsResult
from trasluz.reporting import Reporter

QUICK = {"train.epochs": 1, "train.schedule": {"name": "constant"}, "data.limit": 200, "data.valid": 0.2}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tz.train("digits-cnn", set=QUICK, runs=tmp_path_factory.mktemp("runs")).path


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> tz.Run:
    return tz.open_run(shutil.copytree(trained, tmp_path / "run"))


def test_kernels_are_the_weights_of_the_first_convolution(run: tz.Run) -> None:
    found = tz.look.kernels(run)
    assert isinstance(found, KernelsResult)
    stored = load_file(run.path / "model" / "weights.safetensors")
    np.testing.assert_array_equal(found.kernels, stored[f"{found.layer}.weight"].numpy())


def test_a_look_is_kept_and_made_anew_for_new_weights(run: tz.Run) -> None:
    found = run.look("kernels")
    kept = run.path / "looks" / "kernels" / "arrays.npz"
    before = kept.stat().st_mtime_ns
    run.look("kernels")
    assert kept.stat().st_mtime_ns == before
    path = run.path / "model" / "weights.safetensors"
    save_file({name: value + 1 for name, value in load_file(path).items()}, path)
    changed = tz.open_run(run.path).look("kernels")
    np.testing.assert_allclose(changed.kernels, found.kernels + 1, atol=1e-6)


def test_a_kept_look_that_cannot_be_read_is_made_anew(run: tz.Run) -> None:
    found = run.look("kernels")
    kept = run.path / "looks" / "kernels" / "arrays.npz"
    kept.write_bytes(b"of another version")
    np.testing.assert_array_equal(run.look("kernels").kernels, found.kernels)
    with np.load(kept) as again:
        assert len(again.files)


def test_the_page_of_a_look_and_the_report_show_it(run: tz.Run) -> None:
    page = look_page(run, "kernels", None, None, {}, None, "es", Reporter()).read_text(encoding="utf-8")
    assert "Núcleos de la primera convolución" in page
    assert 'data-look="kernels"' in page
    assert 'data-look="kernels"' in run.report().read_text(encoding="utf-8")
    assert json.loads((run.path / "looks" / "kernels" / "look.json").read_text(encoding="utf-8"))["look"] == "kernels"


def test_a_look_that_was_asked_for_is_in_the_report_while_it_is_true(run: tz.Run) -> None:
    assert 'data-look="saliency"' not in run.report().read_text(encoding="utf-8")
    run.look("saliency", method="saliency", count=2)
    run.look("trust", methods="saliency", count=12, steps=2, random_networks=2)
    page = run.report().read_text(encoding="utf-8")
    assert 'data-look="saliency"' in page
    assert 'data-look="trust"' in page
    path = run.path / "model" / "weights.safetensors"
    save_file({name: value * 1.5 for name, value in load_file(path).items()}, path)
    assert 'data-look="saliency"' not in tz.open_run(run.path).report().read_text(encoding="utf-8")


def test_a_notebook_shows_the_same_panels(run: tz.Run) -> None:
    html = run.look("kernels")._repr_html_()
    assert html.count("<img") == 1  # one picture of all of them, which GitHub and nbconvert show, too
    assert "Kernels of the first convolution" in html


def test_wrong_requests_are_refused_before_anything_is_computed(run: tz.Run) -> None:
    with pytest.raises(RecipeError, match="kernels"):
        run.look("kernel")
    with pytest.raises(RecipeError, match="no such field"):
        run.look("kernels", layers=3)
    with pytest.raises(DataError, match="no spare split"):
        run.look("kernels", split="spare")


def test_a_network_without_convolutions_is_refused_with_the_reason(tmp_path: Path) -> None:
    dense = tz.train("digits-cnn", set={**QUICK, "model.network": {"name": "dense"}}, runs=tmp_path)
    assert "kernels" not in dense.looks()
    with pytest.raises(RequestError, match="no convolution"):
        dense.look("kernels")


def test_what_was_kept_before_an_option_existed_is_kept_still(run: tz.Run) -> None:
    from trasluz.look.result import load_result, save_result, stored_for

    found = tz.look.cam(run, count=2)
    folder = run.path / "looks" / "cam"
    made_from = stored_for(folder)
    assert made_from is not None
    options = {name: value for name, value in made_from["options"].items() if name != "also"}
    shutil.rmtree(folder)
    marked = dataclasses.replace(found, names=("kept", "before"))
    save_result(folder, marked, {**made_from, "options": options})
    assert tz.look.cam(run, count=2).names == ("kept", "before")
    assert tz.look.cam(run, count=2, also=["hires-cam"]).names == found.names
    assert load_result(folder, type(found)).others.keys() != found.others.keys()
