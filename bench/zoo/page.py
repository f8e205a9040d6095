"""docs/findings.md, made from docs/findings/: what was said of which specimen, per rule, and whether advice helped."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.machine import machine
from bench.zoo.groups import ROUNDS, groups
from bench.zoo.judge import GRAVE, false_alarms, told_for, wrong
from bench.zoo.specimen import Specimen
from trasluz.findings.base import names
from trasluz.metrics.intervals import wilson

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / "docs" / "findings"
PAGE = ROOT / "docs" / "findings.md"
HELPED = ROOT / "src" / "trasluz" / "findings" / "helped.json"  # what `trasluz why` orders its steps by
_ADVICE = "advice"
FIRST = "first/"  # what was said of specimens by other hands before any rule was mended after them
_LEAD = """# Findings

What `trasluz findings` and a report's first section say, held against small trainings whose truth is known because it
was made: `make zoo` trains them (`bench/zoo`), asks the rules as a report does, and writes this page. In a healthy
training no fault and no caution may come; a planted fault must be found; beside it may stand what follows from it.
Advice is followed: the advised command is run with three seeds, and what was complained of is measured again. Advice
that did not help in most runs was withdrawn.

Specimens by other hands (`bench/zoo/groups/others_*.py`) were written by someone who had not read the rules but knew
their names and this page; that each fault is there was measured without them. They are counted apart, and twice: as
they were first judged, by rules that had never seen them, and as they are judged now, after the rules were mended where
that first judgement was wrong. Only the first tells how rules fare on trainings that nobody had in mind. After some
rules had been mended with thresholds that fitted the first round (`others_*`), a second one (`fresh_*`) was written and
judged in the same way, for these rules and for healthy trainings.

