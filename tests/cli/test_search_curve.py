"""``trasluz search curve``: trains, says what twice the images would give, goes on, and refuses in one sentence."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command

SMALL = (
    *("--set", "train.epochs=1", "--set", "data.test=null", "--set", "compute.threads=1"),
    *("--set", "model.network={name: dense, hidden: [8]}"),
)


def test_it_trains_each_size_on_each_fold_and_prints_one_json_object(command: Command) -> None:
    answer = command("search", "curve", "digits-cnn", "--sizes", "4", "--folds", "2", *SMALL, "--json")
    assert answer.code == 0
    found = answer.json
    sizes = sorted({cell["size"] for cell in found["cells"]})
    assert len(sizes) == 4
    assert sorted((cell["size"], cell["fold"]) for cell in found["cells"]) == [(s, f) for s in sizes for f in (0, 1)]
    assert found["metric"] == "accuracy"
    assert found["sentence"]
    assert Path(found["page"]).is_file()
    again = command("search", "curve", found["curve"])
    assert again.code == 0
    lines = again.out.splitlines()
    assert lines[0].split() == ["images", "mean", "of", "accuracy", "1", "2"]
    assert [int(line.split()[0]) for line in lines[1:5]] == sizes
    for line, size in zip(lines[1:5], sizes, strict=True):
        own = [cell["value"] for cell in found["cells"] if cell["size"] == size]
        assert abs(float(line.split()[1]) - sum(own) / 2) < 1e-3
    assert found["sentence"] in again.out
    spanish = command("--lang", "es", "search", "curve", found["curve"])
    assert found["sentence"] not in spanish.out
    assert [line.split()[0] for line in spanish.out.splitlines()[1:5]] == [line.split()[0] for line in lines[1:5]]


def test_wrong_requests_are_refused_before_anything_is_trained(command: Command) -> None:
    wrong = command("search", "curve", "digits-cn")
    assert wrong.code == 2
    assert "Did you mean digits-cnn" in wrong.err
    few = command("search", "curve", "digits-cnn", "--sizes", "3")
    assert few.code == 2
    little = command("search", "curve", "digits-cnn", "--folds", "2", "--set", "data.limit=25")
    assert little.code == 2
    assert "needs more images" in little.err
    assert not Path("runs").exists() or not list(Path("runs").iterdir())
