"""Copies across splits: of the samples that equal one of another split, exactly or nearly, those that are its copies.

Data can be like that by nature.  Where the images of a class lie densely, as drawn signs of few pixels, some of them
come under any threshold by chance: then others lie hardly farther away.  A copy is much nearer to its original than to
whatever else there is (the ratio test of Lowe 2004, "Distinctive image features from scale-invariant keypoints").
It has the noise of its original, too, which a picture of the same thing in the same place has not.  And where a class
holds only a handful of distinct pictures, as icons or barcodes do, each occurs all over the class, while
copies are few beside it, and frames of a film follow on one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasluz.data.data import Data
from trasluz.data.describe.near_duplicates import NearDuplicates, likeness_to_others
from trasluz.data.split.groups import linked
from trasluz.rng import Rng

# Of 1 − correlation of a copy with its original to that of the nearest other image, at most: who lies at random in the
# three dimensions of a place and a size is so much nearer to one than to the next in 3 of 100 cases (0.1 to the 3/2).
_RATIO = 0.1
_LOOKED_AT = 500  # near copies of a split whose surroundings are looked at
_MOSTLY = 0.5  # of the pairs within training: whose members stand less often apart lie densely by nature
_SURROUNDINGS = 20_000  # images that they are compared with
_NOISE, _EVEN = 0.8, 0.5  # of what independent noise of both makes of the difference; of the stronger noise
_ADJACENT, _IN_ORDER = 4, 0.5  # places in a class; of the pairs
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
    nearest, partner = np.full(len(groups), np.inf), np.arange(len(groups))  # of each group, 1 − correlation
    for side in (0, 1):  # the pairs most alike come last here, and stay
        nearest[near.pairs[::-1, side]] = 1 - near.correlation[::-1].astype(np.float64)
        partner[near.pairs[::-1, side]] = near.pairs[::-1, 1 - side]
    distance, series = nearest[groups], _of_classes(data, clusters)[1][clusters]
    if _follow(data, near.pairs):
        series[:] = True
    training = data.split("train")
    inside = np.bincount(clusters[training], minlength=clusters.max(initial=-1) + 1)
    own = training[(inside[clusters[training]] > 1) & (distance[training] < np.inf) & ~series[training]]
    pairs = _Pairs(data, distance, partner[groups], clusters)
    dense = pairs.share_apart(own) if len(own) else 1.0
    found = {}
    for name, weights in _across(data, clusters).items():
        rows = np.flatnonzero((weights > 0) & (distance < np.inf) & ~series)
        apart = float(weights[rows].sum()) * pairs.share_apart(rows) if len(rows) else 0.0
        if dense < _MOSTLY:  # what stands apart here is the end of what lies densely, and as frequent in training
            expected = dense * len(own) / len(training) * len(data.split(name.split("/")[1]))
            apart -= expected + 2 * max(expected, 1.0) ** 0.5
        found[name] = round(max(apart, 0.0) + float(weights[series].sum()))
    return found


@dataclass(frozen=True)
class _Pairs:
    """Of each sample the ``distance`` (1 − correlation) to the ``partner`` that is most like it, float64 and int64
    ``[n]``, and its cluster."""

    data: Data
    distance: np.ndarray
    partner: np.ndarray
    clusters: np.ndarray

    def share_apart(self, rows: np.ndarray) -> float:
        """Of ``rows`` (at least one), or of some drawn from them, the share of copies of their partners: all images
        outside their cluster are at least ten times as far, and they have more in common than independent noise."""
        drawn = rows[Rng(0).permutation("near-copies", 0, len(rows)).numpy()[:_LOOKED_AT]]
        order = Rng(0).permutation("surroundings", 0, len(self.clusters)).numpy()[:_SURROUNDINGS]
        others = 1 - likeness_to_others(self.data.samples, drawn, np.sort(order), self.clusters)
        apart = self.distance[drawn] <= _RATIO * others
        samples = self.data.samples
        same = [
            bool(one) and not _noise_alone(samples[i], samples[self.partner[i]])
            for i, one in zip(drawn, apart, strict=True)
        ]
        return float(np.mean(same))


def _noise_alone(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two pictures ``[h, w, c]`` of one thing were taken each by itself: a copy has the noise of its original.

    Noise is the median of the finest diagonal differences (Donoho and Johnstone 1994, "Ideal spatial adaptation by
    wavelet shrinkage"), which texture makes larger, so that pictures with any count as copies.  Where only one has
    noise it was added to a copy.
    """
    one, other = (picture.astype(np.float64) for picture in (first, second))
    noises, apart = (_noise(one), _noise(other)), _noise(one - other)
    return min(noises) > _EVEN * max(noises) and apart >= _NOISE * float(np.hypot(*noises))


def _noise(picture: np.ndarray) -> float:
    fine = (picture[:-1, :-1] - picture[1:, :-1] - picture[:-1, 1:] + picture[1:, 1:]) / 2
    return float(np.median(np.abs(fine))) if fine.size else 0.0


def _follow(data: Data, pairs: np.ndarray) -> bool:
    """Whether most ``pairs`` stand close together in the order of their class, as frames of films do."""
    places, strata = np.zeros(len(data.samples), np.int64), _strata(data)
    for stratum in np.unique(strata).tolist():
        rows = np.flatnonzero(strata == stratum)
        places[rows] = np.arange(len(rows))
    first, second = pairs.T
    close = (np.abs(places[first] - places[second]) <= _ADJACENT) & (strata[first] == strata[second])
    usual = len(data.samples) / max(len(np.unique(strata)), 1)  # samples of a class
    return len(pairs) >= _FEWEST and bool(close.mean() >= max(_IN_ORDER, 4 * 2 * _ADJACENT / usual))


def _strata(data: Data) -> np.ndarray:
    """A number per sample: its class, or set of classes."""
    if data.labels is None:
        return np.zeros(len(data.samples), np.int64)
    strata: np.ndarray = np.unique(data.labels, axis=0, return_inverse=True)[1]
    return strata.reshape(-1)


def _clusters(groups: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Int64 ``[n]``: a number for all samples that pairs, exact or near, lead to from one another."""
    return linked(len(groups), groups, pairs)


def _across(data: Data, clusters: np.ndarray) -> dict[str, np.ndarray]:
    """Of each split but training a number per sample ``[n]``: 1 where training holds one of its cluster and that is not
    how its class is, else 0.

    Where most training samples of clusters are of such classes, pairs come about by chance as well: then as many are
    taken off as training has among its own.
    """
    training, common = data.split("train"), _of_classes(data, clusters)[0]
    inside = np.bincount(clusters[training], minlength=len(common))
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


def _of_classes(data: Data, clusters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bool per cluster: whether it is one of the few pictures of a class, which occur all over it; and whether its
    samples follow on one another, as frames of a film do."""
    training = data.split("train")
    common, series = (np.zeros(clusters.max(initial=-1) + 1, bool) for _kind in range(2))
    strata = _strata(data)
    for stratum in np.unique(strata[training]).tolist():
        rows = np.sort(training[strata[training] == stratum])
        sizes = np.bincount(clusters[rows], minlength=len(common))
        for cluster in np.flatnonzero(sizes >= _FEWEST).tolist():
            places = np.flatnonzero(clusters[rows] == cluster)
            follow = 2 * len(places) <= len(rows) and bool(np.ptp(places) + 1 <= _SPAN * len(places))
            series[cluster] |= follow
            common[cluster] |= not follow and len(places) >= _OF_CLASS * len(rows)
    return common & ~series, series
