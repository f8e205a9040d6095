"""Pretrained weights from the hubs' caches and from files; none of these tests needs a network."""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import socket
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from tests.training.harness import Session, digits
from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import RecipeError
from trasluz.networks.choose import build_classifier
from trasluz.recipe import PhaseSection, from_dict
from trasluz.training.start_from import adapt_channels, as_pretrained, starting_weights
from trasluz.training.weights.base import read_weights

TAG = "resnet10t.c3_in1k"  # the smallest residual network that timm has weights for


@pytest.fixture(scope="module")
def trained() -> dict[str, torch.Tensor]:
    import timm

    torch.manual_seed(1)
    return timm.create_model("resnet10t").state_dict()


@pytest.fixture
def hub(tmp_path: Path, trained: dict[str, torch.Tensor], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub cache as huggingface_hub leaves it: blobs by hash, snapshots of links, a reference to the newest."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    model = tmp_path / "hub" / f"models--timm--{TAG}"
    for folder in ("blobs", "snapshots/0123abc", "refs"):
        (model / folder).mkdir(parents=True)
    (model / "refs" / "main").write_text("0123abc")
    save_file(trained, model / "file")
    blob = model / "blobs" / hashlib.sha256((model / "file").read_bytes()).hexdigest()
    (model / "file").rename(blob)
    (model / "snapshots" / "0123abc" / "model.safetensors").symlink_to(Path("../../blobs") / blob.name)
    return blob


def network(channels: int, classes: int = 3) -> nn.ModuleDict:
    torch.manual_seed(7)
    settings = {"name": "timm", "architecture": "resnet10t"}
    return nn.ModuleDict({"classifier": build_classifier(settings, (channels, 32, 32), classes)})


def phase(source: str, **rest: Any) -> PhaseSection:
    return PhaseSection.model_validate({"from": source, **rest})


def test_timms_weights_are_found_in_the_hubs_cache_and_fill_all_but_the_last_layer(
    hub: Path, trained: dict[str, torch.Tensor]
) -> None:
    own = network(3)
    found = starting_weights(own, phase(f"timm:{TAG}"))
    assert found is not None
    weights, start = found
    assert start.fresh == ("classifier.fc.weight", "classifier.fc.bias")
    assert start.adapted == ()
    assert torch.equal(weights["classifier.layer1.0.conv1.weight"], trained["layer1.0.conv1.weight"])
    assert start.preprocess is not None
    assert start.preprocess.size == (176, 176)
    assert start.preprocess.mean == (0.485, 0.456, 0.406)
    own.load_state_dict(weights)
    assert own["classifier"](torch.rand(2, 3, 32, 32)).shape == (2, 3)


def test_the_default_weights_have_the_architectures_name(hub: Path, trained: dict[str, torch.Tensor]) -> None:
    assert torch.equal(read_weights("timm:resnet10t").tensors["fc.bias"], trained["fc.bias"])


@pytest.mark.parametrize("channels", [1, 4])
def test_the_first_convolution_is_adapted_as_timm_does(
    channels: int, hub: Path, trained: dict[str, torch.Tensor]
) -> None:
    from timm.models import adapt_input_conv

    found = starting_weights(network(channels), phase(f"timm:{TAG}"))
    assert found is not None
    weights, start = found
    assert start.adapted == ("classifier.conv1.0.weight",)
    expected = adapt_input_conv(channels, trained["conv1.0.weight"])
    torch.testing.assert_close(weights["classifier.conv1.0.weight"], expected)


def test_a_grey_image_gives_what_it_gave_in_colours() -> None:
    kernel, grey = torch.rand(2, 3, 3, 3), torch.rand(1, 1, 8, 8)
    coloured = nn.functional.conv2d(grey.expand(-1, 3, -1, -1), kernel)
    torch.testing.assert_close(nn.functional.conv2d(grey, adapt_channels(kernel, 1)), coloured)
    back = adapt_channels(adapt_channels(kernel, 1), 3)
    torch.testing.assert_close(nn.functional.conv2d(grey.expand(-1, 3, -1, -1), back), coloured)


def test_a_damaged_file_of_the_hub_is_refused(hub: Path) -> None:
    content = bytearray(hub.read_bytes())
    content[-3] ^= 1
    hub.write_bytes(content)
    with pytest.raises(RecipeError, match="not the published"):
        read_weights(f"timm:{TAG}")


def test_without_a_network_the_sentence_names_the_ways(hub: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        read_weights("timm:resnet18.a1_in1k")
    for words in ("models--timm--resnet18.a1_in1k", str(hub.parents[2]), "model.safetensors", "file:PATH"):
        assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_hub_that_does_not_answer_is_asked_once_and_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
        url = f"{closed}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url)
        began = time.perf_counter()
        with pytest.raises(RecipeError, match=r"cannot be downloaded.*or try again with a network"):
            read_weights("timm:resnet18.a1_in1k")
    assert time.perf_counter() - began < 10
    assert "Retry" not in "".join(capfd.readouterr()) + caplog.text
    assert logging.getLogger("huggingface_hub").level != logging.CRITICAL


@pytest.mark.parametrize("name", ["resnet99", "resnet18.no_such_tag"])
def test_weights_that_timm_does_not_have_name_the_nearest(name: str) -> None:
    with pytest.raises(RecipeError, match="Did you mean resnet"):
        read_weights(f"timm:{name}")


@pytest.fixture
def torch_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRASLUZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def published(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, torch.Tensor]:
    """Fresh weights of squeezenet under the name that their own hash asks for."""
    from torchvision.models import SqueezeNet1_1_Weights, squeezenet1_1

    torch.manual_seed(2)
    weights = squeezenet1_1().state_dict()
    torch.save(weights, folder / "made.pth")
    digits = hashlib.sha256((folder / "made.pth").read_bytes()).hexdigest()[:8]
    name = f"squeezenet1_1-{digits}.pth"
    (folder / "made.pth").rename(folder / name)
    monkeypatch.setattr(SqueezeNet1_1_Weights.DEFAULT.value, "url", f"http://localhost:1/models/{name}")
    return weights


def test_torchvisions_weights_are_found_checked_and_kept_as_safetensors(
    torch_hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = published(torch_hub, monkeypatch)
    for version in ("", ".IMAGENET1K_V1"):
        found = read_weights(f"torchvision:squeezenet1_1{version}")
        assert found.bare
        assert all(torch.equal(found.tensors[name], value) for name, value in weights.items())
        assert found.preprocess is not None
        assert found.preprocess.size == (224, 224)
    kept = list((tmp_path / "cache" / "weights").glob("*/weights.safetensors"))
    assert len(kept) == 1
    own = nn.ModuleDict(
        {"classifier": build_classifier({"name": "torchvision", "architecture": "squeezenet1_1"}, (1, 64, 64), 4)}
    )
    start = starting_weights(own, phase("torchvision:squeezenet1_1"))
    assert start is not None
    assert start[1].adapted == ("classifier.features.0.weight",)
    assert start[1].fresh == ("classifier.classifier.1.weight", "classifier.classifier.1.bias")


def test_a_file_that_does_not_have_the_hash_of_its_name_is_refused(
    torch_hub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(torch_hub, monkeypatch)
    file = next(torch_hub.iterdir())
    torch.save({"x": torch.zeros(2)}, file)
    with pytest.raises(RecipeError, match="not the published"):
        read_weights("torchvision:squeezenet1_1")


def test_torchvision_without_a_network_names_the_ways(torch_hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published(torch_hub, monkeypatch)
    next(torch_hub.iterdir()).unlink()
    with pytest.raises(RecipeError) as caught:
        read_weights("torchvision:squeezenet1_1")
    for words in (str(torch_hub), "squeezenet1_1-", "file:PATH"):
        assert words in str(caught.value)


@pytest.mark.parametrize("name", ["resnet_18", "resnet18.IMAGENET1K_V9"])
def test_weights_that_torchvision_does_not_have_name_the_nearest(name: str) -> None:
    with pytest.raises(RecipeError, match="Did you mean resnet18"):
        read_weights(f"torchvision:{name}")


class Malicious:
    def __reduce__(self) -> Any:
        return os.mkdir, ("executed",)


def test_nothing_in_a_file_is_executed(torch_hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"weight": Malicious()}, tmp_path / "evil.pth")
    for protocol in (2, 4):  # PyTorch warns of 4, and a warning would be an error here
        (tmp_path / f"plain-{protocol}.pth").write_bytes(pickle.dumps({"weight": Malicious()}, protocol=protocol))
    for file in ("evil.pth", "plain-2.pth", "plain-4.pth"):
        with pytest.raises(RecipeError, match=r"more than tensors|damaged"):
            read_weights(f"file:{file}")
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("form", ["weights.safetensors", "weights.pth", "whole.pt"])
def test_a_local_file_fills_the_network_that_it_fits(form: str, torch_hub: Path, tmp_path: Path) -> None:
    weights = {f"module.{k}" if form == "whole.pt" else k: v for k, v in network(3)["classifier"].state_dict().items()}
    if form == "weights.safetensors":
        save_file(weights, tmp_path / form)
    else:
        torch.save({"state_dict": weights, "epoch": 3} if form == "whole.pt" else weights, tmp_path / form)
    found = starting_weights(network(3), phase(f"file:{tmp_path / form}"))
    assert found is not None
    assert found[1].fresh == ()
    assert found[1].left == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.onnx", b"", "are read from"),
        ("a.safetensors", b"nonsense", "damaged"),
        ("a.pth", b"nonsense", "damaged|more than tensors"),
        ("absent.pth", None, "there is no file"),
    ],
)
def test_a_file_that_is_none_is_said_in_one_sentence(
    name: str, content: bytes | None, words: str, torch_hub: Path, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RecipeError, match=words) as caught:
        read_weights(f"file:{tmp_path / name}")
    assert "\n" not in str(caught.value)


def test_images_are_shown_as_the_pretrained_network_saw_them(hub: Path) -> None:
    found = starting_weights(network(3), phase(f"timm:{TAG}"))
    assert found is not None
    grey, colour = (as_pretrained(Preprocess(channels=c), [found[1]]) for c in (1, 3))
    assert colour.mean == (0.485, 0.456, 0.406)
    assert colour.std == (0.229, 0.224, 0.225)
    assert grey.mean == pytest.approx((0.449,))
    with pytest.raises(RecipeError, match=r"set data\.channels=3"):
        as_pretrained(Preprocess(channels=4), [found[1]])
    with pytest.raises(RecipeError, match="needs a phase that starts from"):
        as_pretrained(Preprocess(channels=3), [])


def test_a_pretrained_trunk_trains_its_new_head_on_features(hub: Path, tmp_path: Path) -> None:
    tree = {
        "name": "pretrained",
        "data": {"normalise": "pretrained"},
        "model": {"family": "classifier", "network": {"name": "timm", "architecture": "resnet10t", "side": 32}},
        "train": {"epochs": 3, "batch": 20},
        "phases": [{"name": "head", "from": f"timm:{TAG}", "trainable": ["classifier.fc.*"]}],
        "compute": {"threads": 1, "device": "cpu", "precision": "fp32"},
    }
    loop = Session(from_dict(tree), tmp_path / "run", data=digits(60)).run()
    assert loop.phase_data.data.samples.shape[1:] == (512,)
    assert loop.preprocess.mean == pytest.approx((0.449,))
