"""Weights on this machine are found, and belong to the network whose tensors theirs are; nothing is downloaded."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
import torchvision
from safetensors.torch import save_file
from torch import nn

from tests import real
from tests.training.test_weights import TAG, hub, phase, torch_hub, trained  # noqa: F401 - fixtures
from trasluz.errors import RecipeError
from trasluz.networks.choose import build_classifier
from trasluz.training.start_from import starting_weights
from trasluz.training.weights import finding
from trasluz.training.weights.base import read_weights
from trasluz.training.weights.finding import find_weights

REAL = os.environ.get("TRASLUZ_DATA", "")


@pytest.fixture(autouse=True)
def nothing_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No weights of the machine that runs the tests."""
    from huggingface_hub import constants

    monkeypatch.setenv("TRASLUZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    for name in ("TRASLUZ_DATA", "TRASLUZ_WEIGHTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def of_timm(name: str, **more: Any) -> dict[str, torch.Tensor]:
    return timm.create_model(name, **more).state_dict()


def test_a_file_is_recognised_by_its_tensors_whatever_its_name_and_its_classes(tmp_path: Path) -> None:
    file = tmp_path / "x.safetensors"
    save_file(of_timm("tf_efficientnet_lite0", num_classes=7), file)
    began = time.process_time()
    (found,) = find_weights(file)
    assert time.process_time() - began < 1
    assert (found.source, found.path) == (f"file:{file}", file)
    assert (found.library, found.architecture, found.side) == ("timm", "tf_efficientnet_lite0", 224)
    whole = timm.create_model("tf_efficientnet_lite0", num_classes=7)
    assert found.parameters == sum(p.numel() for p in whole.parameters())


def test_the_files_name_decides_between_architectures_of_the_same_tensors(tmp_path: Path) -> None:
    weights = of_timm("efficientnet_lite0")
    for name, architecture in (
        ("efficientnet_lite0_ra-37913777.safetensors", "efficientnet_lite0"),  # as timm published it
        ("efficientnet_lite0.safetensors", "efficientnet_lite0"),
        ("tf_efficientnet_lite0-0aa007d2.safetensors", "tf_efficientnet_lite0"),
        ("efficientnet-lite0-imagenet.safetensors", "tf_efficientnet_lite0"),  # the more common one
    ):
        save_file(weights, tmp_path / name)
        assert find_weights(tmp_path / name)[0].architecture == architecture, name


def test_a_trunk_without_its_last_layer_and_a_pickle_of_a_script_are_recognised(tmp_path: Path) -> None:
    save_file(of_timm("resnet18", num_classes=0), tmp_path / "a.safetensors")
    torch.save({"state_dict": {f"module.{k}": v for k, v in of_timm("resnet18").items()}}, tmp_path / "b.pth")
    for name in ("a.safetensors", "b.pth"):
        assert find_weights(tmp_path / name)[0].architecture == "resnet18"


def test_torchvisions_networks_are_recognised_too(tmp_path: Path) -> None:
    save_file(torchvision.models.squeezenet1_1(num_classes=3).state_dict(), tmp_path / "squeezenet1_1.safetensors")
    (found,) = find_weights(tmp_path / "squeezenet1_1.safetensors")
    assert (found.library, found.architecture, found.side) == ("torchvision", "squeezenet1_1", 224)


def test_listing_reads_no_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_file(of_timm("resnet10t"), tmp_path / "resnet10t.safetensors")

    def refuse(*_given: Any, **_more: Any) -> None:
        raise AssertionError("tensors were read")

    monkeypatch.setattr("trasluz.training.weights._files.load_file", refuse)
    assert find_weights(tmp_path)[0].architecture == "resnet10t"


def own(path: Path) -> Path:
    save_file(nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2)).state_dict(), path)
    return path


class Malicious:
    def __reduce__(self) -> Any:
        return os.mkdir, ("executed",)


def test_what_fits_no_architecture_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timm, "list_modules", list)  # all of timm takes seconds
    with pytest.raises(RecipeError, match=r"its 4 tensors \(the first is 0\.\w+ \[") as caught:
        find_weights(own(tmp_path / "own.safetensors"))
    assert "\n" not in str(caught.value)
    torch.save({"weight": Malicious()}, tmp_path / "evil.pth")
    with pytest.raises(RecipeError, match="more than tensors"):
        find_weights(tmp_path / "evil.pth")
    with pytest.raises(RecipeError, match="there is no file"):
        find_weights(tmp_path / "absent.safetensors")
    (tmp_path / "cut.safetensors").write_bytes((tmp_path / "own.safetensors").read_bytes()[:-3])
    with pytest.raises(RecipeError, match="damaged"):
        find_weights(tmp_path / "cut.safetensors")
    with pytest.raises(RecipeError, match="is no file of weights"):
        find_weights(tmp_path)
    assert not (tmp_path / "executed").exists()


