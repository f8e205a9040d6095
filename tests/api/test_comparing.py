"""compare(): runs of the same data with paired differences, runs of other data as far as they go, wrong requests."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trasluz import api
from trasluz.errors import RequestError, RunError

SMALL = {"train.epochs": 1, "data.limit": 200, "data.valid": 0.3, "data.test": None}
VAE = {"model.encoder.channels": [4], "model.encoder.hidden": [8], "model.decoder.channels": [4], "train.batch": 20}
CNN = {**SMALL, "model.network.channels": [8]}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Read them only; what compare evaluates is kept in them."""
    folder = tmp_path_factory.mktemp("runs")
    images = np.random.default_rng(0).integers(0, 255, (60, 10, 12, 3), dtype=np.uint8)
    labels = [["dark", "light"][int(image.mean() > 127)] for image in images]
    return {
        "cnn": api.train("digits-cnn", set=CNN, runs=folder).path,
        "slow": api.train("digits-cnn", set={**CNN, "train.optimiser.learning_rate": 1e-4}, runs=folder).path,
        "autoencoder": api.train("digits-autoencoder", set=SMALL, runs=folder).path,
        "vae": api.train("vae", data="digits", set={**SMALL, **VAE}, runs=folder).path,
        "other": api.train("digits-cnn", data=(images, labels), set={**CNN, "data.limit": None}, runs=folder).path,
    }


def _anchors(page: Path) -> list[str]:
    return re.findall(r'<section id="([a-z]+)"', page.read_text(encoding="utf-8"))


def test_the_difference_of_two_classifiers_is_that_of_their_evaluations(runs: dict[str, Path]) -> None:
    found = api.compare(runs["cnn"], runs["slow"])
    assert found.page == runs["cnn"].parent / "comparison.html"
    assert found.split == "valid"
    own, slow = (api.open_run(runs[name]).evaluations()["valid"] for name in ("cnn", "slow"))
    apart = found.table.rows[1].differences["accuracy"]
    assert apart.mean == pytest.approx(slow.metrics["accuracy"] - own.metrics["accuracy"])
    assert apart.low <= apart.mean <= apart.high
    assert found.table.rows[1].changes == {"train.optimiser.learning_rate": 1e-4}
    assert found.table.rows[0].parameters == sum(p.numel() for p in api.open_run(runs["cnn"]).networks.parameters())
    assert _anchors(found.page) == ["answer", "recipes", "numbers", "curves", "images", "machine", "glossary"]
    json.dumps(found.table.to_dict(), allow_nan=False)


def test_a_generator_beside_an_autoencoder_shows_reconstructions_and_samples(
    runs: dict[str, Path], tmp_path: Path
) -> None:
    found = api.compare(runs["autoencoder"], runs["vae"], out=tmp_path / "new" / "page.html")
    page = found.page.read_text(encoding="utf-8")
    assert "What do they rebuild?" in page
    assert "What do they generate?" in page
    assert "mse" in found.table.rows[1].differences
    assert "loss" not in found.table.rows[1].differences


def test_families_without_a_metric_in_common_still_have_a_page(runs: dict[str, Path], tmp_path: Path) -> None:
    found = api.compare(runs["cnn"], runs["autoencoder"], out=tmp_path / "page.html")
    assert "accuracy" not in found.table.rows[1].scores
    assert found.table.rows[1].differences == {}
    page = found.page.read_text(encoding="utf-8")
    assert "What do they say?" in page
    assert "What do they rebuild?" in page


def test_runs_of_other_data_are_compared_in_what_can_be_and_the_page_says_so(
    runs: dict[str, Path], tmp_path: Path
) -> None:
    run = api.open_run(runs["other"])
    found = api.compare(runs["cnn"], run, out=tmp_path / "page.html")
    page = found.page.read_text(encoding="utf-8")
    assert found.table.rows[1].failures, "trained on arrays in memory, it cannot be judged again"
    assert "trained on other data" in page
    assert found.table.rows[1].differences == {}


def test_another_size_of_the_same_files_is_the_same_images(tmp_path: Path, image_folder) -> None:  # type: ignore[no-untyped-def]
    source = image_folder(count=60)
    common = {**CNN, "data.limit": None, "train.epochs": 1}
    small = api.train("digits-cnn", data=source, set={**common, "data.size": 8}, runs=tmp_path / "runs")
    large = api.train("digits-cnn", data=source, set={**common, "data.size": 16}, runs=tmp_path / "runs")
    assert small.info["fingerprint"] != large.info["fingerprint"]
    found = api.compare(small.path, large.path)
    assert "accuracy" in found.table.rows[1].differences
    assert "other data" not in found.page.read_text(encoding="utf-8")


def pictures(place: Path, count: int = 200, first: int = 0) -> Path:
    """A folder of ``count`` small pictures, half dark and half light; ``first`` is the number of the first."""
    for number in range(first, first + count):
        noise = np.random.default_rng(number)
        kind = ("dark", "light")[number % 2]
        pixels = (noise.random((10, 10, 3)) * 200 + 40 * (number % 2)).astype(np.uint8)
        file = place / kind / f"{number:04}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(file)
    return place


