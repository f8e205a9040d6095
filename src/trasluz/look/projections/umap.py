"""UMAP (McInnes et al. 2018): as t-SNE, with groups further apart. An extra: ``pip install trasluz[umap]``.

Equal codes are one point to the method and lie in one place of the map.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trasluz.errors import RequestError
from trasluz.library_threads import library_threads
from trasluz.look.projections import pca
from trasluz.look.projections._distinct import distinct
from trasluz.messages import _

NAME = "UMAP"
NOTE = ""
_NEIGHBOURS = 15
_FEWEST = 5


def missing() -> str | None:
    """It needs umap-learn, which is not installed unless asked for."""
    if importlib.util.find_spec("umap"):
        return None
    return _("UMAP is an extra that is not installed: pip install 'trasluz[umap]'")


def _umap() -> Any:
    """umap-learn's class; imported without its warning that there is no TensorFlow, which nobody asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)
        return importlib.import_module("umap").UMAP


@contextmanager
def _threads_of_others() -> Iterator[None]:
    """Puts back how many threads PyTorch uses: umap-learn's numba shares OpenMP with it and sets that anew."""
    import torch

    with library_threads:
        before = torch.get_num_threads()
        try:
            yield
        finally:
            torch.set_num_threads(before)


@dataclass(frozen=True)
class Fitted:
    """``model`` is umap-learn's, of the codes that differ."""

    positions: np.ndarray
    model: Any
    facts: dict[str, float] = field(default_factory=dict)

    def transform(self, codes: np.ndarray) -> np.ndarray:
        """Where UMAP's own ``transform`` puts them, float32 ``[m, 2]``."""
        if not len(codes):
            return np.zeros((0, 2), np.float32)
        own, back = distinct(codes)
        with _threads_of_others():
            placed: np.ndarray = np.asarray(self.model.transform(own), np.float32)
        there: np.ndarray = placed[back]
        return there


def fit(codes: np.ndarray, seed: int = 0) -> Fitted | pca.Fitted:
    """15 neighbours, or as many others as there are; fewer than five codes that differ are placed by PCA.

    Raises:
        RequestError: umap-learn is not installed, or there are fewer than five codes.
    """
    reason = missing()
    if reason is not None:
        raise RequestError(reason)
    if len(codes) < _FEWEST:
        raise RequestError(_("UMAP needs at least {least} images; there are {n}.").format(least=_FEWEST, n=len(codes)))
    own, back = distinct(codes)
    if len(own) < _FEWEST:
        return dataclasses.replace(pca.fit(codes), facts={})
    with _threads_of_others():
        model = _umap()(n_neighbors=min(_NEIGHBOURS, len(own) - 1), random_state=seed, n_jobs=1)
        placed = np.asarray(model.fit_transform(own), np.float32)
    return Fitted(placed[back], model)