def test_a_folder_gives_the_best_first_and_passes_over_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timm, "list_modules", list)
    folder = tmp_path / "some"
    folder.mkdir()
    own(folder / "own.safetensors")
    (folder / "notes.txt").write_text("not weights")
    save_file(of_timm("resnet10t"), folder / "resnet10t.safetensors")
    save_file(of_timm("tf_efficientnet_lite0"), folder / "z.safetensors")
    assert [one.architecture for one in find_weights(folder)] == ["tf_efficientnet_lite0", "resnet10t"]


def test_weights_are_found_in_the_named_folders_before_the_hubs_caches(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    hub: Path,  # noqa: F811 - the fixture
    trained: dict[str, torch.Tensor],  # noqa: F811 - the fixture
) -> None:
    assert [one.source for one in find_weights()] == [f"timm:{TAG}"]
    assert find_weights()[0].licence == "apache-2.0"
    (tmp_path / "weights").mkdir()
    save_file(trained, tmp_path / "weights" / "resnet10t.safetensors")
    data = tmp_path / "data"
    data.mkdir()
    save_file(trained, data / "resnet10t.safetensors")
    monkeypatch.setenv("TRASLUZ_DATA", str(data))
    own_folder = tmp_path / "mine"
    own_folder.mkdir()
    save_file(trained, own_folder / "resnet10t.safetensors")
    monkeypatch.setenv("TRASLUZ_WEIGHTS", str(own_folder))
    found = [one.source for one in find_weights()]
    wanted = [f"file:{folder / 'resnet10t.safetensors'}" for folder in (own_folder, data, tmp_path / "weights")]
    assert found == [*wanted, f"timm:{TAG}"]
    assert torch.equal(read_weights("found:resnet10t").tensors["fc.bias"], trained["fc.bias"])
    monkeypatch.setenv("TRASLUZ_WEIGHTS", str(tmp_path / "nowhere"))
    with pytest.raises(RecipeError, match="TRASLUZ_WEIGHTS: there is no file or folder"):
        find_weights()


def test_torch_hubs_cache_is_looked_into_by_published_names(
    torch_hub: Path,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "published_files", lambda: {"squeezenet1_1-0.pth": "squeezenet1_1.IMAGENET1K_V1"})
    torch.save(torchvision.models.squeezenet1_1().state_dict(), torch_hub / "squeezenet1_1-0.pth")
    save_file(of_timm("resnet10t"), torch_hub / "resnet10t-abcdef01.safetensors")
    found = {one.source: one.library for one in find_weights()}
    assert found == {
        "torchvision:squeezenet1_1.IMAGENET1K_V1": "torchvision",
        f"file:{torch_hub / 'resnet10t-abcdef01.safetensors'}": "timm",
    }


def test_without_weights_the_sentence_names_the_ways() -> None:
    with pytest.raises(RecipeError, match="no weights of resnet10t are on this machine") as caught:
        read_weights("found:resnet10t")
    for words in ("--weights FILE", "./weights", "TRASLUZ_WEIGHTS", "--weights timm:resnet10t"):
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("library", "architecture", "mean"),
    [("timm", "tf_efficientnet_lite0", (0.5, 0.5, 0.5)), ("torchvision", "squeezenet1_1", (0.485, 0.456, 0.406))],
)
def test_a_files_network_knows_how_it_was_shown_images(
    library: str, architecture: str, mean: tuple[float, ...], tmp_path: Path
) -> None:
    network = build_classifier({"name": library, "architecture": architecture}, (3, 64, 64), 2)
    save_file(network.state_dict(), tmp_path / "w.safetensors")
    found = starting_weights(nn.ModuleDict({"classifier": network}), phase(f"file:{tmp_path / 'w.safetensors'}"))
    assert found is not None
    shown = found[1].preprocess
    assert shown is not None
    assert (shown.mean, shown.size) == (mean, (224, 224))


def test_the_real_file_is_what_its_readme_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRASLUZ_DATA", REAL)
    path = real.efficientnet_lite0()
    (found,) = find_weights(path)
    assert (found.architecture, found.side, found.parameters) == ("tf_efficientnet_lite0", 224, 4652008)
