"""Training without a folder: the same model to the bit, nothing written, and every callback its own state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.harness import Killed, Session, assert_same, digits, recipe
from trasluz.training.callbacks.base import Callback, states_for
from trasluz.training.callbacks.film_strip import FilmStrip
from trasluz.training.callbacks.samples import SampleGrid
from trasluz.training.fit import fit
from trasluz.training.loop import Loop
from trasluz.training.store import MemoryStore


class Counter(Callback):
    """Counts epochs from a number of its own; may end the process."""

    def __init__(self, start: int, kill_at: int | None = None) -> None:
        self.count, self.kill_at = start, kill_at

    def on_step(self, loop: Loop, samples: int) -> None:
        if loop.global_step == self.kill_at:
            raise Killed

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        self.count += 1

    def state_dict(self) -> dict[str, Any]:
        return {"count": self.count}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.count = state["count"]


@pytest.mark.parametrize("family", ["classifier", "autoencoder"])
def test_a_model_from_memory_is_that_of_a_run_folder(family: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    chosen, store = recipe(family), MemoryStore()
    model = fit(chosen, digits(), store, callbacks=[SampleGrid(), FilmStrip()])
    assert list(tmp_path.iterdir()) == [], "nothing was written"
    loop = Session(chosen, tmp_path / "run").run()
    assert_same(dict(model.networks.state_dict()), dict(loop.engine.evaluated.state_dict()))
    timed = ("seconds", "images_per_second")
    kept = [[{k: v for k, v in r.items() if k not in timed} for r in s.metrics()] for s in (store, loop.store)]
    assert kept[0] == kept[1]
    assert store.info()["status"] == "finished"
    assert store.model is model
    assert store.array_names("film-frames")
    assert store.checkpoints.keys() == {"best", max(store.checkpoints)} or "best" in store.checkpoints


def test_a_fit_that_is_killed_goes_on_with_the_same_store() -> None:
    whole, store = fit(recipe("classifier"), digits()), MemoryStore()
    with pytest.raises(Killed):
        fit(recipe("classifier"), digits(), store, callbacks=[Counter(0, kill_at=7)])
    resumed = fit(recipe("classifier"), digits(), store)
    assert_same(dict(whole.networks.state_dict()), dict(resumed.networks.state_dict()))


def test_two_callbacks_of_one_class_each_have_their_own_state_after_a_resume(tmp_path: Path) -> None:
    chosen = recipe("classifier")
    with pytest.raises(Killed):
        Session(chosen, tmp_path / "run", [Counter(0), Counter(100, kill_at=13)]).run()
    small, large = Counter(-1), Counter(-1)
    Session(chosen, tmp_path / "run", [small, large]).run(resumed=True)
    assert (small.count, large.count) == (3, 103)


def test_states_go_to_callbacks_of_their_class_in_order_and_old_ones_by_name() -> None:
    class Other(Counter):
        pass

    one, two, other = Counter(0), Counter(0), Other(0)
    stored = [["Counter", 1], ["Other", 2], ["Counter", 3]]
    assert states_for([other, one, two], stored) == [2, 1, 3]
    assert states_for([one, two, other], {"Counter": 1}) == [1, None, None]


def test_the_model_keeps_its_weights_when_the_store_trains_on() -> None:
    store = MemoryStore()
    model = fit(recipe("classifier"), digits(), store)
    before = {name: value.clone() for name, value in model.networks.state_dict().items()}
    fit(recipe("classifier", epochs=4), digits(), store)
    assert all(torch.equal(before[name], value) for name, value in model.networks.state_dict().items())


def test_fit_of_the_package_gives_the_model_that_train_keeps_and_writes_nothing(
    tmp_path: Path, monkeypatch: Any
) -> None:
    import trasluz as tz

    monkeypatch.chdir(tmp_path)
    images, labels = digits().samples, digits().labels
    assert labels is not None
    changes = {"train.epochs": 1, "compute.threads": 1}
    model = tz.fit("digits-cnn", data=(images, labels), set=changes)
    assert list(tmp_path.iterdir()) == []
    run = tz.train("digits-cnn", data=(images, labels), set=changes, runs=tmp_path)
    assert_same(dict(model.networks.state_dict()), dict(run.networks.state_dict()))
