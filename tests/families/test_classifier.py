from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz import recipe
from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.errors import DataError, RecipeError
from trasluz.families import base
from trasluz.families.base import Keep, Progress
from trasluz.rng import Rng, StepRng

START = Progress("train", 0, 0, torch.tensor(0.0))
SMALL = {"name": "residual", "channels": [8], "blocks": 1}


class Records(dict[str, Tensor]):
    def add(self, name: str, values: Tensor, keep: Keep = "measured") -> None:
        self[name] = values


def rng(n: int) -> StepRng:
    return Rng(0).at(0, 0, torch.arange(n))


def batch_of(images: Tensor, labels: Tensor | None, weights: Tensor | None = None) -> Batch:
    return Batch(images, images, torch.arange(len(images)), labels=labels, weights=weights)


def make(
    classes: int, several: bool = False, weights: Tensor | None = None, **settings: Any
) -> tuple[base.BaseFamily, nn.ModuleDict]:
    spec = DataSpec("image", (1, 8, 8), tuple(f"class {i}" for i in range(classes)), several)
    family = base.create({"family": "classifier", "network": SMALL, **settings}, spec, weights)
    torch.manual_seed(0)
    return family, family.build().eval()


def judge(
    family: base.BaseFamily, networks: nn.ModuleDict, batch: Batch, records: Records | None = None
) -> dict[str, float]:
    with torch.inference_mode():
        return family.metrics(family.evaluate(networks, batch, rng(len(batch)), records), networks)


def loss_of(family: base.BaseFamily, networks: nn.ModuleDict, batch: Batch) -> float:
    return family.losses(networks, batch, rng(len(batch)), START, "main")["cross_entropy"].item()


@pytest.mark.parametrize("name", ["cats-dogs-1", "cats-dogs-2"])
def test_notebooks_cnn_has_its_layers_shapes_and_parameter_count(name: str) -> None:
    family = base.create(recipe.load(name).model, DataSpec("image", (3, 150, 150), ("cats", "dogs")))
    networks = family.build()
    shapes = family.layers(networks)
    sides = [(32, 148), (32, 74), (64, 72), (64, 36), (128, 34), (128, 17), (128, 15), (128, 7)]
    kinds = [f"{kind}{i}" for i in (1, 2, 3, 4) for kind in ("conv", "pool")]
    assert [shapes[f"classifier.{kind}"] for kind in kinds] == [(c, s, s) for c, s in sides]
    assert shapes["classifier.flatten"] == (6272,)
    assert shapes["classifier.dense1"] == (512,)
    assert shapes["classifier.outputs"] == (1,)
    assert ("classifier.dense_dropout1" in shapes) == (name == "cats-dogs-2")
    assert sum(p.numel() for p in networks.parameters()) == 896 + 18496 + 73856 + 147584 + 6272 * 512 + 512 + 513


def test_softmax_loss_metrics_and_records_agree_with_pytorch() -> None:
    family, networks = make(4, label_smoothing=0.1)
    images, labels = torch.rand(6, 1, 8, 8), torch.tensor([0, 1, 2, 3, 1, 1])
    logits = family.logits(networks, images)
    expected = F.cross_entropy(logits, labels, label_smoothing=0.1).item()
    assert loss_of(family, networks, batch_of(images, labels)) == pytest.approx(expected, rel=1e-5)
    records = Records()
    metrics = judge(family, networks, batch_of(images, labels), records)
    assert metrics["loss"] == pytest.approx(expected, rel=1e-5)
    assert metrics["accuracy"] == pytest.approx((logits.argmax(1) == labels).float().mean().item())
    assert next(iter(metrics)) == "accuracy"
    assert torch.allclose(records["probabilities"], logits.softmax(1))
    assert torch.equal(records["labels"], labels)
    assert torch.allclose(family.classify(networks, images), logits.softmax(1))


@pytest.mark.parametrize("settings", [{"label_smoothing": 0.2}, {"outputs": "sigmoid"}, {}])
def test_recorded_log_loss_is_that_of_the_labels_as_they_are(settings: dict[str, Any]) -> None:
    """Neither smoothed nor weighted, and in full where a sure mistake's probability is beyond float32."""
    family, networks = make(2, weights=torch.tensor([0.2, 1.8]), **settings)
    images, labels = torch.rand(3, 1, 8, 8), torch.tensor([0, 1, -1])
    with torch.no_grad():
        for parameter in networks.parameters():
            parameter *= 40
        logits = family.logits(networks, images).double()
    records = Records()
    judge(family, networks, batch_of(images, labels), records)
    expected = F.cross_entropy(logits, labels, reduction="none", ignore_index=-1)
    assert torch.allclose(records["log_loss"], expected)
    assert expected.max() > 150
    assert records["log_loss"][2] == 0


