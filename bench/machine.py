"""What a measurement was made on: processor, versions and date, in one line."""

from __future__ import annotations

import datetime
import os
import platform
from importlib.metadata import version
from pathlib import Path


def machine() -> str:
    """Processor, cores, versions and today's date."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="utf-8").splitlines() if cpu.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor()
    packages = ", ".join(f"{name} {version(name)}" for name in ("trasluz", "torch"))
    today = datetime.date.today().isoformat()
    where = f"{processor}, {os.cpu_count()} cores, {platform.system()}"
    return f"{where}, Python {platform.python_version()}, {packages}; {today}"
