"""A codebook: K vectors, the nearest of which stands for a vector, and which follow the vectors they stand for.

Van den Oord et al. 2017, "Neural discrete representation learning": equations 1 and 2 and, for the codebook by moving
averages, appendix A.1.  Everything that it knows are buffers, so that checkpoints, averaged weights and stored models
hold it; nothing of it has a gradient.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trasluz.rng import Rng

_MOST_DISTANCES = 2**24  # at once: 64 MB
_TINY = torch.finfo(torch.float32).tiny


class Codebook(nn.Module):
    """``size`` vectors of ``width`` numbers: ``vectors`` ``[K, width]``, and the averages that they come from.

    ``counts`` ``[K]`` and ``sums`` ``[K, width]`` are N and m of A.1, per sample.  Both begin at 0, so that a code's
    first vector is the mean of the first batch's vectors that it stood for.
    """

    vectors: Tensor
    counts: Tensor
    sums: Tensor

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.register_buffer("vectors", torch.empty(size, width).uniform_(-1 / size, 1 / size))
        self.register_buffer("counts", torch.zeros(size))
        self.register_buffer("sums", torch.zeros(size, width))

    def forward(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """The nearest codewords ``[n, width]`` of ``vectors`` ``[n, width]``, float32, and their indices ``[n]``.

        Of codewords at the same distance the first.
        """
        with torch.no_grad(), torch.autocast(vectors.device.type, enabled=False):
            lengths, turned = self.vectors.square().sum(1), self.vectors.T
            rows = max(_MOST_DISTANCES // len(self.vectors), 1)
            # ‖z − e‖² less ‖z‖², which is the same for all codewords
            nearest = [
                torch.addmm(lengths, part, turned, alpha=-2).argmin(1) for part in torch.split(vectors.float(), rows)
            ]
            indices = torch.cat(nearest)
            return self.vectors[indices], indices

    def use(self, indices: Tensor, samples: int) -> Tensor:
        """How often each code stands in ``indices``, per sample: float32 ``[K]``."""
        # Not bincount, which waits for the device to know how long its result is.
        return (
            torch.zeros_like(self.counts).index_add_(0, indices, torch.ones_like(indices, dtype=torch.float32))
            / samples
        )

    def gather(self, vectors: Tensor, indices: Tensor, samples: int) -> Tensor:
        """The sum of the ``vectors`` ``[n, width]`` for which each code stands, per sample: float32 ``[K, width]``."""
        return torch.zeros_like(self.sums).index_add_(0, indices, vectors.float()) / samples

    @torch.no_grad()
    def follow(self, use: Tensor, gathered: Tensor, decay: float) -> None:
        """Moves the codebook by A.1: N ← γN + (1 − γ)n, m ← γm + (1 − γ)Σz, e = m / N; a code never used stays."""
        self.counts.lerp_(use, 1 - decay)
        self.sums.lerp_(gathered, 1 - decay)
        found = self.sums / self.counts.clamp_min(_TINY).unsqueeze(1)
        self.vectors.copy_(torch.where(self.counts.unsqueeze(1) > _TINY / (1 - decay), found, self.vectors))

    @torch.no_grad()
    def restart(self, least: float, spread: Tensor, rng: Rng) -> None:
        """Puts codes that are used less than ``least`` (below 1) times the mean where the others have much to do.

        Jukebox (Dhariwal et al. 2020) puts them on random outputs of the encoder.  Here they are drawn from what is
        known of these: one of the others by how often it is used, and around it normal noise of the standard deviation
        ``spread`` (0-d).  So all processes draw the same.  A code that restarts counts as one of mean use.
        """
        mean = self.counts.mean()
        unused = self.counts < least * mean
        used = torch.where(unused, 0.0, self.counts)
        places = torch.arange(len(self.counts), device=self.counts.device)
        shares = (used / used.sum().clamp_min(_TINY)).cumsum(0)
        chosen = torch.searchsorted(shares, rng.uniform("code", 0, places)).clamp_max(len(places) - 1)
        drawn = self.vectors[chosen] + spread * rng.normal("place", 0, places, self.vectors.shape[1])
        self.counts.copy_(torch.where(unused, mean, self.counts))
        self.vectors.copy_(torch.where(unused.unsqueeze(1), drawn, self.vectors))
        self.sums.copy_(torch.where(unused.unsqueeze(1), mean * drawn, self.sums))


def spread_around_means(squares: Tensor, use: Tensor, gathered: Tensor) -> Tensor:
    """Standard deviation of vectors around the mean of their code, per number: 0-d.

    Σ‖z − z̄‖² = Σ‖z‖² − Σ ‖Σz‖² / n; ``squares`` is Σ‖z‖² per sample, the others as ``Codebook`` gives them.
    """
    explained = (gathered.square().sum(1) / use.clamp_min(_TINY)).sum()
    return ((squares - explained).clamp_min(0) / (use.sum().clamp_min(_TINY) * gathered.shape[1])).sqrt()


def perplexity(use: Tensor) -> float:
    """exp of the entropy of how often codes are used, ``[K]``: 1 if one does all, K if all do alike."""
    shares = use.double() / use.double().sum().clamp_min(_TINY)
    return float(torch.special.entr(shares).sum().exp())
