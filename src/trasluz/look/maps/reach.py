"""Whether gradients reach what a look asks about: a network may cut them off on the way, as with features under
``torch.no_grad`` or behind ``detach``.
"""

from __future__ import annotations

from trasluz.errors import RequestError
from trasluz.look import cams
from trasluz.messages import _


def unreached(what: str) -> RequestError:
    """The error of a look that needs a gradient at ``what`` (the name of a layer; empty for the image), where none
    arrives: with looks that do without."""
    methods = ", ".join(cams.methods("activations", "trials"))
    if what:
        message = _(
            "No gradient of the scores reaches {layer}, because the network cuts it off behind that layer "
            "(torch.no_grad or detach); what needs none: exciting, feature-maps, probes, and cam with one of the "
            "methods {methods}."
        )
        return RequestError(message.format(layer=what, methods=methods))
    message = _(
        "No gradient of the scores reaches the image, because the network cuts it off on the way (torch.no_grad or "
        "detach); what needs none: exciting, feature-maps, probes, and cam with one of the methods {methods}."
    )
    return RequestError(message.format(methods=methods))