def test_one_sigmoid_output_is_keras_binary_cross_entropy_with_two_probabilities() -> None:
    family, networks = make(2, outputs="sigmoid")
    images, labels = torch.rand(5, 1, 8, 8), torch.tensor([0, 1, 1, 0, 1])
    score = networks["classifier"](images)
    assert score.shape == (5, 1)
    expected = F.binary_cross_entropy_with_logits(score[:, 0], labels.float()).item()
    assert loss_of(family, networks, batch_of(images, labels)) == pytest.approx(expected, rel=1e-5)
    records = Records()
    metrics = judge(family, networks, batch_of(images, labels), records)
    probabilities = records["probabilities"]
    assert torch.allclose(probabilities, torch.cat([1 - score.sigmoid(), score.sigmoid()], 1), atol=1e-6)
    assert torch.allclose(family.logits(networks, images).softmax(1), probabilities)
    assert metrics["accuracy"] == pytest.approx(((score[:, 0] > 0) == labels.bool()).float().mean().item())


def test_several_labels_per_image_are_yes_or_no_questions() -> None:
    family, networks = make(3, several=True)
    images, labels = torch.rand(4, 1, 8, 8), torch.tensor([[0, 1, 1], [0, 0, 0], [1, 1, 1], [1, 0, 0]]).float()
    logits = family.logits(networks, images)
    expected = F.binary_cross_entropy_with_logits(logits, labels, reduction="sum").item() / 4
    batch = batch_of(images, labels)
    assert loss_of(family, networks, batch) == pytest.approx(expected, rel=1e-5)
    metrics = judge(family, networks, batch)
    right = (logits > 0) == labels.bool()
    assert metrics["subset_accuracy"] == pytest.approx(right.all(1).float().mean().item())
    assert metrics["label_accuracy"] == pytest.approx(right.float().mean().item())
    assert torch.allclose(family.classify(networks, images), logits.sigmoid())


@pytest.mark.parametrize("outputs", ["softmax", "sigmoid"])
def test_mixed_labels_give_the_mixture_of_the_losses(outputs: str) -> None:
    family, networks = make(2, outputs=outputs)
    images, first, second = torch.rand(3, 1, 8, 8), torch.tensor([0, 1, 1]), torch.tensor([1, 1, 0])
    mixed = 0.3 * F.one_hot(first, 2).float() + 0.7 * F.one_hot(second, 2).float()
    parts = [loss_of(family, networks, batch_of(images, labels)) for labels in (first, second, mixed)]
    assert parts[2] == pytest.approx(0.3 * parts[0] + 0.7 * parts[1], rel=1e-5)


@pytest.mark.parametrize("outputs", ["softmax", "sigmoid"])
def test_class_weights_multiply_the_loss_of_their_class(outputs: str) -> None:
    plain, networks = make(2, outputs=outputs)
    weighted, _networks = make(2, outputs=outputs, weights=torch.tensor([1.0, 5.0]))
    images = torch.rand(2, 1, 8, 8)
    for label, factor in ((0, 1.0), (1, 5.0)):
        batch = batch_of(images, torch.tensor([label, label]))
        assert loss_of(weighted, networks, batch) == pytest.approx(factor * loss_of(plain, networks, batch), rel=1e-5)


def test_images_without_a_label_count_neither_in_the_loss_nor_in_the_accuracy() -> None:
    family, networks = make(3)
    images, labels = torch.rand(4, 1, 8, 8), torch.tensor([2, -1, 0, -1])
    some, labelled = batch_of(images, labels), batch_of(images[[0, 2]], labels[[0, 2]])
    assert loss_of(family, networks, some) == pytest.approx(loss_of(family, networks, labelled), rel=1e-5)
    numbers = [judge(family, networks, b) for b in (some, labelled)]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-5)


