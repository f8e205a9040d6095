"""UMAP (McInnes et al. 2018): as t-SNE, with groups further apart. An extra: ``pip install trasluz[umap]``."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trasluz.errors import RequestError
from trasluz.messages import _

NAME = "UMAP"
NOTE = ""
_NEIGHBOURS = 15


def missing() -> str | None:
    """It needs umap-learn, which is not installed unless asked for."""
    if importlib.util.find_spec("umap"):
        return None
    return _("UMAP is an extra that is not installed: pip install 'trasluz[umap]'")


@dataclass(frozen=True)
class Fitted:
    """``model`` is umap-learn's."""

    positions: np.ndarray
    model: Any
    facts: dict[str, float] = field(default_factory=dict)

    def transform(self, codes: np.ndarray) -> np.ndarray:
        """Where UMAP's own ``transform`` puts them, float32 ``[m, 2]``."""
        return np.asarray(self.model.transform(codes), np.float32)


def fit(codes: np.ndarray, seed: int = 0) -> Fitted:
    """15 neighbours, or as many others as there are.

    Raises:
        RequestError: umap-learn is not installed, or there are fewer than five codes.
    """
    reason = missing()
    if reason is not None:
        raise RequestError(reason)
    if len(codes) < 5:
        raise RequestError(_("UMAP needs at least {least} images; there are {n}.").format(least=5, n=len(codes)))
    import umap

    model = umap.UMAP(n_neighbors=min(_NEIGHBOURS, len(codes) - 1), random_state=seed, n_jobs=1)
    return Fitted(np.asarray(model.fit_transform(codes), np.float32), model)
