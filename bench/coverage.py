"""How often the intervals hold the truth: samples are drawn from what is known, many times, at few and many samples.

    python -m bench.coverage [--repetitions 2000] [--seed 0] [--only KIND …]

Numbers are kept in docs/intervals/, one file per kind, from which docs/intervals.md is made.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench import coverage_classes, coverage_groups, coverage_means, coverage_pairs, coverage_samples
from bench.coverage_case import SEEDS, Case, Generator, Kind
from bench.machine import machine
from trasluz.metrics.intervals import UNKNOWN

ROOT = Path(__file__).parent.parent
KEPT, PAGE = ROOT / "docs" / "intervals", ROOT / "docs" / "intervals.md"


def measure(case: Case, count: int, repetitions: int, rng: Generator) -> dict[str, float]:
    """Share of intervals that hold the truth, of those below and above it, that there are none, and the mean width."""
    found = [case.draw(rng, count) for _repetition in range(repetitions)]
    known = np.array([bounds for bounds in found if bounds != UNKNOWN]).reshape(-1, 2)
    low, high = known[:, 0], known[:, 1]
    return {
        "covered": float(((low <= case.truth) & (case.truth <= high)).mean()),
        "below": float((high < case.truth).mean()),
        "above": float((low > case.truth).mean()),
        "unknown": 1 - len(known) / repetitions,
        "width": float((high - low).mean()),
    }


def measure_kind(name: str, repetitions: int, seed: int) -> dict[str, Any]:
    """Every case of a kind at every count."""
    kind, started = KINDS[name], time.monotonic()
    each = max(repetitions // kind.fewer, 100)
    rows = []
    for number, case in enumerate(kind.cases()):
        rng = np.random.default_rng([seed, number])
        found = {str(count): measure(case, count, each, rng) for count in kind.counts}
        rows.append({"what": case.what, "truth": case.truth, "found": found})
        print(f"  {case.what}:", *(f"{one['covered']:.3f}" for one in found.values()), flush=True)
    told = {"title": kind.title, "method": kind.method, "repetitions": each, "seed": seed}
    command = f"python -m bench.coverage --only {name} --repetitions {repetitions} --seed {seed}"
    minutes = round((time.monotonic() - started) / 60, 1)
    return {**told, "command": command, "minutes": minutes, "machine": machine(), "rows": rows}


KINDS = {
    "share": Kind(
        "Share of samples (accuracy, all labels right, top 5)",
        "Wilson's score interval (1927) for independent trials.",
        coverage_means.shares,
    ),
    "apart": Kind(
        "Difference of two independent shares (training and validation, two epochs)",
        "Newcombe's method 10 (1998), from Wilson's intervals of both (`shares_apart`). The second share here is of "
        "three times as many samples.",
        coverage_means.apart,
    ),
    "bounded": Kind(
        "Mean of a score with two bounds (labels that are right, rounded accuracy, SSIM)",
        "Wilson's interval with as many trials as the samples' dispersion makes them worth: n·p(1 − p) over their "
        "variance. In the dispersion one more sample is thought of that is as bad as can be, with a weight of 6 / (m + "
        "6), where m samples are not perfect. So perfect samples give Wilson's interval for n trials, yes-or-no scores "
        "always do, and nothing jumps in between. Of failures so rare that no sample shows one this allows for some "
        "per cent, most where the others are close to perfect; the last row is one beyond it. An interval for whatever "
        "distribution (Anderson 1969; Phan, Thomas and Learned-Miller 2021; betting, Waudby-Smith and Ramdas 2024) "
        "must reach about 3 / n of the whole range below every mean: 0.09 at n = 40, five times the width here of "
        "scores that differ as little as rounded pixels at n = 270.",
        coverage_means.bounded,
    ),
    "positive": Kind(
        "Mean of a score that is 0 at least (squared error, log loss; PSNR is its image)",
        "Student's t on the logarithm of the mean, with the standard error of the delta method.",
        coverage_means.positive,
    ),
    "unbounded": Kind(
        "Mean of a score without bounds (importance-weighted likelihood)", "Student's t.", coverage_means.unbounded
    ),
    "auc": Kind(
        "Area under the ROC curve",
        "Newcombe's method 5 (2006): the areas from which the one found lies less than 1.96 standard errors apart, "
        "with Hanley and McNeil's variance (1982) at each of them; where scores vary more than it supposes, as DeLong "
        "et al. (1988) measure it, it is as many times as large.",
        coverage_classes.areas,
        fewer=2,
    ),
    "macro": Kind(
        "Macro F1",
        "The score interval of the means above, with the variance that the delta method gives F1 of all classes "
        "together (Takahashi et al. 2022), of counts to which half a sample of each class is added, spread as one more "
        "that fares as all do (as Agresti and Coull 1998 add trials), so that a class of which few samples or none "
        "were drawn has an F1 that is open. Where nothing is wrong, as many trials as classes that are equally "
        "frequent would need to tell as much.",
        coverage_classes.macro,
        fewer=2,
    ),
    "seeds": Kind(
        "Mean over seeds (studies, `--seeds`)",
        "Student's t on a scale without ends, by the delta method: the logit between two bounds, the logarithm above "
        "one, as it is without any. One seed, and seeds that all gave the same, have none.",
        coverage_means.seeds,
        SEEDS,
    ),
    "paired": Kind(
        "Paired differences (runs judged on the same samples)",
        "Shares: Agresti and Min (2005). Scores with two bounds: theirs for scores between yes and no, with Student's "
        "t. Others: Student's t; PSNR by the delta method. Macro F1: the delta method on the samples' influences on "
        "both means, with half a sample more in each of Agresti and Min's four cells, spread over the classes, and "
        "half a sample more of each class.",
        coverage_pairs.pairs,
        fewer=4,
    ),
    "kid": Kind(
        "KID, of samples and of real images",
        "Student's t around the U-statistic over all rows, with the variance of Hoeffding's decomposition, each part "
        "estimated without bias (Sutherland and Deka 2019), and as many degrees of freedom as the smaller set has "
        "rows, less one. The estimate has no bias, so it may lie below 0, and so may the interval.",
        coverage_samples.kernels,
        fewer=2,
    ),
    "prior": Kind(
        "MMD² of codes from the prior",
        "As KID's, of one set: nothing is drawn from the prior, whose share is known in closed form.",
        coverage_samples.priors,
        fewer=4,
    ),
    "groups": Kind(
        "Where samples come in groups",
        "Whatever is above, of evaluations and looks alike, where the data have groups. Shares: Wilson's interval for "
        "as many independent samples as these are worth (Kish 1965; Korn and Graubard 1998). Paired shares: Agresti "
        "and Min's for as many pairs. Area under the ROC curve: Student's t on the logit, with Obuchowski's variance "
        "(1997). KID and MMD²: over the pairs of different groups, with the variance of the jackknife of both sets "
        "(Arvesen 1969). Others: the jackknife that leaves out a group at a time, on the logit of what lies between 0 "
        'and 1 and the logarithm of what is positive. n is the number of groups, of 2 to 10 samples; "alike" is the '
        "share of a sample's variance that it has in common with its group. Of fewer than four groups KID and MMD² "
        "have none.",
        coverage_groups.groups,
        coverage_groups.GROUPS,
        fewer=4,
    ),
}

_LEAD = """# Intervals