def test_data_without_any_label_are_refused_and_not_called_perfect() -> None:
    family, networks = make(3)
    images = torch.rand(2, 1, 8, 8)
    with pytest.raises(DataError, match="None of these images has a label"):
        judge(family, networks, batch_of(images, torch.tensor([-1, -1])))
    with pytest.raises(DataError, match="no labels, which a classifier needs"):
        loss_of(family, networks, batch_of(images, None))


def test_sample_weights_weigh_the_loss() -> None:
    family, networks = make(3)
    images, labels = torch.rand(3, 1, 8, 8), torch.tensor([2, 1, 0])
    weighted = batch_of(images, labels, torch.tensor([0.0, 0.0, 3.0]))
    assert loss_of(family, networks, weighted) == pytest.approx(
        loss_of(family, networks, batch_of(images[2:], labels[2:])), rel=1e-5
    )


def test_l2_is_added_to_the_loss_in_training_and_validation_alike() -> None:
    family, networks = make(3, l2=0.02)
    images, labels = torch.rand(3, 1, 8, 8), torch.tensor([0, 1, 2])
    terms = family.losses(networks, batch_of(images, labels), rng(3), START, "main")
    total, logged = family.total(networks, terms, START, "main")
    kernels = [p.detach() for p in networks.parameters() if p.ndim > 1]
    assert logged["penalty"].item() == pytest.approx(0.02 * sum(float((w**2).sum()) for w in kernels), rel=1e-5)
    metrics = judge(family, networks, batch_of(images, labels))
    assert metrics["loss"] == pytest.approx(total.item(), rel=1e-5)


@pytest.mark.parametrize(
    ("classes", "several", "outputs", "error", "sentence"),
    [
        (1, False, "auto", DataError, r"needs two classes, but there are 1 \(class 0\)"),
        (3, False, "sigmoid", RecipeError, "sigmoid is one score for two classes, not for 3"),
        (3, True, "softmax", RecipeError, "softmax allows one label per image"),
    ],
)
def test_outputs_that_do_not_suit_the_labels_are_refused(
    classes: int, several: bool, outputs: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        make(classes, several, outputs=outputs)


def test_data_without_classes_are_refused() -> None:
    with pytest.raises(RecipeError, match="classifier needs labels"):
        base.create({"family": "classifier"}, DataSpec("image", (1, 8, 8)))


@pytest.mark.parametrize("name", ["digits-cnn", "fashion-cnn", "cats-dogs-tuned", "cats-dogs-1"])
def test_built_in_recipes_overfit_eight_images(name: str) -> None:
    shape = {"digits-cnn": (1, 8, 8), "fashion-cnn": (1, 14, 14)}.get(name, (3, 48, 48))
    family = base.create(recipe.load(name).model, DataSpec("image", shape, ("a", "b")))
    torch.manual_seed(0)
    networks = family.build().to(memory_format=torch.channels_last).train()
    images, labels = torch.rand(8, *shape), torch.tensor([0, 1] * 4)
    optimiser = torch.optim.Adam(networks.parameters(), 1e-3)
    for _step in range(25):
        total = family.losses(networks, batch_of(images, labels), rng(8), START, "main")["cross_entropy"]
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
    assert judge(family, networks, batch_of(images, labels))["accuracy"] == 1.0


def test_mirror_judges_by_the_mean_score_of_an_image_and_its_mirror_image() -> None:
    images, labels = torch.rand(6, 1, 8, 8), torch.arange(6) % 3
    plain, networks = make(3)
    mirrored, _fresh = make(3, mirror=True)
    with torch.inference_mode():
        both = (plain.logits(networks, images) + plain.logits(networks, images.flip(3))) / 2  # type: ignore[attr-defined]  # a classifier's
        found = mirrored.classify(networks, images)  # type: ignore[attr-defined]
        turned = mirrored.classify(networks, images.flip(3))  # type: ignore[attr-defined]
        alone = plain.classify(networks, images)  # type: ignore[attr-defined]
    torch.testing.assert_close(found, both.softmax(1))
    torch.testing.assert_close(found, turned)
    assert not torch.allclose(found, alone, atol=1e-4)
    evaluated = judge(mirrored, networks, batch_of(images, labels))
    assert evaluated["cross_entropy"] == pytest.approx(F.cross_entropy(both, labels).item(), rel=1e-5)
    assert loss_of(mirrored, networks, batch_of(images, labels)) == loss_of(plain, networks, batch_of(images, labels))
