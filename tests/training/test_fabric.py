"""Fabric without what it would import for nothing."""

from __future__ import annotations

import subprocess
import sys


def test_fabric_brings_no_torchmetrics_and_leaves_it_to_others() -> None:
    code = (
        "import sys; from trasluz.training._fabric import Fabric; "
        "print(sorted({'torchmetrics', 'torchvision', 'scipy'} & set(sys.modules))); "
        "import torchmetrics; print(torchmetrics.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["[]", "torchmetrics"]
