"""Follows what findings advise: trains with the advised settings, three seeds, and measures again what was said."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from bench.zoo import page
from bench.zoo.groups import groups
from bench.zoo.keep import Keeper
from bench.zoo.measures import MEASURES
from bench.zoo.specimen import Specimen
from trasluz.errors import TrasluzError
from trasluz.findings.base import find
from trasluz.recipe import parse_overrides

SEEDS = (0, 1, 2)
_MOST = 3  # specimens of a rule: the first ones in which it came


def follow_all(keeper: Keeper, only: Iterable[str]) -> None:
    """Follows the advice of every rule that must come somewhere and did, unless that is known already.

    What is known of advice that is given no more is forgotten.
    """
    wanted, found = set(only), _cases()
    page.keep_only_advice({f"{rule}/{each[1].name}" for rule, cases in found.items() for each in cases[:_MOST]})
    done = page.kept_advice()
    for rule, cases in found.items():
        for group, specimen, settings in cases[:_MOST]:
            name = f"{rule}/{specimen.name}"
            if wanted and not wanted & {rule, group, specimen.name}:
                continue
            known = done.get(name, {})
            if (known.get("settings"), known.get("measure")) == (settings, MEASURES[rule].name):
                continue
            print(f"advice of {name}: {' '.join(settings)}", flush=True)
            told = _follow(keeper, rule, specimen, settings)
            page.keep_advice(name, told)
            print(f"    {told['helped']} of {len(SEEDS)} seeds better: {told['before']} → {told['after']}", flush=True)


def _cases() -> dict[str, list[tuple[str, Specimen, list[str]]]]:
    """Per rule the specimens that it must speak of, with what it advised there."""
    found: defaultdict[str, list[tuple[str, Specimen, list[str]]]] = defaultdict(list)
    for group, members in groups().items():
        for specimen in members:
            told = page.kept(group, specimen.name).values()
            for rule in specimen.must:
                advised = [one["settings"] for each in told for one in each["findings"] if one["rule"] == rule]
                settings = next((one for one in advised if one), None)
                if settings is not None and rule in MEASURES:
                    found[rule].append((group, specimen, settings))
    return dict(sorted(found.items()))


def _follow(keeper: Keeper, rule: str, specimen: Specimen, settings: list[str]) -> dict[str, Any]:
    measure, rows, gone = MEASURES[rule], [], 0
    for seed in SEEDS:
        recipe = keeper.recipe(specimen, seed)
        before = keeper.evidence(keeper.trained(recipe, keeper.folder / specimen.name), specimen)
        try:
            advised = keeper.trained(
                recipe.override(parse_overrides(settings)), keeper.folder / f"{specimen.name}+{rule}"
            )
            after = keeper.evidence(advised, specimen)
            rows.append((measure.read(before), measure.read(after)))
            gone += find(rule).check(after) is None
        except TrasluzError as error:
            print(f"    seed {seed}: {error}", flush=True)
            rows.append((measure.read(before), math.nan))
    return {
        "rule": rule,
        "specimen": specimen.name,
        "settings": settings,
        "measure": measure.name,
        "lower": measure.lower,
        "before": [_short(one) for one, _after in rows],
        "after": [_short(one) for _before, one in rows],
        "helped": sum(measure.better(*row) for row in rows),
        "gone": gone,
        "helps": statistics.median(measure.better(*row) for row in rows) == 1,
    }


def _short(value: float) -> float | None:
    return float(f"{value:.4g}") if math.isfinite(value) else None