Every interval is two-sided at 95 % and says how far a number could be off because there are only so many samples, or
seeds. One method for each kind of number; all stay inside the range of what they bound. `bench/coverage.py` draws
samples from distributions whose truth is known and counts how often the interval holds it: "covered" should be 0.95.
Beside it stands the interval's mean width. Where samples say nothing about their spread (one seed, errors that are all
the same) there is no interval: tables over seeds show a dash and say why, others leave the place empty. The share of
such draws is told where there were any.
"""


def page() -> str:
    """docs/intervals.md from what is kept."""
    lines = [_LEAD]
    for name in KINDS:
        path = KEPT / f"{name}.json"
        if path.exists():
            lines += [*_section(json.loads(path.read_text(encoding="utf-8"))), ""]
    return "\n".join(lines).rstrip() + "\n"


def _section(told: dict[str, Any]) -> Iterator[str]:
    counts = list(told["rows"][0]["found"])
    yield f"## {told['title']}\n"
    yield f"{told['method']}\n"
    yield "| drawn | truth | " + " | ".join(f"n = {count}" for count in counts) + " |"
    yield "| --- | ---: |" + " ---: |" * len(counts)
    for row in told["rows"]:
        cells = [_cell(row["found"][count]) for count in counts]
        yield f"| {row['what']} | {row['truth']:.4g} | " + " | ".join(cells) + " |"
    yield f"\n{told['repetitions']:,} draws each, `{told['command']}`, {told['minutes']} minutes, {told['machine']}."


def _cell(found: dict[str, float]) -> str:
    none = f"; none in {100 * found['unknown']:.0f} %" if found["unknown"] > 0.005 else ""
    return f"{found['covered']:.3f} (width {found['width']:.3g}{none})"


def main() -> None:
    """Measures the kinds asked for, keeps their numbers, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", choices=list(KINDS))
    asked = parser.parse_args()
    for name in asked.only or KINDS:
        print(f"{name} …", flush=True)
        told = measure_kind(name, asked.repetitions, asked.seed)
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / f"{name}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
