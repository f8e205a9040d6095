"""What a run says of itself at its start, whoever trains it: of its data, their place, the hardware and versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trasluz.api.places import place_of_source
from trasluz.data.data import Data
from trasluz.data.describe.identities import split_fingerprints
from trasluz.data.split.splits import SPLITTING
from trasluz.model.hardware import Hardware, describe, versions


def first_facts(data: Data, hardware: Hardware, source: str, run: Path) -> dict[str, Any]:
    """Of a run that lies, or will lie, at ``run``, on ``data`` that a recipe calls ``source``."""
    return facts_of_data(data, source, run) | {"hardware": describe(hardware)}


def facts_of_data(data: Data, source: str, run: Path) -> dict[str, Any]:
    """What does not differ between runs on the same data side by side in one folder."""
    return {
        "data": data.name,
        "fingerprint": data.fingerprint,
        "in_memory": data.audit.get("in_memory", False),
        "splits": {name: len(rows) for name, rows in data.splits.items()},
        "splitting": SPLITTING,
        "split_fingerprints": split_fingerprints(data.splits, data.identities),
        "classes": list(data.classes),
        "audit": dict(data.audit),
        "versions": versions(),
        "timings": {"training_seconds": 0.0},
        **_place(data, source, run),
    }


def _place(data: Data, source: str, run: Path) -> dict[str, Any]:
    """Where the data lie, so that the run finds them from anywhere."""
    place = None if data.audit.get("in_memory", False) else place_of_source(source, run)
    return {} if place is None else {"data_place": place.to_dict()}
