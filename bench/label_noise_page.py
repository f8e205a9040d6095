"""docs/label-noise.md, made from docs/results/label-noise.json."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.means import SHARE, mean_of
from trasluz.metrics.over_seeds import difference_bounds

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "docs" / "results" / "label-noise.json"
PAGE = ROOT / "docs" / "label-noise.md"
_HEAD = """# Wrong labels at known places

Made by `python -m bench.label_noise`, from `docs/results/label-noise.json`. A share of the training labels was given
another class, each other one equally likely; a network was trained on them; the look `wrong-labels` then judged every
training label by a linear probe on the network's features that was not taught it.

Precision is that at the number of planted ones: of as many labels as were flipped, the likeliest wrong first, how many
were flipped. cleanlab's is the best, in the mean over all cells, of its three scores (`SCORE`) on the same
out-of-fold probabilities; its flagged ones are those of `find_label_issues` as it is. Expected false alarms are what
the look itself says, before anybody knows. Where the network had learned labels by heart, the probe reads features of
the images themselves, as the look does, for both sides. Means over seeds with
their 95 % intervals ([intervals.md](intervals.md)), differences seed by seed; none where all seeds gave the same. Where
the probe is too weak nothing is suspected, and the look says so.
"""
_CURES = """
## What helps

Accuracy on images with right labels of networks that learned from training labels of which a tenth is wrong: as they
are, with `model.label_smoothing=0.1`, with the suspects left out unseen, with those suspects corrected that are wrong
(what the finding advises: look at them), and of networks that learned from right labels. In brackets the difference
from the wrong labels, seed by seed.
"""


def render() -> None:
    """Writes the page."""
    PAGE.write_text(page(json.loads(RESULT.read_text(encoding="utf-8"))), encoding="utf-8")


def page(found: dict[str, Any]) -> str:
    """The page as it follows from the measurements."""
    score = best_score(found)
    lines = [_HEAD.replace("SCORE", score), "## Which labels", ""]
    head = ("data", "flipped", "precision", f"cleanlab: {score}", "difference", "probe's AUC (without noise)")
    lines += _table(head, _precisions(found, score))
    differences = [one["precision"] - one["cleanlab"]["precision"][score] for _c, _s, one in _planted(found)]
    lines += ["", f"Over all {len(differences)} cells with wrong labels the difference is {_mean(differences, '+')}."]
    lines += ["", "## How many are suspect", ""]
    head = (
        "data",
        "flipped",
        "estimated wrong",
        "suspect",
        "precision",
        "recall",
        "false alarms",
        "expected",
        "cleanlab: suspect",
        "precision",
        "recall",
    )
    lines += [*_table(head, _suspects(found)), _CURES]
    kinds = [kind for kind in next(iter(found["cures"].values()))[0] if kind != "seed"] if found["cures"] else []
    lines += [*_table(("data", *kinds), _cures(found, kinds)), "", f"Measured on {found['machine']}.", ""]
    return "\n".join(lines)


def best_score(found: dict[str, Any]) -> str:
    """The score of cleanlab's whose mean precision over all cells is highest."""
    cells = [one["cleanlab"]["precision"] for _case, _share, one in _planted(found)]
    return max(cells[0], key=lambda score: sum(cell[score] for cell in cells))


def _planted(found: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, case in found["cases"].items():
        for share, seeds in case["shares"].items():
            yield from ((name, share, one) for one in seeds if one["planted"])


def _precisions(found: dict[str, Any], score: str) -> Iterator[Sequence[object]]:
    for case in found["cases"].values():
        for share, seeds in case["shares"].items():
            if not seeds[0]["planted"]:
                continue
            ours, other = [s["precision"] for s in seeds], [s["cleanlab"]["precision"][score] for s in seeds]
            difference = [a - b for a, b in zip(ours, other, strict=True)]
            auc, cleared = (sum(s[key] for s in seeds) / len(seeds) for key in ("auc", "cleared"))
            facts = (_mean(ours), _mean(other), _mean(difference, "+"), f"{auc:.3f} ({cleared:.3f})")
            yield case["told"], _percent(float(share)), *facts


def _suspects(found: dict[str, Any]) -> Iterator[Sequence[object]]:
    for case in found["cases"].values():
        for share, seeds in case["shares"].items():
            rate = sum(s["rate"][0] for s in seeds) / len(seeds)
            weak = all(s["trust"] != "good" for s in seeds)
            cells = [
                _share(seeds, lambda s: s["suspects"], lambda s: s["labels"]) + (" (too weak)" if weak else ""),
                _share(seeds, lambda s: s["suspects_wrong"], lambda s: s["suspects"]),
                _share(seeds, lambda s: s["suspects_wrong"], lambda s: s["planted"]),
                _each(seeds, "false_alarms", "d"),
                _each(seeds, "false_alarms_expected", ".1f"),
                _share(seeds, lambda s: s["cleanlab"]["suspects"], lambda s: s["labels"]),
                _share(seeds, lambda s: s["cleanlab"]["suspects_wrong"], lambda s: s["cleanlab"]["suspects"]),
                _share(seeds, lambda s: s["cleanlab"]["suspects_wrong"], lambda s: s["planted"]),
            ]
            yield case["told"], _percent(float(share)), _percent(rate), *cells


def _cures(found: dict[str, Any], kinds: Sequence[str]) -> Iterator[Sequence[object]]:
    for name, seeds in found["cures"].items():
        cells = []
        for kind in kinds:
            mean = _mean([s[kind] for s in seeds])
            gains = [s[kind] - s[kinds[0]] for s in seeds]
            cells.append(mean if kind == kinds[0] else f"{mean} ({_mean(gains, '+')})")
        yield found["cases"][name]["told"], *cells


Number = Callable[[dict[str, Any]], int]


def _share(seeds: Sequence[dict[str, Any]], part: Number, whole: Number) -> str:
    """All seeds' parts of all seeds' wholes."""
    count = sum(map(whole, seeds))
    return _percent(sum(map(part, seeds)) / count) if count else ""


def _each(seeds: Sequence[dict[str, Any]], key: str, digits: str) -> str:
    return ", ".join(f"{s[key]:{digits}}" for s in seeds)


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.1f} %"


def _mean(values: Sequence[float], sign: str = "") -> str:
    """Of shares, or, with a ``sign``, of differences of shares."""
    mean, low, high = mean_of(values, difference_bounds(SHARE) if sign else SHARE)
    bounds = "" if low is None or high is None else f" [{low:{sign}.3f}, {high:{sign}.3f}]"
    return f"{mean:{sign}.3f}{bounds}"


def _row(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def _table(head: Sequence[str], rows: Iterator[Sequence[object]]) -> list[str]:
    return [_row(*head), _row(*("---" for _cell in head)), *(_row(*row) for row in rows)]
