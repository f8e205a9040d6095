"""Row 4.11's three claims with ImageNet's weights: cats and dogs by a pretrained network against one from scratch.

For 20, 100, 400 and 2,000 training photographs and each seed both ways see the same photographs (the seed draws them).
``photos-transfer`` trains a last layer on frozen features; ``cats-dogs-tuned`` trains a residual network from scratch
with strong augmentation for its 150 epochs, of at least four steps each.  Nothing is chosen by the 1,000 photographs
of ``cats-dogs/valid``, on which all accuracies are measured.

"Start" is the first accuracy that a run records (after one epoch of 60 steps; from scratch after six epochs, which is
to its advantage); "seconds" the whole of the pretrained way, features included, against the seconds that the other
takes to its end; "end" the accuracy after the last epoch.

    TRASLUZ_DATA=… python -m bench.transfer_photos [--weights FILE] [--images 20 100] [--seeds 5] [--runs DIR]

Runs that are finished in ``--runs`` are not made again, and the page is written after each size, so that the
measurement can be stopped and gone on with.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import trasluz as tz
from bench.known import trained
from bench.machine import machine
from bench.means import SHARE, mean_of
from bench.page import ROOT
from trasluz.metrics.over_seeds import Bounds, difference_bounds

RESULT = ROOT / "docs" / "results" / "transfer-photos.json"
PAGE = ROOT / "docs" / "transfer.md"
MARKER = "<!-- Below, everything is written by `python -m bench.transfer_photos`. -->"
SCRATCH, PRETRAINED = "cats-dogs-tuned", "photos-transfer"
IMAGES = (20, 100, 400, 2000)
LEAST_STEPS = 4  # of an epoch from scratch: 600 in all, so that few photographs are not seen too seldom
NUMBERS: dict[str, Bounds] = {"start": SHARE, "seconds": (0.0, None), "end": SHARE}  # with their ranges
CLAIMS = {"higher start": ("start", 1), "faster": ("seconds", -1), "higher end": ("end", 1)}


def measure(way: str, images: int, seed: int, weights: Path | None, runs: Path) -> dict[str, Any]:
    """One run, unless it is there already: its first and last accuracy on held-out photographs, and its seconds."""
    changes: dict[str, Any] = {"data.limit": {"train": images}}
    recipe: Any = way
    if way == SCRATCH and images < 64 * LEAST_STEPS:
        changes["train.steps_per_epoch"] = LEAST_STEPS
    if way == PRETRAINED and weights is not None:
        recipe = tz.with_weights(way, weights)
    run = trained(recipe, seed, runs, changes)
    curve = [record["valid/accuracy"] for record in run.history if "valid/accuracy" in record]
    return {
        "seed": seed,
        "start": curve[0],
        "end": curve[-1],
        "seconds": run.info["timings"]["training_seconds"],
        "curve": curve,
    }


def compare(images: int, seeds: int, weights: Path | None, runs: Path) -> dict[str, Any]:
    """Both ways for every seed, their means, and the paired differences (pretrained minus from scratch)."""
    found = {way: [measure(way, images, seed, weights, runs) for seed in range(seeds)] for way in (PRETRAINED, SCRATCH)}
    means = {
        way: {n: mean_of([one[n] for one in each], of) for n, of in NUMBERS.items()} for way, each in found.items()
    }
    pairs = list(zip(found[PRETRAINED], found[SCRATCH], strict=True))
    claims = {}
    for claim, (number, sign) in CLAIMS.items():
        gains = [moved[number] - fresh[number] for moved, fresh in pairs]
        difference = mean_of(gains, difference_bounds(NUMBERS[number]))
        ends = [sign * end for end in difference[1:] if end is not None]
        holds, refuted = bool(ends) and min(ends) > 0, bool(ends) and max(ends) < 0
        claims[claim] = {"difference": difference, "holds": holds, "refuted": refuted}
    return {"images": images, "means": means, "claims": claims, **found}


def write(found: dict[str, Any]) -> None:
    """The numbers, and the page that tells them."""
    RESULT.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(PAGE.read_text(encoding="utf-8").split(MARKER)[0] + page(found), encoding="utf-8")


def page(found: dict[str, Any]) -> str:
    """What stands in ``docs/transfer.md`` below the marker."""
    lines = [MARKER, ""]
    head = ("photographs", "claim", "pretrained", "from scratch", "difference", "holds")
    lines += [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    for case in found["cases"].values():
        for claim, (number, _sign) in CLAIMS.items():
            told = case["claims"][claim]
            own = (_shown(case["means"][way][number], number) for way in (PRETRAINED, SCRATCH))
            cells = (str(case["images"]), claim, *own, _shown(told["difference"], number, "+"))
            lines.append(f"| {' | '.join(cells)} | {'yes' if told['holds'] else 'no'} |")
    lines += ["", f"`{found['command']}`, {found['seeds']} seeds. {found['machine']}.", ""]
    return "\n".join(lines)


def _shown(interval: Any, number: str, sign: str = "") -> str:
    """The mean, and its interval where seeds tell one."""
    digits = 1 if number == "seconds" else 3
    mean, *bounds = (f"{value:{sign}.{digits}f}" for value in interval if value is not None)
    return f"{mean} [{', '.join(bounds)}]" if bounds else mean


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--images", type=int, nargs="+", default=IMAGES)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--runs", type=Path, default=Path("runs/transfer-photos"))
    asked = parser.parse_args()
    known = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    cases = known.get("cases", {})
    for images in asked.images:
        cases[str(images)] = compare(images, asked.seeds, asked.weights, asked.runs)
        ordered = dict(sorted(cases.items(), key=lambda case: int(case[0])))
        told = {"machine": machine(), "command": "python -m bench.transfer_photos", "seeds": asked.seeds}
        write({**told, "cases": ordered})
        print(images, cases[str(images)]["claims"], flush=True)


if __name__ == "__main__":
    main()