A finding also says what would refute it. Of several findings with one cause only the most specific is told, as grave as
the gravest of them; settings that would change nothing are never advised.
"""
Told = Mapping[str, Any]


def kept(group: str, name: str, where: str = "") -> dict[int, dict[str, Any]]:
    """What was said of the seeds of a specimen, as far as it is known; ``where``: a folder below."""
    return {one["seed"]: one for one in _read(where + group).get("specimens", {}).get(name, [])}


def keep(group: str, name: str, told: dict[str, Any]) -> None:
    """Keeps what was said of one seed."""
    whole = _read(group)
    all_of = whole.setdefault("specimens", {})
    seeds = {**{one["seed"]: one for one in all_of.get(name, [])}, told["seed"]: told}
    all_of[name] = [seeds[seed] for seed in sorted(seeds)]
    _write(group, {"machine": machine(), "specimens": all_of})


def kept_advice() -> dict[str, dict[str, Any]]:
    """What came of followed advice, by rule and specimen."""
    found: dict[str, dict[str, Any]] = _read(_ADVICE).get("cases", {})
    return found


def keep_advice(name: str, told: dict[str, Any]) -> None:
    """Keeps what came of one case."""
    _write(_ADVICE, {"machine": machine(), "cases": dict(sorted({**kept_advice(), name: told}.items()))})


def keep_only_advice(names: Container[str]) -> None:
    """Forgets cases by any other name."""
    left = {name: told for name, told in kept_advice().items() if name in names}
    if left != kept_advice():
        _write(_ADVICE, {"machine": machine(), "cases": left})


def _read(stem: str) -> dict[str, Any]:
    path = KEPT / f"{stem}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _write(stem: str, whole: dict[str, Any]) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{stem}.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write() -> None:
    """Writes the page, and for the package how often the advice of each rule helped."""
    PAGE.write_text(page(), encoding="utf-8")
    HELPED.write_text(helped(), encoding="utf-8")


def helped() -> str:
    """In how many of how many runs followed advice helped, by rule, as JSON: ``{"overfitting": [9, 9]}``."""
    found = {name: _helped(name) for name in names()}
    lines = (f'  "{name}": [{hits}, {runs}]' for name, (hits, runs) in found.items() if runs)
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _helped(rule: str) -> tuple[int, int]:
    cases = [case for case in kept_advice().values() if case["rule"] == rule]
    return sum(case["helped"] for case in cases), sum(len(case["after"]) for case in cases)


def page() -> str:
    """The page as it follows from what is kept."""
    known = list(_known())
    lines = [_LEAD, *_rules(known), "", *_advice(), "", *_rows(known)]
    for group, members in groups().items():
        lines += ["", f"## {_title(group)}", "", *_group(group, members)]
    machines = {_read(group)["machine"] for group in (*groups(), _ADVICE) if _read(group)}
    return "\n".join([*lines, "", "## Measured on", "", *(f"- {each}" for each in sorted(machines)), ""])


def _known(where: str = "") -> Iterator[tuple[Specimen, Told]]:
    """Every specimen with what was said of each of its seeds; ``where`` as in ``kept``."""
    for group, members in groups().items():
        for specimen in members:
            found = kept(group, specimen.name, where)
            yield from ((specimen, found[seed]) for seed in specimen.seeds if seed in found)


def _table(head: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> list[str]:
    lines = [" | ".join(head), " | ".join("---" for _each in head), *(" | ".join(map(str, row)) for row in rows)]
    return [f"| {line} |" for line in lines]


def _share(hits: int, count: int) -> str:
    if not count:
        return "none"
    low, high = wilson(hits, count)
    return f"{hits} of {count} ({100 * low:.0f} to {100 * high:.0f} %)"


def _rules(known: list[tuple[Specimen, Told]]) -> list[str]:
    own, others = _by_hands(known)
    head = (
        "rule",
        "found of planted",
        "found of planted by other hands",
        "faults and cautions on healthy",
        "faults and cautions on healthy by other hands",
        "remarks on healthy",
        "advice helped",
    )
    lead = f"{_counted(own)} By other hands: {_counted(others)} Intervals are Wilson's, 95 %."
    return [
        *("## Per rule", "", lead, "", *_table(head, (_rule(name, own, others) for name in names())), ""),
        *("## First judged", "", *_first()),
    ]


def _first() -> list[str]:
    """What was said of each round of other hands before any rule was mended after it."""
    known = list(_known(FIRST))
    rounds = [[one for one in known if one[0].hands == hands] for hands in ROUNDS.values()]
    lead = [f"{which} round: {_counted(found)}" for which, found in zip(("First", "Second"), rounds, strict=True)]
    head = ("rule", "found of planted, first round", "false on healthy", "second round", "false on healthy")
    rows = (
        (name, *(told for found in rounds for told in (_found_of(name, found), _on_healthy(name, found)[0])))
        for name in names()
    )
    return ["By other hands, when first judged. " + " ".join(lead), "", *_table(head, rows)]


def _by_hands(known: list[tuple[Specimen, Told]]) -> tuple[list[tuple[Specimen, Told]], list[tuple[Specimen, Told]]]:
    """Those of whoever wrote the rules, and those by other hands."""
    return [one for one in known if not one[0].hands], [one for one in known if one[0].hands]


def _counted(known: list[tuple[Specimen, Told]]) -> str:
    healthy = [(specimen, told) for specimen, told in known if specimen.healthy]
    told_in = sum(bool(false_alarms(specimen, told)) for specimen, told in healthy)
    return (
        f"{len({specimen.name for specimen, _told in known})} specimens, {len(known)} trainings, of which "
        f"{len(healthy)} healthy; a fault or caution in {told_in} of these."
    )


def _rule(name: str, own: list[tuple[Specimen, Told]], others: list[tuple[Specimen, Told]]) -> tuple[object, ...]:
    grave, counts = zip(*(_on_healthy(name, known) for known in (own, others)), strict=True)
    hits, runs = _helped(name)
    followed = f"{hits} of {runs} runs" if runs else "not followed"
    return name, _found_of(name, own), _found_of(name, others), *grave, sum(counts), followed


def _found_of(name: str, known: list[tuple[Specimen, Told]]) -> str:
    planted = [
        any(one["rule"] == name for one in told["findings"]) or told_for(specimen, told, name)
        for specimen, told in known
        if name in specimen.must
    ]
    return _share(sum(planted), len(planted))


def _on_healthy(name: str, known: list[tuple[Specimen, Told]]) -> tuple[str, int]:
    """The share of healthy trainings in which the rule sees a fault or a caution; the number of its remarks."""
    healthy = [told for specimen, told in known if specimen.healthy]
    said = [one["severity"] for told in healthy for one in told["findings"] if one["rule"] == name]
    grave = sum(severity in GRAVE for severity in said)
    return _share(grave, len(healthy)), len(said) - grave


def _advice() -> list[str]:
    head = ("rule", "specimen", "advised", "measured", "before", "after", "better", "finding gone")
    rows = (
        (
            case["rule"],
            case["specimen"],
            f"`{' '.join(case['settings'])}`",
            case["measure"],
            _values(case["before"]),
            _values(case["after"]),
            f"{case['helped']} of {len(case['after'])}",
            f"{case['gone']} of {len(case['after'])}",
        )
        for case in kept_advice().values()
    )
    return ["## Advice, followed", "", *_table(head, rows)]


def _values(found: list[float | None]) -> str:
    return ", ".join("failed" if value is None else f"{value:g}" for value in found)


def _rows(known: list[tuple[Specimen, Told]]) -> list[str]:
    said = (
        (specimen.row, specimen.name, told["seed"], _found(told), "; ".join(wrong(specimen, told)) or "yes")
        for specimen, told in known
        if specimen.row
    )
    head = ("what was wrong once", "specimen", "seed", "said now", "as it must be")
    return ["## Sentences that were wrong once", "", *_table(head, said)]


def _found(told: Told) -> str:
    return ", ".join(f"{one['rule']} ({one['severity']})" for one in told["findings"]) or "nothing"


def _title(group: str) -> str:
    begins = {"others_": "By other hands", "fresh_": "By other hands, second round"}
    found = next((begin for begin in begins if group.startswith(begin)), "")
    return f"{begins[found]}: {group.removeprefix(found)}" if found else group.capitalize()


def _group(group: str, members: tuple[Specimen, ...]) -> list[str]:
    rows = (
        (
            specimen.name,
            specimen.truth,
            ", ".join(specimen.must),
            told["seed"],
            _found(told),
            "; ".join(wrong(specimen, told)),
        )
        for specimen in members
        for told in kept(group, specimen.name).values()
    )
    return _table(("specimen", "what was made", "must come", "seed", "said", "wrong"), rows)
