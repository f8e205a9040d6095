"""``groups.npz`` of a run: kept and read back, or refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trasluz.errors import DamagedError
from trasluz.runs.groups import load_groups, save_groups


def test_groups_are_read_back(tmp_path: Path) -> None:
    assert load_groups(tmp_path, 3) is None
    save_groups(tmp_path, np.array([0, 0, 2]))
    found = load_groups(tmp_path, 3)
    assert found is not None
    assert found.tolist() == [0, 0, 2]


def test_groups_of_other_data_and_damage_are_refused(tmp_path: Path) -> None:
    save_groups(tmp_path, np.array([0, 0, 2]))
    with pytest.raises(DamagedError, match=r"groups\.npz is damaged \(groups holds other than rows of the data\)"):
        load_groups(tmp_path, 4)
    (tmp_path / "groups.npz").write_bytes(b"no archive")
    with pytest.raises(DamagedError, match=r"groups\.npz is damaged"):
        load_groups(tmp_path, 3)
