"""A short part of the kills: a training, a study and the commands on a run, each killed and gone on with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = """
import json, sys
from pathlib import Path
from attack.parts.kills import attempts
for attempt in attempts(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])):
    print(json.dumps([attempt.door, attempt.kind, attempt.fault]), flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks, and counts files by their paths")
def test_kills_lose_nothing_and_no_bit(tmp_path: Path) -> None:
    # In a process of its own, because it forks: pytest's has threads by now.
    command = [sys.executable, "-W", "ignore", "-c", CODE, "11", "12", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [fault for _door, _kind, fault in found if fault] == []
    assert len(found) >= 9
    assert {"classifier", "study"} <= {door for door, _kind, _fault in found}
