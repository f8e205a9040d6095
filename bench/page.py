"""docs/results.md, made from docs/results/: one table per kind of measurement, each from what lies there."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.cases import CASES, Bound, Case
from bench.means import RANGES, SHARE, Told, mean_difference, mean_of, mean_of_metric
from trasluz.metrics.over_seeds import bounds_of
from trasluz.recipe import load

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results"
_CHANGED = "2026-11-29"  # splits by content; running statistics that lag recomputed
_DRAWN = {  # sections whose training images are some of all, by what is different of older ones
    "transfer": "another 600 of the training images were drawn",
    "pretraining": "other training images of the same number kept their labels",
}
# Cases with a batch norm that takes fewer steps than a hundred times what it remembers (`running_statistics.lag`).
_FEW_STEPS: frozenset[str] = frozenset(
    {"autoencoder-fast", "mnist-cnn", "fashion-cnn", "mmd-vae", "mmd-kernel", "fashion-cnn-best", "fashion-cnn-small"}
)
OPENING = "MNIST from 70,000 PNGs: first open under 40 s, later opens under 1 s"
_HEAD = """# Results

Made by `make reproduce`, from `docs/results/`. Settings were chosen on validation data; test data were read once. A
mean over seeds stands with its 95 % interval (Student's t inside the metric's range, docs/intervals.md); a single run
with the 95 % interval of its split. Seconds
are those of the training steps, without validation; where a time was asked, the quickest run is held to it, because
others shared the machine with other work. "Reached" compares the means with what was asked.
"""


def render() -> None:
    """Writes the page."""
    (ROOT / "docs" / "results.md").write_text(page(), encoding="utf-8")


def page() -> str:
    """The page as it follows from what lies in ``docs/results/``."""
    lines, machines = [_HEAD, *_cases()], set()
    for title, stem, section in _SECTIONS:
        found = _read(stem)
        if found is not None:
            machines.add(found["machine"])
            lines += ["", f"## {title}", "", *section(found), "", _measured_on(found, _DRAWN.get(stem, ""))]
    studies = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((RESULTS / "studies").glob("*.json"))]
    if studies:
        lines += ["", "## The claims of the discussions", ""]
        lines.append("Differences are taken seed by seed; those whose interval leaves out zero are in bold.")
    for found in studies:
        machines.add(found["machine"])
        lines += ["", *_study(found), "", _measured_on(found)]
    machines |= {found["machine"] for name in (*CASES, "mnist-open") if (found := _read(name)) is not None}
    return "\n".join([*lines, "", "## Measured on", "", *(f"- {m}" for m in sorted(machines)), ""])


def _read(stem: str) -> Any:
    path = RESULTS / f"{stem}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _row(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def _table(head: Sequence[str], rows: Iterator[Sequence[object]]) -> list[str]:
    return [_row(*head), _row(*("---" for _cell in head)), *(_row(*row) for row in rows)]


def _interval(found: Sequence[float | None], digits: int = 4, sign: str = "") -> str:
    """A mean with its bounds, which one seed does not have."""
    mean, *bounds = (None if value is None else f"{value:{sign}.{digits}f}" for value in found)
    return str(mean) if None in bounds else f"{mean} [{', '.join(map(str, bounds))}]"


def _cases() -> list[str]:
    head = ("case", "asked", "reached", "measured", "seconds per run", "epochs", "precision", "command", "on")
    rows = ((*_case(name), _day(_read(name))) for name in (*CASES, "mnist-open"))
    return [*_table(head, rows), "", *_before()]


def _day(found: dict[str, Any] | None) -> str:
    """When it was measured, which stands in the words on the machine."""
    day = None if found is None else re.search(r"\d{4}-\d\d-\d\d", str(found["machine"]))
    return "" if day is None else day.group()


def _measured_on(found: dict[str, Any], changed: str = "") -> str:
    """When, and what has ``changed`` since where that was before ``_CHANGED``."""
    day = _day(found)
    return f"Measured on {day}{f', when {changed}' if changed and day < _CHANGED else ''}."


def _before() -> Iterator[str]:
    """Which rows come from before splits followed from what images hold and statistics that lag were recomputed."""
    older = {name: found for name in CASES if (found := _read(name)) is not None and _day(found) < _CHANGED}
    split = [name for name in older if isinstance(load(CASES[name].recipe).data.valid, float)]
    norms = [name for name in older if name in _FEW_STEPS]
    told = f"measured before {_CHANGED}, when"
    if split:
        yield f"- {', '.join(split)}: {told} another split of the same size was drawn from the training images."
    if norms:
        yield f"- {', '.join(norms)}: {told} batch norms kept the running statistics that few steps had counted."


def _case(name: str) -> Sequence[object]:
    found = _read(name)
    if found is None:
        return name, CASES[name].asked if name in CASES else OPENING, "", "not run yet", "", "", "", ""
    command = f"`{found['command']}`"
    if "seeds" not in found:
        measured = f"first {found['first']:.1f} s, later {found['later']:.2f} s ({found['images']:,} images)"
        reached = found["first"] < 40 and found["later"] < 1
        return name, found["asked"], _verdict(reached), measured, "", "", "", command
    seeds = found["seeds"]
    cells = [_measured(metric, seeds, found["split"]) for metric in found["means"]]
    pca = seeds[0]["baselines"].get("pca", {}).get("mse")
    cells += [f"PCA of the code's size: mse {pca:.4f}"] if pca is not None else []
    seconds = ", ".join(f"{s['training_seconds']:.0f}" for s in seeds)
    facts = (seconds, seeds[0]["epochs"], seeds[0]["precision"], command)
    return name, CASES[name].asked, _reached(CASES[name], found), "; ".join(cells), *facts


def _reached(case: Case, found: dict[str, Any]) -> str:
    """Whether the means keep what was asked, with what does not; empty where nothing was asked or measured."""
    if any(bound.metric not in (*found["means"], "seconds") for bound in case.bounds):
        return ""
    failed = [bound.metric for bound in case.bounds if not _kept(bound, found)]
    if case.seconds is not None and min(seed["training_seconds"] for seed in found["seeds"]) > case.seconds:
        failed.append("seconds")
    return _verdict(not failed, failed) if case.bounds or case.seconds else ""


def _kept(bound: Bound, found: dict[str, Any]) -> bool:
    other = None if bound.than is None else _read(bound.than)
    if bound.than is not None and other is None:
        return False
    mean, limit = _mean(found, bound.metric), bound.value * (1.0 if other is None else _mean(other, bound.metric))
    if bound.apart and other is not None:
        high, low = _of_seeds(found, bound.metric)[2], _of_seeds(other, bound.metric)[1]
        return high is not None and low is not None and high < low
    return mean <= limit if bound.sense == "≤" else mean >= limit


def _mean(found: dict[str, Any], metric: str) -> float:
    if metric == "seconds":
        return float(statistics.median(seed["training_seconds"] for seed in found["seeds"]))
    return _of_seeds(found, metric)[0]


def _of_seeds(found: dict[str, Any], metric: str) -> Told:
    return mean_of_metric([seed["metrics"][metric] for seed in found["seeds"]], metric)


def _verdict(reached: bool, failed: Sequence[str] = ()) -> str:
    return "yes" if reached else f"**no** ({', '.join(failed)})" if failed else "**no**"


def _measured(metric: str, seeds: list[dict[str, Any]], split: str) -> str:
    mean = mean_of_metric([seed["metrics"][metric] for seed in seeds], metric)
    if len(seeds) > 1:
        each = ", ".join(f"{s['metrics'][metric]:.4f}" for s in seeds)
        return f"{split} {metric} {_interval(mean)} (seeds: {each})"
    bounds = seeds[0]["intervals"].get(metric, (None, None))
    return f"{split} {metric} {_interval((mean[0], *bounds))}, n = {seeds[0]['count']:,}"


def _keras(found: dict[str, Any]) -> list[str]:
    told = (
        "The same networks trained by Keras 3 on the same split: the validation loss after the last epoch, mean over "
        "seeds. Keras 3's Nadam lets its momentum rise faster than that of Keras up to 2.10, with which the book's "
        "figures were computed; the recipes step as the book's Keras did, and `train.optimiser.rule: keras` as Keras 3 "
        f"does. `{found['command']}`"
    )
    head = ("network", "Keras 3", "Trasluz by Keras 3's Nadam", "Trasluz as written")
    return [told, "", *_table(head, _beside(found["networks"]))]


def _beside(networks: dict[str, Any]) -> Iterator[Sequence[object]]:
    for name, seeds in networks.items():
        yield name, _spread([seeds[s]["loss"][-1] for s in sorted(seeds)]), *map(_losses, (f"{name}-keras3", name))


def _losses(case: str) -> str:
    found = _read(case) or {"seeds": []}
    return _spread([seed["metrics"]["loss"] for seed in found["seeds"] if "loss" in seed["metrics"]])


def _spread(values: list[float]) -> str:
    each = ", ".join(f"{value:.4f}" for value in values)
    return f"{_interval(mean_of_metric(values, 'loss'))} (seeds: {each})" if len(values) > 1 else each or "not run yet"


def _pretraining(found: dict[str, Any]) -> list[str]:
    told = (
        "Test accuracy with few labels, five seeds; the rates and penalties of all were tuned alike. The logistic "
        "regressions learn from the same labels, with penalties tuned on validation images, so they are not the probes "
        f"of the looks, whose penalty is fixed and which thousands of labels teach. `{found['command']}`"
    )
    recipes = ("scratch-classifier", "pretrained-classifier")
    head = ("labels", "from scratch", "pre-trained", "difference", "logistic regression: pixels", "PCA", "code")
    rows = (
        (
            result["labels"],
            *(_accuracy(result[recipe]) for recipe in recipes),
            _interval(mean_difference(*(result[r]["test_accuracy"] for r in reversed(recipes)), SHARE), sign="+"),
            *(_accuracy(result["linear"][view]) if "linear" in result else "" for view in ("pixels", "pca", "code")),
        )
        for result in found["results"]
    )
    return [told, "", *_table(head, rows)]


def _accuracy(found: dict[str, Any]) -> str:
    return _interval(mean_of(found["test_accuracy"], SHARE))


def _tables(found: dict[str, Any]) -> list[str]:
    told = (
        "Test accuracy, five seeds, duplicate rows on one side of a split; scikit-learn's MLP was tuned over the same "
        f"grid on the same splits. `{found['command']}`"
    )
    sides = ("ours", "scikit-learn")
    rows = (
        (
            name,
            case["asked"],
            *(_interval(mean_of(_tests(case, side), SHARE)) for side in sides),
            _interval(mean_difference(*(_tests(case, side) for side in sides), SHARE), sign="+"),
        )
        for name, case in found["cases"].items()
    )
    return [told, "", *_table(("data", "asked", "Trasluz", "scikit-learn", "difference"), rows)]


def _tests(case: dict[str, Any], side: str) -> list[float]:
    return [seed[side]["test"] for seed in case["seeds"]]


def _transfer(found: dict[str, Any]) -> list[str]:
    part = found["augmented"]
    told = (
        "600 MNIST images, judged on the 10,000 test images, five seeds; the moved backbone learned Fashion-MNIST. "
        f"`{found['command']}`"
    )
    columns = {"higher start": "first_epoch", "steeper slope": "slope", "higher asymptote": "test_accuracy"}
    rows = (_claim(claim, column, part) for claim, column in columns.items())
    return [told, "", *_table(("claim", "from scratch", "moved", "difference", "holds"), rows)]


def _claim(claim: str, column: str, part: dict[str, Any]) -> Sequence[object]:
    scratch, moved = ([seed[column] for seed in part[way]] for way in ("mnist-600", "transfer-fashion-to-mnist"))
    apart, bounds = mean_difference(moved, scratch, RANGES[column]), RANGES[column]
    holds = "yes" if apart[1] is not None and apart[1] > 0 else "no"
    return (
        claim,
        *(_interval(mean_of(values, bounds)) for values in (scratch, moved)),
        _interval(apart, sign="+"),
        holds,
    )


def _samples(found: dict[str, Any]) -> list[str]:
    told = (
        "10,000 samples of each seed against the 10,000 Fashion-MNIST test images, over the features of `fashion-cnn` "
        f"(test accuracy {found['classifier_accuracy']:.3f}). `{found['command']}`"
    )
    rows = (
        (
            name,
            part["source"],
            f"{part['median_fid']:.2f}",
            f"{100 * part['smallest_share']:.1f} %",
            ", ".join(map(str, part["seconds"])),
        )
        for name, part in found["generators"].items()
    )
    return [told, "", *_table(("generator", "codes from", "FID, median", "smallest class", "seconds per run"), rows)]


def _study(found: dict[str, Any]) -> list[str]:
    metrics = found["metrics"]
    head = ("variant", *(part for metric in metrics for part in (metric, "difference")), "seconds per run")
    return [f"**{found['asks']}** `{found['command']}`", "", *_table(head, map(_variant(found), found["rows"]))]


def _variant(study: dict[str, Any]) -> Callable[[dict[str, Any]], Sequence[object]]:
    reference = next(row for row in study["rows"] if row["variant"] == study["reference"])

    def cells(row: dict[str, Any]) -> Sequence[object]:
        found: list[str] = []
        for metric in study["metrics"]:
            own, other = (of["scores"].get(metric, {}).get("values", []) for of in (row, reference))
            found.append(_interval(mean_of_metric(own, metric)) if own else "")
            if row is reference or not own or len(own) != len(other):
                found.append("")
                continue
            apart = mean_difference(own, other, bounds_of(metric))
            sure = apart[1] is not None and apart[2] is not None and apart[1] * apart[2] > 0
            found.append(f"**{_interval(apart, sign='+')}**" if sure else _interval(apart, sign="+"))
        failed = f" ({'; '.join(row['failures'])})" if row["failures"] else ""
        return f"{row['variant']}{failed}", *found, f"{row['seconds']:.0f}"

    return cells


_SECTIONS: tuple[tuple[str, str, Callable[[dict[str, Any]], list[str]]], ...] = (
    ("The notebooks' autoencoders in Keras", "keras", _keras),
    ("Pre-training with few labels", "pretraining", _pretraining),
    ("Tables", "tables", _tables),
    ("Transfer", "transfer", _transfer),
    ("Generated images", "samples", _samples),
)
