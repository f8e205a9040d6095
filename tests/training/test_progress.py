"""The bar of training: it ends where the work ends, and never names an epoch that is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.training.harness import Session, recipe
from tests.training.test_resume_gan import large_digits
from tests.training.test_resume_gan import recipe as gan
from trasluz.metrics.names import metric_name, metric_value
from trasluz.reporting import Reporter, Task
from trasluz.training.callbacks.progress import ProgressBar
from trasluz.training.loop import Loop


class Seen(Task):
    def __init__(self) -> None:
        self.done = 0
        self.notes: list[str] = []

    def advance(self, amount: int = 1, note: str = "") -> None:
        self.done += amount
        self.notes.append(note)


class Watcher(Reporter):
    def __init__(self) -> None:
        self.seen = Seen()
        self.total: int | None = None

    @contextmanager
    def task(self, title: str, total: int | None = None, counted: str = "") -> Iterator[Task]:
        self.total = total
        yield self.seen


def test_the_bar_reaches_its_end_and_names_epochs_that_there_are(tmp_path: Path) -> None:
    watcher = Watcher()
    loop = Session(recipe("classifier", epochs=3, batch=9), tmp_path / "run", [ProgressBar(watcher)]).run()
    assert watcher.seen.done == watcher.total == 3 * loop.batches.samples_per_epoch
    places = [note.split()[1] for note in watcher.seen.notes]
    assert set(places) <= {"1/3", "2/3", "3/3"}
    assert places[-1] == "3/3"
    assert "validation: Loss " in watcher.seen.notes[-1]


def test_numbers_beside_the_bar_belong_to_the_epoch_that_is_named(tmp_path: Path) -> None:
    watcher = Watcher()
    bar = ProgressBar(watcher)
    loop = Session(recipe("classifier", epochs=3, batch=9), tmp_path / "run", [bar])
    bar.on_step = _unhurried(bar)  # type: ignore[method-assign]  # every step tells, however quick it is
    ran = loop.run()
    losses = [f"training: Loss {metric_value('train/loss', record['train/loss'])}" for record in ran.store.metrics()]
    assert len(set(losses)) == 3
    for note in watcher.seen.notes:
        named = int(note.split()[1].split("/")[0])
        told = [epoch for epoch, loss in enumerate(losses, 1) if loss in note]
        assert told == ([] if named == 1 and "Loss" not in note else [named if "after" not in note else named - 1])
        assert "after" not in note or f"(after epoch {named - 1}: " in note
    assert any("epoch 2/3 (after epoch 1: " in note for note in watcher.seen.notes)


def _unhurried(bar: ProgressBar) -> Callable[[Loop, int], None]:
    tell = bar.on_step

    def on_step(loop: Loop, samples: int) -> None:
        bar._told = 0.0
        tell(loop, samples)

    return on_step


def test_the_bar_says_how_good_a_generator_is_and_keeps_that_between_validations(tmp_path: Path) -> None:
    watcher = Watcher()
    chosen = gan(epochs=3).override({"train.evaluate_every": 2})
    loop = Session(chosen, tmp_path / "run", [ProgressBar(watcher)], large_digits()).run()
    after = [note for note in watcher.seen.notes if "epoch 3/3" in note]
    assert all(metric_name("valid/sample_distance") in note for note in after)
    record = next(record for record in loop.store.metrics() if "valid/sample_distance" in record)
    assert record["valid/sample_distance"] > 0


def test_the_bar_says_the_error_of_reconstructions_once_and_their_psnr(tmp_path: Path) -> None:
    watcher = Watcher()
    Session(recipe("autoencoder", epochs=1, batch=30), tmp_path / "run", [ProgressBar(watcher)]).run()
    last = watcher.seen.notes[-1]
    assert ("Mean squared error" in last) != ("validation: Loss" in last)  # which are the same number
    assert "PSNR" in last


def test_the_bar_says_where_steps_take_features_computed_once(tmp_path: Path) -> None:
    watcher = Watcher()
    bar = ProgressBar(watcher)
    loop = Session(recipe("classifier", epochs=1, batch=9), tmp_path / "run", [bar]).run()
    bar.on_start(loop)
    bar.on_features(loop, 90, 90)
    bar._tell(loop, 1, "")
    assert watcher.seen.notes[-1] == "on features computed once, epoch 1/1"
    bar.on_phase_start(loop)
    bar._tell(loop, 1, "")
    assert watcher.seen.notes[-1] == "epoch 1/1"