def train_on(source: Path, runs: Path, recipe: str = "digits-cnn", **changes: object) -> api.Run:
    own = {"train.epochs": 1, "data.test": None, "data.valid": 0.25, **changes}
    return api.train(recipe, data=source, set=own, runs=runs)


def test_two_recipes_on_one_folder_judge_the_same_images_whatever_else_they_say(tmp_path: Path) -> None:
    source = pictures(tmp_path / "photos")
    first = train_on(source, tmp_path, **{"model.network.channels": [4]})
    settings = {"data.size": 6, "data.channels": 1, "data.limit": 60, "data.normalise": "standard", "train.batch": 16}
    other = train_on(source, tmp_path, "mnist-mlp", **settings, **{"data.augment.rotation": 5})
    found = api.compare(first, other)
    assert found.resting.common == {"digits-cnn": 50, "mnist-mlp": 50}
    assert found.resting.too_few == ()
    apart = found.table.rows[1].differences["accuracy"].mean
    assert apart == pytest.approx(other.evaluate().metrics["accuracy"] - first.evaluate().metrics["accuracy"])


def test_the_same_pictures_elsewhere_and_among_others_are_known_again(tmp_path: Path) -> None:
    first = train_on(pictures(tmp_path / "photos"), tmp_path, **{"data.valid": 0.4})
    moved = pictures(tmp_path / "elsewhere", 260)
    for kind in ("dark", "light"):
        for number, file in enumerate(sorted((moved / kind).iterdir(), reverse=True)):
            file.rename(file.with_name(f"x{number:04}.png"))
    second = train_on(moved, tmp_path, **{"data.valid": 0.4})
    first.evaluate()
    shutil.rmtree(tmp_path / "photos")
    found = api.compare(first.path, second.path, out=tmp_path / "page.html")
    assert 70 <= found.resting.common[second.path.name] <= 80, "nearly all 80 of the first validate in the second"
    assert found.table.rows[1].differences


def test_runs_of_other_seeds_have_too_few_in_common_and_are_judged_on_what_none_was_trained_on(tmp_path: Path) -> None:
    source = pictures(tmp_path / "photos", 300)
    runs = [train_on(source, tmp_path, **{"seed": seed, "data.limit": 60}) for seed in (0, 1)]
    found = api.compare(*runs)
    assert found.table.rows[1].differences == {}
    (name,) = found.resting.too_few
    assert 0 < found.resting.common[name] < 30
    assert found.resting.left > 100
    assert found.resting.command == f"trasluz compare {runs[0].path} {runs[1].path} --common"
    assert "no difference is taken" in found.page.read_text(encoding="utf-8")
    again = api.compare(*runs, common=True)
    assert again.split == "common"
    assert again.resting.common[name] == found.resting.left
    assert again.resting.what_to_do() == ""
    trained = {row for run in runs for row in run.data.split("train").tolist()}
    judged = np.setdiff1d(np.arange(300), list(trained))
    assert found.resting.left == len(judged)
    answers = [
        run.predict([str(source / run.data.files[row]) for row in judged]).labels  # type: ignore[index]  # has files
        for run in runs
    ]
    truth = [run_file.split("/")[0] for run_file in np.array(runs[0].data.files)[judged]]
    right = [np.mean([said == true for said, true in zip(own, truth, strict=True)]) for own in answers]
    assert again.table.rows[1].differences["accuracy"].mean == pytest.approx(right[1] - right[0])
    assert "images that none of them was trained on" in again.page.read_text(encoding="utf-8")


def test_autoencoders_are_compared_image_by_image_on_what_none_was_trained_on(tmp_path: Path) -> None:
    source = pictures(tmp_path / "photos", 300)
    small = {"model.encoder.channels": [4], "model.decoder.channels": [4], "data.limit": 60, "data.size": 8}
    runs = [train_on(source, tmp_path, "digits-autoencoder", **small, seed=seed) for seed in (0, 1)]
    again = api.compare(*runs, common=True)
    apart = again.table.rows[1].differences["mse"]
    assert apart.low <= apart.mean <= apart.high
    first, second = (row.scores["mse"].mean for row in again.table.rows)
    assert second - first == pytest.approx(
        apart.mean, abs=2 * float(np.finfo(np.float32).eps) * first
    )  # errors are float32


def test_what_nobody_left_out_cannot_be_judged_on(tmp_path: Path) -> None:
    source = pictures(tmp_path / "photos", 120)
    runs = [train_on(source, tmp_path, seed=seed) for seed in (0, 1)]
    found = api.compare(*runs)
    assert found.resting.command.endswith("--common")
    assert "one seed" in found.resting.what_to_do()
    with pytest.raises(RequestError, match="none of them was trained on or keeps for its test"):
        api.compare(*runs, common=True)
    with pytest.raises(RequestError, match="--split and --common"):
        api.compare(*runs, split="valid", common=True)


