"""How long did it take, and on what: timings, hardware, versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trasluz.draw.names import duration, significant
from trasluz.messages import N_
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, plain
from trasluz.report.sections._ending import training_seconds
from trasluz.report.sections.base import Section

ORDER = 100
HARDWARE = {
    "processor": N_("Processor"),
    "device": N_("Device"),
    "devices": N_("Devices"),
    "nodes": N_("Nodes"),
    "precision": N_("Precision of the arithmetic"),
    "layout": N_("Memory layout"),
    "threads": N_("Threads"),
    "system": N_("System"),
    "machine": N_("Architecture"),
}
Facts = list[tuple[Phrase, str]]


def applies(context: Context) -> bool:
    """Whether the run says anything of its machine or time."""
    return any(context.info.get(part) for part in ("hardware", "timings", "versions")) or bool(context.history.epochs)


def answer(context: Context) -> Phrase:
    """The time of the training, and the machine."""
    seconds = duration(training_seconds(context))
    hardware = context.info.get("hardware") or {}
    known = [str(hardware[key]) for key in ("device", "processor", "precision") if hardware.get(key)]
    if not known:
        return both("{seconds} of training.", seconds=seconds)
    return both("{seconds} of training on {machine}.", seconds=seconds, machine=", ".join(dict.fromkeys(known)))


def render(context: Context) -> Section:
    """Three short tables."""
    versions = [(plain(name), str(version)) for name, version in (context.info.get("versions") or {}).items()]
    hardware = [(_name(HARDWARE, key), str(value)) for key, value in (context.info.get("hardware") or {}).items()]
    tables = [(both("Time"), _times(context)), (both("Machine"), hardware), (both("Versions"), versions)]
    html = fill("sections/machine.html", tables=[(title, facts) for title, facts in tables if facts])
    return Section(both("How long did it take, and on what?"), "machine", html, "numbers")


def _times(context: Context) -> Facts:
    seconds, speeds = context.history.series("seconds")[1], context.history.series("images_per_second")[1]
    facts: Facts = []
    if seconds:
        facts.append((both("Training steps, all epochs"), duration(sum(seconds))))
        facts.append((both("One epoch (median)"), duration(_median(seconds))))
    if speeds:
        facts.append((both("Images per second (median of the epochs)"), significant(_median(speeds), 3)))
    timings: Mapping[str, Any] = context.info.get("timings") or {}
    if timings.get("training_seconds"):
        facts.append((both("Training with validation and checkpoints"), duration(float(timings["training_seconds"]))))
    return facts


def _name(known: Mapping[str, str], key: str) -> Phrase:
    return both(known[key]) if key in known else plain(key)


def _median(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
