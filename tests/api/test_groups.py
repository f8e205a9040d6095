"""Groups through the verbs: training, resuming, evaluating own and other data, checking."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import trasluz as tz
from tests.series import CLASSES, films, save
from trasluz.errors import DataError
from trasluz.metrics.paired import paired_differences
from trasluz.search.compare import groups_of_pairs

IMAGES, LABELS, FILM = films(12, 6)
SMALL = {
    "train.epochs": 1,
    "train.batch": 16,
    "data.valid": 0.25,
    "data.test": None,
    "data.augment": {},
    "model.network": {"name": "conv", "channels": [4], "dense": [8]},
}


def test_a_run_on_arrays_keeps_its_groups_and_judges_by_them(tmp_path: Path) -> None:
    run = tz.train("digits-cnn", data=(IMAGES, LABELS), groups=FILM, set=SMALL, runs=tmp_path)
    assert (run.path / "groups.npz").is_file()
    found = run.evaluate("valid")
    assert found.count == 18
    assert found.notes[0].startswith("18 samples of 3 groups: ")
    assert sorted(set(found.arrays["groups"].tolist())) == sorted(
        set(run.data.groups[run.data.split("valid")].tolist())
    )
    again = tz.resume(run.path, data=(IMAGES, LABELS), set={"train.epochs": 2})  # without groups, which the run kept
    assert again.evaluate("valid").notes[0] == found.notes[0]


def test_groups_are_for_arrays_of_as_many_samples(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"groups: has the shape \[71\] for 72 samples"):
        tz.fit("digits-cnn", data=(IMAGES, LABELS), groups=FILM[1:], set=SMALL)
    with pytest.raises(DataError, match=r"groups: are for data in memory; of files, data\.group says"):
        tz.train("digits-cnn", groups=FILM, set=SMALL, runs=tmp_path)


def test_other_data_are_judged_by_groups_where_they_have_them(tmp_path: Path) -> None:
    save(tmp_path / "films", IMAGES, [f"{CLASSES[LABELS[row]]}/v{FILM[row]}_{row}.png" for row in range(72)])
    save(tmp_path / "plain", IMAGES, [f"{CLASSES[LABELS[row]]}/{row}.png" for row in range(72)])
    group = {"data.group.pattern": "(v#)_"}
    run = tz.train("digits-cnn", data=tmp_path / "films", set={**SMALL, **group}, runs=tmp_path)
    assert run.info["audit"]["groups"]["splits"] == {"train": 9, "valid": 3}
    assert (
        tz.open_run(run.path).evaluate("all", data=tmp_path / "films").notes[0].startswith("72 samples of 12 groups: ")
    )
    alone = run.evaluate(data=tmp_path / "plain")
    assert "groups" not in alone.arrays
    assert alone.notes[0].startswith("plain: these data do not say which samples belong together")
    assert not any("belong together" in note for note in run.evaluate("all", data=tmp_path / "films").notes)
    low, high = alone.intervals["accuracy"]
    grouped = run.evaluate("all", data=tmp_path / "films").intervals["accuracy"]
    assert grouped[1] - grouped[0] > high - low
    audit = tz.check_data(tmp_path / "films", set={"data.valid": 0.25, **group})
    assert audit["groups"]["count"] == 12
    assert np.array_equal(run.data.split("valid"), tz.open_run(run.path).data.split("valid"))


def test_runs_are_compared_by_the_groups_of_what_they_were_judged_on(tmp_path: Path) -> None:
    """One that knows the films and one that was told nothing of them, on the same images; and two that know none."""
    save(tmp_path / "films", IMAGES, [f"{CLASSES[LABELS[row]]}/v{FILM[row]}_{row}.png" for row in range(72)])
    films_ = {"data.group.pattern": "(v#)_", "data.valid": 0.5}
    told = [
        tz.train("digits-cnn", data=tmp_path / "films", set={**SMALL, **films_, "train.epochs": n}, runs=tmp_path / "r")
        for n in (1, 2)
    ]
    kept = tz.compare(*told, out=tmp_path / "page.html").table.rows[1].differences["log_loss"]
    own, reference = (run.evaluate("valid").arrays for run in (told[1], told[0]))
    expected = paired_differences(own, reference, own["groups"])["log_loss"]
    assert (kept.mean, kept.low, kept.high) == pytest.approx(expected)
    alone = paired_differences(own, reference)["log_loss"]
    assert kept.high - kept.low != pytest.approx(alone[2] - alone[1])
    without = {name: array for name, array in own.items() if name != "groups"}
    np.testing.assert_array_equal(groups_of_pairs(without, reference), groups_of_pairs(own, reference))
    assert groups_of_pairs(without, without) is None
