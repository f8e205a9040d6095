"""A population: every member is what it would be alone, in weights, records and ending; the rest is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.training.harness import WALL_CLOCK, digits
from trasluz.api.run import open_run
from trasluz.data.data import Data
from trasluz.errors import DivergedError, Interrupted, RecipeError, RequestError
from trasluz.model.model import Model
from trasluz.recipe import Recipe, from_dict
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder
from trasluz.runs.splits import save_splits
from trasluz.training.fit import fit
from trasluz.training.population import fit_population, stackable
from trasluz.training.population.loop import Population
from trasluz.training.population.track import tracks_of
from trasluz.training.store import MemoryStore

DENSE = {"name": "dense", "hidden": [24], "dropout": 0.2}
CODE = {**DENSE, "code": 8}
BACK = {"name": "dense", "hidden": [16]}
MODELS: dict[str, dict[str, Any]] = {
    "classifier": {"family": "classifier", "network": DENSE},
    "autoencoder": {"family": "autoencoder", "encoder": CODE, "decoder": BACK},
    "vae": {"family": "vae", "latent": 3, "encoder": CODE, "decoder": BACK},
    "convolutional": {
        "family": "classifier",
        "network": {"name": "conv", "channels": [8, 8], "dense": [16], "norm": None, "dropout": 0.2},
    },
}
# What differs between members in most tests: every number that can.
NUMBERS: list[dict[str, Any]] = [
    {"seed": 0, "train.optimiser.learning_rate": 1e-3},
    {"seed": 1, "train.optimiser.learning_rate": 3e-3, "train.optimiser.weight_decay": 0.1, "train.clip": 1.0},
    {"seed": 2, "train.optimiser.weight_decay": 0.01, "train.clip": 0.1, "train.schedule.name": "cosine"},
]


def base(model: dict[str, Any], **train: Any) -> Recipe:
    settings = {"epochs": 3, "batch": 20, "optimiser": {"name": "adamw", "learning_rate": 2e-3}, **train}
    compute = {"threads": 1, "device": "cpu", "precision": "fp32"}
    return from_dict({"name": "member", "model": model, "train": settings, "compute": compute})


def members(recipe: Recipe, changes: list[dict[str, Any]] = NUMBERS) -> list[Recipe]:
    return [recipe.override(change) for change in changes]


def assert_as_alone(recipes: list[Recipe], data: Data | list[Data], tolerance: float = 2e-5) -> list[MemoryStore]:
    """Every member ends as ``fit`` of its recipe does.  Float32 rounds by 1e-7, which some hundred steps let grow."""
    own = [data] * len(recipes) if isinstance(data, Data) else data
    stores = [MemoryStore() for _recipe in recipes]
    together = fit_population(recipes, own, stores)
    for recipe, where, store, found in zip(recipes, own, stores, together, strict=True):
        alone = MemoryStore()
        expected = fit(recipe, where, alone)
        assert isinstance(found, Model)
        assert store.model is found
        ours, theirs = found.networks.state_dict(), expected.networks.state_dict()
        assert ours.keys() == theirs.keys()
        for name in theirs:
            torch.testing.assert_close(ours[name], theirs[name], rtol=1e-3, atol=tolerance, msg=name)
        assert_same_records(store.metrics(), alone.metrics())
        assert_same_records(store.steps(), alone.steps())
        for fact in ("status", "recipe_hash", "parameters", "stop_reason"):
            assert (store.info()[fact] is None) == (alone.info()[fact] is None)
            assert fact == "stop_reason" or store.info()[fact] == alone.info()[fact]
        best, best_alone = store.checkpoints.get("best"), alone.checkpoints.get("best")
        assert best is None or best_alone is not None
        if best is not None and best_alone is not None:
            assert best["epoch"] == best_alone["epoch"]
    return stores


def assert_same_records(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert list(one) == list(other), "the same fields in the same order"
        for name, value in other.items():
            if name not in WALL_CLOCK:
                assert one[name] == (value if isinstance(value, str) else pytest.approx(value, rel=1e-3, abs=1e-5)), (
                    name
                )


@pytest.mark.parametrize("name", MODELS)
def test_a_member_ends_as_it_would_alone(name: str) -> None:
    assert_as_alone(members(base(MODELS[name], ema=0.9)), digits(), 1e-4 if name == "convolutional" else 2e-5)


@pytest.mark.parametrize(
    ("optimiser", "numbers"),
    [
        ({"name": "sgd", "momentum": 0.9, "nesterov": True}, {"momentum": 0.5}),
        ({"name": "adam"}, {"betas": [0.8, 0.99], "eps": 1e-6}),
        ({"name": "adam", "rule": "keras", "eps": 1e-7}, {"betas": [0.8, 0.99], "eps": 1e-3}),
        ({"name": "adamw"}, {"decay_norms_and_biases": True}),
        ({"name": "nadam"}, {"betas": [0.8, 0.99]}),
        ({"name": "rmsprop"}, {"alpha": 0.9, "momentum": 0.5}),
        ({"name": "rmsprop", "rule": "keras"}, {"alpha": 0.9, "momentum": 0.5}),
        ({"name": "lion", "learning_rate": 1e-4}, {"betas": [0.8, 0.9]}),
    ],
    ids=lambda value: f"{value.get('name', '')}-{value.get('rule', '')}",
)
def test_every_optimiser_gives_each_member_numbers_of_its_own(
    optimiser: dict[str, Any], numbers: dict[str, Any]
) -> None:
    own = {f"train.optimiser.{name}": value for name, value in numbers.items()}
    changes = [{"seed": 3}, {"seed": 4, "train.optimiser.weight_decay": 0.05, **own}]
    recipe = base(MODELS["classifier"], optimiser={"learning_rate": 1e-3, **optimiser}, epochs=2)
    assert_as_alone(members(recipe, changes), digits())


@pytest.mark.parametrize("name", MODELS)
def test_fifty_steps_take_a_member_where_it_would_go_alone(name: str) -> None:
    """Within 1e-5 of the largest weight of each tensor: float32 rounds by 6e-8, and sums in another order."""
    data = digits()
    train = {"steps_per_epoch": 25, "epochs": 2, "optimiser": {"name": "sgd", "learning_rate": 0.05}}
    recipes = members(base(MODELS[name], **train), [{"seed": 0}, {"seed": 1, "train.optimiser.learning_rate": 0.02}])
    for recipe, found in zip(recipes, fit_population(recipes, data), strict=True):
        assert isinstance(found, Model)
        ours, theirs = found.networks.state_dict(), fit(recipe, data).networks.state_dict()
        for weight in theirs:
            largest = float(theirs[weight].abs().max())
            torch.testing.assert_close(ours[weight], theirs[weight], rtol=0, atol=1e-5 * largest, msg=weight)


def test_factors_on_rates_reach_the_layers_that_they_name() -> None:
    recipe = base(MODELS["classifier"], learning_rate_factors={"classifier.outputs*": 0.1}, optimiser={"name": "sgd"})
    assert_as_alone(members(recipe, NUMBERS[:2]), digits())


@pytest.mark.parametrize(
    ("name", "model", "numbers"),
    [
        ("classifier", {}, {"model.l2": 0.01}),
        ("autoencoder", {"sparsity": {"name": "l1", "weight": 0.1}}, {"model.sparsity.weight": 0.5}),
        ("autoencoder", {"scale": "sum", "l2": 0.001}, {"model.scale": "mean", "model.l2": 0.01}),
        ("vae", {"divergence": {"name": "kl", "warmup": 0.5}}, {"model.divergence.beta": 4.0}),
    ],
)
def test_members_may_weigh_terms_and_penalties_differently(
    name: str, model: dict[str, Any], numbers: dict[str, Any]
) -> None:
    recipe = base({**MODELS[name], **model})
    assert_as_alone(members(recipe, [{"seed": 1}, {"seed": 2, **numbers}, {"seed": 3}]), digits())


def test_every_number_that_only_weighs_is_a_setting_of_its_family() -> None:
    from trasluz.families import base as families

    for name in ("classifier", "autoencoder", "vae", "joint"):
        family = families.get(name)
        for path in family.only_weighs:
            assert path.split(".")[0] in family.Config.model_fields


def test_draws_of_augmentation_and_mixup_are_each_members_own() -> None:
    augment = {"shift": 0.1, "rotation": 10, "erasing": 0.3, "mixup": 0.2}
    recipe = base(MODELS["classifier"]).override({"data.augment": augment})
    assert_as_alone(members(recipe), digits())


def test_balanced_sampling_and_counted_steps_give_each_member_its_own_order() -> None:
    recipe = base(MODELS["classifier"], steps_per_epoch=7).override({"data.balance": "sampling"})
    assert_as_alone(members(recipe), digits())


def test_running_statistics_of_batch_norm_are_each_members_own() -> None:
    network = {"name": "dense", "hidden": [24], "norm": {}}
    # SGD, because a bias before a batch norm has no gradient but rounding, of which Adam makes whole steps.
    recipe = base({"family": "classifier", "network": network}, optimiser={"name": "sgd", "learning_rate": 0.05})
    stores = assert_as_alone(
        members(recipe, [{"seed": 1}, {"seed": 2, "train.optimiser.learning_rate": 0.1}]), digits()
    )
    seen = [store.model.networks.state_dict() for store in stores if store.model is not None]
    name = next(name for name in seen[0] if name.endswith("running_mean"))
    assert not torch.equal(seen[0][name], seen[1][name])
    assert int(seen[0][name.replace("running_mean", "num_batches_tracked")]) == 15


def test_who_stops_early_keeps_its_best_weights_while_others_go_on() -> None:
    # Measured by what cannot improve: the first member stops two epochs after its best one.
    stopping = {"monitor": "valid/loss", "patience": 2, "min_delta": 10.0}
    changes = [
        {"seed": 1, "train.early_stopping": stopping},
        {"seed": 2},
        {"seed": 3, "train.early_stopping": {**stopping, "min_delta": 0.0}},
        {"seed": 4, "train.early_stopping": {**stopping, "restore_best": False}},
    ]
    recipes = members(base(MODELS["classifier"], epochs=6), changes)
    stores = assert_as_alone(recipes, digits())
    assert [len(store.metrics()) for store in stores] == [3, 6, 6, 3]
    assert stores[0].info()["stop_reason"]
    first, last = stores[0], stores[3]
    assert first.model is not None
    assert last.model is not None
    best = first.checkpoints["best"]
    assert best["epoch"] == 1
    for name, value in first.model.networks.state_dict().items():
        assert torch.equal(value, best["networks"][name])
    assert any(
        not torch.equal(value, last.checkpoints["best"]["networks"][name])
        for name, value in last.model.networks.state_dict().items()
    )


def test_a_member_that_diverges_does_so_alone() -> None:
    changes = [{"seed": 1}, {"seed": 2, "train.optimiser.learning_rate": 1e6}, {"seed": 3}]
    recipes = members(base(MODELS["vae"], optimiser={"name": "sgd", "learning_rate": 1e-4}), changes)
    stores = [MemoryStore() for _recipe in recipes]
    first, diverged, last = fit_population(recipes, digits(), stores)
    assert isinstance(diverged, DivergedError)
    assert stores[1].info()["status"] == "failed"
    assert stores[1].info()["failure"]["epoch"] == 1
    alone = MemoryStore()
    with pytest.raises(DivergedError):
        fit(recipes[1], digits(), alone)
    assert stores[1].info()["failure"]["global_step"] == alone.info()["failure"]["global_step"]
    for recipe, model in ((recipes[0], first), (recipes[2], last)):
        assert isinstance(model, Model)
        expected = fit(recipe, digits()).networks.state_dict()
        for name, value in model.networks.state_dict().items():
            torch.testing.assert_close(value, expected[name], rtol=1e-3, atol=1e-5)


def fold(data: Data, number: int, count: int = 3) -> Data:
    """The ``number``-th of ``count`` folds of the same samples."""
    rows = np.arange(len(data.samples))
    splits = {"train": rows[rows % count != number], "valid": rows[rows % count == number]}
    return replace(data, splits=splits)


@pytest.mark.parametrize("batch", [20, "full"])
def test_members_of_several_folds_see_their_own_rows(batch: int | str) -> None:
    data = digits()
    recipe = base(MODELS["classifier"], batch=batch).override({"data.normalise": "standard"})
    folds = [fold(data, number) for number in (0, 1, 1, 0)]
    recipes = [recipe, recipe, recipe.with_seed(3), recipe.with_seed(3)]
    assert_as_alone(recipes, folds)


def test_weights_of_classes_are_those_of_each_fold() -> None:
    data = digits()
    uneven = [fold(data, number, 7) for number in (0, 3)]
    recipe = base(MODELS["classifier"]).override({"data.balance": "weights"})
    weights = [np.bincount(data.labels[own.split("train")]).tolist() for own in uneven if data.labels is not None]
    assert weights[0] != weights[1]
    assert len(uneven[0].split("train")) != len(data.samples)
    rows = uneven[1].split("train")[: len(uneven[0].split("train"))]
    uneven[1] = replace(data, splits={**uneven[1].splits, "train": rows})
    uneven[0] = replace(data, splits={**uneven[0].splits, "train": uneven[0].split("train")[: len(rows)]})
    assert_as_alone([recipe, recipe.with_seed(1)], uneven)


def test_folds_of_other_sizes_do_not_train_as_one() -> None:
    data = digits()
    recipe = base(MODELS["classifier"])
    reason = stackable([recipe, recipe], [fold(data, 0), fold(data, 0, 4)])
    assert reason is not None
    assert reason.startswith("data:")
    assert "80, 90" in reason


@pytest.mark.parametrize("name", MODELS)
def test_networks_of_one_seed_see_one_batch_as_each_would_alone(name: str) -> None:
    changes = [{"train.optimiser.learning_rate": rate} for rate in (1e-3, 3e-3, 1e-2)]
    recipes = members(base(MODELS[name]), changes)
    assert_as_alone(recipes, digits(), 1e-4 if name == "convolutional" else 2e-5)


def test_all_images_in_one_batch_are_one_batch_for_every_seed() -> None:
    assert_as_alone(members(base(MODELS["classifier"], batch="full", epochs=5)), digits())


def test_rates_of_dropout_are_each_members_own() -> None:
    changes = [{"seed": 1, "model.network.dropout": 0.1}, {"seed": 2, "model.network.dropout": 0.6}, {"seed": 3}]
    stores = assert_as_alone(members(base(MODELS["classifier"]), changes), digits())
    for store in stores:
        assert store.model is not None
        assert not any(name.endswith(("cut", "scale")) for name, _values in store.model.networks.named_buffers())


def test_members_that_differ_only_in_epochs_share_a_network() -> None:
    changes = [{"train.epochs": 2}, {"train.epochs": 5}, {"train.epochs": 3, "name": "other"}, {"train.batch": 1000}]
    recipes = members(base(MODELS["classifier"], batch="full", evaluate_every=2), changes)
    data = digits()
    assert tracks_of(recipes, [data] * 4) == [[0, 1, 2, 3]]
    stores = assert_as_alone(recipes, data)
    assert [len(store.metrics()) for store in stores] == [2, 5, 3, 3]


def test_epochs_are_shared_only_where_the_rate_does_not_follow_them() -> None:
    data = digits()
    cosine = members(base(MODELS["classifier"], schedule={"name": "cosine"}), [{"train.epochs": n} for n in (2, 4)])
    assert tracks_of(cosine, [data] * 2) == [[0], [1]]
    assert_as_alone(cosine, data)
    warm = members(base(MODELS["classifier"], schedule={"warmup": 1.0}), [{"train.epochs": n} for n in (2, 4)])
    assert tracks_of(warm, [data] * 2) == [[0, 1]]


def test_of_a_shared_network_each_stops_early_or_reaches_its_end() -> None:
    stopping = {"monitor": "valid/loss", "patience": 2, "min_delta": 10.0}
    recipe = base(MODELS["classifier"], early_stopping=stopping)
    stores = assert_as_alone(members(recipe, [{"train.epochs": n} for n in (2, 6, 8)]), digits())
    assert [len(store.metrics()) for store in stores] == [2, 3, 3]


def test_running_statistics_are_settled_for_the_one_that_ends() -> None:
    network = {"name": "dense", "hidden": [24], "norm": {}}
    recipe = base({"family": "classifier", "network": network}, optimiser={"name": "sgd", "learning_rate": 0.05})
    stores = assert_as_alone(members(recipe, [{"train.epochs": n} for n in (2, 4)]), digits())
    assert all(store.metrics()[-1]["statistics"] == "recomputed" for store in stores)
    assert "statistics" not in stores[1].metrics()[1]


def test_lengths_that_a_loss_follows_are_refused() -> None:
    model = {**MODELS["vae"], "divergence": {"name": "kl", "warmup": 0.5}}
    recipes = members(base(model), [{"train.epochs": n} for n in (2, 4)])
    reason = stackable(recipes, digits())
    assert reason is not None
    assert reason.startswith("train.epochs: 2, 4")
    plain = members(base(MODELS["autoencoder"]), [{"train.epochs": n} for n in (2, 4)])
    assert stackable(plain, digits()) is None


def test_a_member_leaves_a_run_folder_that_opens(tmp_path: Path) -> None:
    data, recipes = digits(), members(base(MODELS["classifier"]), NUMBERS[:2])
    folders = [RunFolder.plan(tmp_path, recipe) for recipe in recipes]
    for folder, recipe in zip(folders, recipes, strict=True):
        folder.create(recipe)
        save_splits(folder.path, dict(data.splits))
    models = fit_population(recipes, data, folders)
    for folder, model in zip(folders, models, strict=True):
        run = open_run(folder.path, data=data)
        assert isinstance(model, Model)
        for name, value in run.model.networks.state_dict().items():
            assert torch.equal(value, model.networks.state_dict()[name])
        assert folder.info()["status"] == "finished"
        assert folder.info()["population"] == {"members": 2, "number": folders.index(folder)}
        last = folder.metrics()[-1]
        assert last["epoch"] == 3
        assert run.evaluate("valid").metrics["accuracy"] == pytest.approx(last["valid/accuracy"], abs=1e-6)


def test_half_precision_gives_what_it_gives_alone_within_its_digits() -> None:
    recipe = base(MODELS["classifier"], epochs=2).override({"compute.precision": "bf16"})
    for own, found in zip(members(recipe), fit_population(members(recipe), digits()), strict=True):
        assert isinstance(found, Model)
        expected = fit(own, digits()).networks.state_dict()
        for name, value in found.networks.state_dict().items():
            # bf16 has three digits, and Adam makes whole steps of 1e-3 of gradients that are hardly more than rounding.
            assert float((value - expected[name]).abs().mean()) < 5e-4, name


def test_one_recipe_and_one_epoch_of_one_batch_make_a_population() -> None:
    assert_as_alone(members(base(MODELS["classifier"], batch="full", epochs=1), NUMBERS[:1]), digits())


def test_data_without_validation_train_too() -> None:
    data = digits()
    whole = Data(**{**vars(data), "splits": {"train": data.split("train")}})
    stores = assert_as_alone(members(base(MODELS["classifier"])), whole)
    assert not any(name.startswith("valid/") for name in stores[0].metrics()[-1])


def test_weights_of_classes_weigh_for_every_member() -> None:
    recipe = base(MODELS["classifier"]).override({"data.balance": "weights"})
    changes = [{"seed": 1}, {"seed": 2, "model.l2": 0.01}]
    assert_as_alone(members(recipe, changes), digits())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"model.network.hidden": [25]}, "model.network.hidden"),
        ({"model.network.dropout": 0.0}, "model.network.dropout"),
        ({"model.label_smoothing": 0.1}, "model.label_smoothing"),
        ({"train.batch": 10}, "train.batch"),
        ({"data.augment.shift": 0.1}, "data.augment.shift"),
        ({"train.optimiser.name": "sgd"}, "train.optimiser.name"),
        ({"compute.precision": "bf16"}, "compute.precision"),
    ],
)
def test_what_is_no_number_of_a_member_is_refused_with_its_field(change: dict[str, Any], field: str) -> None:
    recipe = base(MODELS["classifier"])
    recipes, data = [recipe, recipe.with_seed(1), recipe.override(change)], digits()
    reason = stackable(recipes, data)
    assert reason is not None
    assert reason.startswith(f"{field}:")
    assert "recipe 2" in reason
    with pytest.raises(RecipeError, match="recipe 2"):
        fit_population(recipes, data)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"train.accumulate": 2}, "train.accumulate"),
        ({"train.optimisers": {"main": {"name": "sgd"}}}, "train.optimisers"),
        ({"compute.devices": 2}, "compute.devices"),
        ({"phases": [{"name": "a"}, {"name": "b"}]}, "phases"),
        ({"phases": [{"name": "a", "frozen": ["*.bias"]}]}, "phases.a"),
        ({"model": {"family": "perceptron"}}, "model.family"),
        ({"model": {"family": "gan"}}, "model.family"),
    ],
)
def test_what_only_a_training_alone_can_is_refused_with_its_field(change: dict[str, Any], field: str) -> None:
    recipe = base(MODELS["classifier"]).override(change)
    reason = stackable([recipe, recipe.with_seed(1)], digits())
    assert reason is not None
    assert field in reason


def test_an_optimiser_that_does_not_say_so_trains_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from trasluz.training.optimisers import lion

    monkeypatch.delattr(lion, "NUMBERS_OF_MEMBERS")
    reason = stackable([base(MODELS["classifier"], optimiser={"name": "lion"})], digits())
    assert reason is not None
    assert "lion" in reason
    assert "adamw" in reason


def sequences() -> Data:
    """Rows of random walks with their lengths."""
    rng = np.random.default_rng(0)
    samples = rng.normal(size=(24, 5, 2)).astype(np.float32)
    rows = np.arange(24)
    splits = {"train": rows[:16], "valid": rows[16:]}
    return Data("walks", "sequence", samples, splits, lengths=np.full(24, 5), fingerprint="walks")


def test_networks_that_cannot_be_stacked_are_refused_before_anything_starts() -> None:
    model = {"family": "autoencoder", "encoder": {"name": "recurrent"}, "decoder": {"name": "recurrent"}}
    recipe, store = base(model), MemoryStore()
    reason = stackable([recipe], sequences())
    assert reason is not None
    assert "lstm" in reason
    with pytest.raises(RecipeError, match="one by one"):
        fit_population([recipe], sequences(), [store])
    assert store.info()["status"] == "created"


class OwnDropout(torch.nn.Module):
    """Draws from PyTorch's global generator, which members cannot share."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.dropout(images.flatten(1)[:, :10], 0.5) * self.weight

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(10))


