"""What methods of heat maps are called for people: each says it itself; options name them by their files."""

from __future__ import annotations

from trasluz.look import cams, saliencies
from trasluz.messages import _


def method_name(method: str) -> str:
    """The name of a method in the language in force; one that is not known here, as it is."""
    for known, find in ((cams.methods(), cams.find), (saliencies.methods(), saliencies.find)):
        if method in known:
            return _(find(method).NAME)
    return method
