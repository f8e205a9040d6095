"""Stock: the pictures and figures that a page holds, each stored once and shown by its number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from trasluz.draw.provenance import Origin
from trasluz.messages import current_language
from trasluz.report.canvas import place_figure
from trasluz.report.images import LARGEST, Made, data_address
from trasluz.report.phrase import Phrase

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass
class Stock(ABC):
    """``figures`` and ``pictures`` fill up as sections ask for them."""

    figures: list[Markup] = field(default_factory=list, init=False)
    pictures: list[str] = field(default_factory=list, init=False)
    _stored: dict[str, int] = field(default_factory=dict, init=False, repr=False)

    @property
    @abstractmethod
    def origin(self) -> Origin:
        """What images that a network made say of it."""

    def store(self, image: np.ndarray, made: Made | None = None, largest: int = LARGEST) -> int:
        """The number on the page of ``image`` (uint8 ``[h, w, c]``), stored once however often it is shown; shrunk
        where a side is above ``largest``."""
        address = data_address(image, made, largest)
        if address not in self._stored:
            self._stored[address] = len(self.pictures)
            self.pictures.append(address)
        return self._stored[address]

    def figure(self, draw: Callable[[], go.Figure], alt: Phrase) -> Markup:
        """A figure drawn in each language, with the words that stand for it where it cannot be seen."""
        return place_figure(self.figures, draw, alt)

    def figures_of(self, drawn: Mapping[str, Any], alt: Phrase) -> Markup:
        """A figure that was drawn in each language already: language → figure."""
        return place_figure(self.figures, lambda: drawn[current_language()], alt)


@dataclass
class Sheet(Stock):
    """A page about several runs; ``made_by`` names them all."""

    made_by: Origin

    @property
    def origin(self) -> Origin:
        """What images that one of the networks made say of them."""
        return self.made_by
