"""Images of one domain translated into another: what ``Run.translate`` returns, and how it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from torch import Tensor

from trasluz.api.generation import check_parent
from trasluz.errors import RequestError
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.families.capabilities import Translates
from trasluz.files import storage
from trasluz.messages import _, did_you_mean
from trasluz.model.model import Model
from trasluz.reporting import Reporter

if TYPE_CHECKING:
    from trasluz.draw.provenance import Origin


@dataclass(frozen=True)
class Translations(ShownInNotebooks):
    """Images and what the network makes of them in ``domain``: uint8 ``[n, h, w, c]`` each.

    ``origin`` names the run in the pictures that are saved; ``unreadable`` are files left out, with the reason.
    """

    shown_by: ClassVar[str] = "trasluz.draw.notebook:translations_shown"

    files: tuple[str, ...]
    originals: np.ndarray
    images: np.ndarray
    domain: str
    origin: Origin
    unreadable: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.images)

    def save(self, folder: str | Path, reporter: Reporter | None = None) -> Path:
        """Writes ``00001-NAME.png…`` into ``folder``, in the order of the files, and returns the folder.

        Every file says in text chunks that a network made it out of another image, and names the run.

        Raises:
            RequestError: the folder holds something already: nothing is overwritten.
            StorageError: it cannot be written.
        """
        from trasluz.draw.provenance import chunks, save_png

        target = Path(folder)
        check_parent(target)
        with storage(target), (reporter or Reporter()).task(_("Writing"), len(self), _("images")) as task:
            target.mkdir(parents=True, exist_ok=True)
            for number, (file, image) in enumerate(zip(self.files, self.images, strict=True), 1):
                info = chunks("translated", self.origin, {"domain": self.domain})
                save_png(target / f"{number:05}-{Path(file).stem[:80]}.png", image, info)
                task.advance()
        return target


def translator(model: Model, domain: str | int) -> tuple[str, Callable[[Tensor, Tensor], Tensor]]:
    """The name of ``domain`` (a name, or a place in the order of domains), and what translates prepared inputs to it.

    Raises:
        RequestError: there is no such domain; names the nearest one.
    """
    family = model.ask(Translates)
    domains = model.spec.domains
    number = domain if isinstance(domain, int) else domains.index(domain) if domain in domains else -1
    if not 0 <= number < len(domains):
        hint = did_you_mean(str(domain), domains)
        message = _("There is no domain {domain!r}; allowed: {allowed}.")
        raise RequestError(message.format(domain=domain, allowed=", ".join(domains)) + hint)
    return domains[number], lambda inputs, _unit: family.translate(model.networks, inputs, number)
