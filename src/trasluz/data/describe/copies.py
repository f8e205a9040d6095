"""Copies across splits: of the samples that equal one of another split, exactly or nearly, those that are its copies.

Data can be like that by nature.  Where the images of a class lie densely, as drawn signs of few pixels, some of them
come under any threshold by chance: then others lie hardly farther away.  A copy is much nearer to its original than to
whatever else there is (the ratio test of Lowe 2004, "Distinctive image features from scale-invariant keypoints").  And
where a class holds only a handful of distinct pictures, as icons or barcodes do, each occurs all over the class, while
copies are few beside it, and frames of a film follow on one another.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from trasluz.data.data import Data
from trasluz.data.describe.near_duplicates import NearDuplicates, likeness_to_others
from trasluz.rng import Rng

_RATIO = 0.5  # of the distance of a copy from its original to that of the nearest other image, at most
_LOOKED_AT = 500  # near copies of a split whose surroundings are looked at
_SURROUNDINGS = 20_000  # images that they are compared with
_FEWEST = 5  # training samples that share one picture before that is how the class is
_OF_CLASS = 0.05
_SPAN = 2.0  # times as many places of the class as there are frames: who lies closer follows on one another


def exact_copies(data: Data, groups: np.ndarray) -> dict[str, int]:
    """``train/valid``: samples of the second split with an exact copy in training that are no picture of their class's
    few; ``groups`` int64 ``[n]`` of ``exact_groups``."""
    return {name: round(float(found.sum())) for name, found in _across(data, groups).items()}


def near_copies(data: Data, groups: np.ndarray, near: NearDuplicates) -> dict[str, int]:
    """The same of near duplicates, less those that lie no nearer to another image than images of these data do.

    Where there are more of them than 500 in a split, so many are drawn, and the count is their share of all.
    """
    clusters = _clusters(groups, near.pairs)
    nearest = np.full(len(groups), np.inf)  # of each group, 1 − correlation
    for side in (0, 1):
        np.minimum.at(nearest, near.pairs[:, side], 1 - near.correlation.astype(np.float64))
    found = {}
    for name, weights in _across(data, clusters).items():
        rows = np.flatnonzero((weights > 0) & (nearest[groups] < np.inf))
        drawn = rows[Rng(0).permutation("near-copies", 0, len(rows)).numpy()[:_LOOKED_AT]]
        apart = _apart(data, drawn, nearest[groups[drawn]], clusters) if len(drawn) else np.zeros(0, bool)
        found[name] = round(float(weights[rows].sum() * apart.mean())) if len(drawn) else 0
    return found


def _clusters(groups: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Int64 ``[n]``: a number for all samples that pairs, exact or near, lead to from one another."""
    count = len(groups)
    first, second = np.concatenate([pairs, np.stack([groups, np.arange(count)], 1)]).T
    links = coo_array((np.ones(len(first), bool), (first, second)), shape=(count, count))
    found: np.ndarray = connected_components(links, directed=False)[1].astype(np.int64)
    return found


def _apart(data: Data, rows: np.ndarray, distance: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Bool per row: whether all images outside its cluster are at least twice as far from it as ``distance``."""
    order = Rng(0).permutation("surroundings", 0, len(clusters)).numpy()[:_SURROUNDINGS]
    others = 1 - likeness_to_others(data.samples, rows, np.sort(order), clusters)
    return np.asarray(distance <= _RATIO * others)


def _across(data: Data, clusters: np.ndarray) -> dict[str, np.ndarray]:
    """Of each split but training a number per sample ``[n]``: 1 where training holds one of its cluster and that is not
    how its class is, else 0.

    Where most training samples of clusters are of such classes, pairs come about by chance as well: then as many are
    taken off as training has among its own.
    """
    training = data.split("train")
    inside = np.bincount(clusters[training], minlength=clusters.max(initial=-1) + 1)
    common = _common(data, training, clusters, inside)
    own, usual = (inside[clusters[training]] > 1), common[clusters[training]]
    by_chance = float((own & ~usual).mean()) if (own & usual).sum() > (own & ~usual).sum() else 0.0
    found = {}
    for name, rows in data.splits.items():
        weights = np.zeros(len(clusters))
        weights[rows] = (inside[clusters[rows]] > 0) & ~common[clusters[rows]]
        excess = max(1 - by_chance * len(rows) / max(float(weights.sum()), 1.0), 0.0)
        if name != "train":
            found[f"train/{name}"] = weights * excess
    return found


def _common(data: Data, training: np.ndarray, clusters: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Bool per cluster: whether it is one of the few pictures of a class, which occur all over it."""
    common = np.zeros(len(inside), bool)
    strata = np.zeros(len(clusters), np.int64)
    if data.labels is not None:
        strata = np.unique(data.labels, axis=0, return_inverse=True)[1].reshape(-1)
    for stratum in np.unique(strata[training]).tolist():
        rows = np.sort(training[strata[training] == stratum])
        least = max(_FEWEST, _OF_CLASS * len(rows))
        for cluster in np.flatnonzero(np.bincount(clusters[rows], minlength=len(inside)) >= least).tolist():
            places = np.flatnonzero(clusters[rows] == cluster)
            whole = 2 * len(places) > len(rows)
            common[cluster] |= whole or bool(np.ptp(places) + 1 > _SPAN * len(places))
    return common