def test_images_that_the_weights_before_were_trained_on_do_not_count(tmp_path: Path) -> None:
    source = pictures(tmp_path / "photos")
    first = train_on(source, tmp_path)
    before = train_on(source, tmp_path, seed=1)
    moved = train_on(source, tmp_path, phases=[{"name": "main", "from": str(before.path)}])
    seen = np.isin(first.data.split("valid"), before.data.split("train")).sum()
    found = api.compare(first, moved)
    assert found.resting.common[moved.path.name] == 50 - seen


def test_images_of_the_weights_that_an_added_phase_starts_from_do_not_count(tmp_path: Path) -> None:
    source = pictures(tmp_path / "photos")
    first, second = train_on(source, tmp_path), train_on(source, tmp_path)
    before = train_on(source, tmp_path, seed=1)
    (name,) = [phase.name for phase, _train in second.recipe.resolved_phases()]
    api.resume(second, set={"phases": [{"name": name}, {"name": "more", "from": str(before.path)}]})
    seen = np.isin(first.data.split("valid"), before.data.split("train")).sum()
    assert 0 < seen < 50
    found = api.compare(first, second)
    assert found.resting.common[second.path.name] == 50 - seen
    assert [start["phase"] for start in second.info["started_from"]] == ["more"]
    (second.path / "splits.npz").unlink()
    api.resume(second)
    assert api.compare(first, second).resting.common[second.path.name] == 50 - seen


def test_runs_of_version_0_1_are_compared_by_their_rows(tmp_path: Path) -> None:
    fixtures = Path(__file__).parents[1] / "fixtures" / "v1"
    old = tmp_path / "old"
    shutil.copytree(next(fixtures.glob("*-digits-cnn-*")), old)
    again = shutil.copytree(old, tmp_path / "again")
    found = api.compare(old, again, out=tmp_path / "page.html")
    assert found.table.rows[1].differences["accuracy"].mean == 0


def test_a_run_without_a_model_has_its_curves_and_says_why_it_has_no_numbers(
    runs: dict[str, Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(runs["slow"], broken)
    (broken / "model" / "weights.safetensors").unlink()
    api.open_run(broken).folder.update_info(status="interrupted")
    found = api.compare(runs["cnn"], broken, out=tmp_path / "page.html")
    assert found.table.rows[1].failures == ("no trained model yet (interrupted)",)
    assert "no trained model yet" in found.page.read_text(encoding="utf-8")
    reversed_ = api.compare(broken, runs["cnn"], out=tmp_path / "page.html")
    assert reversed_.table.rows[0].scores == {}


def test_wrong_requests_are_one_sentence(runs: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="at least two"):
        api.compare(runs["cnn"])
    with pytest.raises(RequestError, match="twice"):
        api.compare(runs["cnn"], runs["slow"], runs["cnn"])
    with pytest.raises(RunError, match="run folder"):
        api.compare(runs["cnn"], tmp_path)
    with pytest.raises(RequestError, match="split"):
        api.compare(runs["cnn"], runs["slow"], split="tests", out=tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_a_damaged_run_is_named_and_the_others_are_compared(runs: dict[str, Path], tmp_path: Path) -> None:
    damaged = shutil.copytree(runs["slow"], tmp_path / "hurt")
    (damaged / "metrics.jsonl").write_text('{"epoch": "one"}\n', encoding="utf-8")
    found = api.compare(damaged, runs["cnn"], runs["slow"], out=tmp_path / "page.html")
    assert [row.runs for row in found.table.rows] == [(runs["cnn"].name,), (runs["slow"].name,)]
    assert list(found.damaged) == [str(damaged)]
    assert "metrics.jsonl" in found.damaged[str(damaged)]
    page = found.page.read_text(encoding="utf-8")
    assert f"damaged: {damaged}" in page
    assert f"dañado: {damaged}" in page
    lost = shutil.copytree(runs["slow"], tmp_path / "lost")
    (lost / "splits.npz").write_bytes(b"PK nothing")
    assert list(api.compare(lost, runs["cnn"], runs["slow"], out=tmp_path / "page.html").damaged) == [str(lost)]
    (damaged / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match=r"run\.json is damaged"):
        api.compare(damaged, shutil.copytree(damaged, tmp_path / "again"))


def test_a_damaged_run_is_listed_as_such_beside_the_others(runs: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(runs["cnn"], tmp_path / "whole")
    for name, file in (("a", "metrics.jsonl"), ("b", "run.json")):
        shutil.copytree(runs["cnn"], tmp_path / name)
        (tmp_path / name / file).write_bytes(b"[" * 100_000 + b"\n")
    assert {run.path.name: run.status for run in api.list_runs(tmp_path)} == {
        "a": "damaged",
        "b": "damaged",
        "whole": "finished",
    }