def own_dropout(input_shape: tuple[int, ...], outputs: int) -> torch.nn.Module:
    return OwnDropout()


def test_draws_from_the_global_generator_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRASLUZ_ALLOW", "tests")
    recipe = base({"family": "classifier", "network": {"module": f"{__name__}:own_dropout"}})
    reason = stackable([recipe, recipe.with_seed(1)], digits())
    assert reason is not None
    assert "random" in reason


def test_stores_that_do_not_fit_are_refused() -> None:
    recipe, data = base(MODELS["classifier"]), digits()
    with pytest.raises(RequestError, match="at least one"):
        fit_population([], data)
    with pytest.raises(RequestError, match="2 recipes"):
        fit_population([recipe, recipe], data, [MemoryStore()])
    same = MemoryStore()
    with pytest.raises(RequestError, match="one for each"):
        fit_population([recipe, recipe], data, [same, same])
    fit(recipe, data, same)
    with pytest.raises(RequestError, match="recipe 0"):
        fit_population([recipe], data, [same])


def test_an_interruption_keeps_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    recipes = members(base(MODELS["classifier"]))
    stores = [MemoryStore() for _recipe in recipes]
    close = Population._close

    def ask_after_one(self: Population, epoch: int, *rest: Any) -> None:
        close(self, epoch, *rest)
        self.request.asked = True

    monkeypatch.setattr(Population, "_close", ask_after_one)
    with pytest.raises(Interrupted):
        fit_population(recipes, digits(), stores)
    for store in stores:
        assert store.info()["status"] == "interrupted"
        assert store.model is not None
        assert len(store.metrics()) == 1


def test_a_failure_is_told_by_every_store(monkeypatch: pytest.MonkeyPatch) -> None:
    stores = [MemoryStore(), MemoryStore()]

    def fail(self: Population, *rest: Any) -> None:
        raise OSError("no more")

    monkeypatch.setattr(Population, "_close", fail)
    with pytest.raises(OSError, match="no more"):
        fit_population(members(base(MODELS["classifier"]), NUMBERS[:2]), digits(), stores)
    assert [store.info()["status"] for store in stores] == ["failed", "failed"]


def test_a_reporter_hears_of_epochs_and_of_who_diverged() -> None:
    class Ears(Reporter):
        def __init__(self) -> None:
            self.warned: list[str] = []

        def warn(self, message: str) -> None:
            self.warned.append(message)

    ears = Ears()
    changes = [{"seed": 1}, {"seed": 2, "train.optimiser.learning_rate": 1e6}]
    recipes = members(base(MODELS["vae"], optimiser={"name": "sgd", "learning_rate": 1e-4}), changes)
    fit_population(recipes, digits(), reporter=ears)
    assert len(ears.warned) == 1
    assert "member 1" in ears.warned[0]
