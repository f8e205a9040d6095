"""One opened run in many threads: what each is given has the bits that it has alone, and nothing is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch

import trasluz as tz
from trasluz.api import Run

THREADS, CALLS = 8, 50
CLASSIFIER = {"model.network": {"name": "conv", "channels": [4, 8], "dense": [16], "dropout": 0.2}}
VAE = {
    "model": {"family": "vae", "latent": 3, "encoder": {"name": "dense", "hidden": [16], "code": 16}}
    | {"decoder": {"name": "dense", "hidden": [16]}}
}
SHORT = {"train.epochs": 1, "data.limit": 200}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    place = tmp_path_factory.mktemp("runs")
    made = [tz.train("digits-cnn", set=SHORT | more, runs=place).path for more in (CLASSIFIER, VAE)]
    return tz.open_run(made[0]), tz.open_run(made[1])


def arrays(found: Any) -> list[np.ndarray]:
    """Every array of a result, in order."""
    if isinstance(found, np.ndarray):
        return [found]
    if isinstance(found, dict):
        return [array for key in sorted(found) for array in arrays(found[key])]
    if isinstance(found, (tuple, list)):
        return [array for one in found for array in arrays(one)]
    if hasattr(found, "__dataclass_fields__"):
        return [array for field in fields(found) for array in arrays(getattr(found, field.name))]
    return []


def calls(classifier: Run, vae: Run) -> list[Callable[[], Any]]:
    """Verbs and every look that these models can be looked at with, on images of their own."""
    images = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1), dtype=np.uint8)
    codes = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)
    verbs: list[Callable[[], Any]] = [
        lambda: classifier.predict(images),
        lambda: vae.decode(codes),
        lambda: vae.encode(images),
        lambda: vae.posterior(images),
        lambda: vae.reconstruct(images),
        lambda: vae.generate(5, seed=2),
        lambda: classifier.evaluate("valid"),
        *(
            lambda m=method: classifier.look("cam", images, method=m)
            for method in ("grad-cam++", "score-cam", "layer-cam")
        ),
    ]
    slow = {"trust", "maximise", "probes", "latent-map", "film-strip"}  # seconds each; these stand in the next line
    verbs += [lambda: classifier.look("trust", split="valid", images=images, steps=2, random_networks=1)]
    verbs += [lambda: classifier.look("maximise", steps=3), lambda: classifier.look("probes")]
    looks = [(run, name) for run in (classifier, vae) for name in run.looks() if name not in slow]
    return [*verbs, *(lambda r=run, n=name: r.look(n) for run, name in looks)]


def outcome(call: Callable[[], Any]) -> list[np.ndarray] | str:
    try:
        return arrays(call())
    except tz.TrasluzError as error:  # such as too few images for a look: it must then be so in every thread
        return str(error)


def test_many_threads_get_the_bits_of_one(opened: tuple[Run, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trasluz.api.looks.stored_result", lambda *_asked: None)  # look anew each time
    todo = calls(*opened)
    alone = [outcome(call) for call in todo]
    assert sum(isinstance(found, str) for found in alone) <= 2
    wrong: list[str] = []

    def work(number: int) -> None:
        order = np.random.default_rng(number).integers(0, len(todo), CALLS)
        for place in order:
            found, expected = outcome(todo[place]), alone[place]
            same = found == expected if isinstance(found, str) or isinstance(expected, str) else _equal(found, expected)
            if not same:
                said = found if isinstance(found, str) else "other bits"
                wrong.append(f"call {place} in thread {number}: {said}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def _equal(found: list[np.ndarray], expected: list[np.ndarray]) -> bool:
    return len(found) == len(expected) and all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(found, expected, strict=True)
    )


def test_what_one_thread_does_to_its_networks_reaches_no_other(opened: tuple[Run, Run]) -> None:
    model = opened[0].model
    mine = model.networks
    hook = mine["classifier"][0].register_forward_hook(lambda *_given: torch.full((1,), torch.nan))
    mine.train()
    others: list[Any] = []
    thread = threading.Thread(target=lambda: others.append(model.networks))
    thread.start()
    thread.join()
    hook.remove()
    mine.eval()
    assert others[0] is not mine
    assert not others[0].training
    assert not any(module._forward_hooks for module in others[0].modules())
    own, their = dict(mine.named_parameters()), dict(others[0].named_parameters())
    assert all(own[name].data_ptr() == their[name].data_ptr() for name in own), "one set of weights serves all"
    assert not any(parameter.requires_grad for parameter in their.values())


def test_looks_that_are_kept_are_those_that_were_asked_for(opened: tuple[Run, Run]) -> None:
    """Threads that look with other options put their results into one and the same folder."""
    classifier = opened[0]
    counts = (2, 3, 5)
    alone = {count: arrays(classifier.look("neighbours", count=count)) for count in counts}
    wrong: list[int] = []

    def work(count: int) -> None:
        for _time in range(15):
            if not _equal(arrays(classifier.look("neighbours", count=count)), alone[count]):
                wrong.append(count)

    threads = [threading.Thread(target=work, args=(count,)) for count in counts * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
