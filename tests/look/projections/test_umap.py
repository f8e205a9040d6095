"""UMAP is an extra: without it there is one clear sentence, and everything else works."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from trasluz.errors import RequestError
from trasluz.look import projections


def test_every_file_is_a_method() -> None:
    assert set(projections.names()) == {"pca", "t-sne", "umap"}


def test_without_it_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match=r"pip install 'trasluz\[umap\]'"):
        projections.find("umap").fit(np.zeros((9, 2), np.float32), 0)
