from __future__ import annotations

from trasluz.look import cams, saliencies
from trasluz.look.method_names import method_name
from trasluz.messages import language


def test_every_method_has_a_name_for_people() -> None:
    methods = (*cams.methods(), *saliencies.methods())
    with language("en"):
        names = {method: method_name(method) for method in methods}
    assert all(name != method for method, name in names.items())
    assert len(set(names.values())) == len(methods)
    assert names["grad-cam"] == "Grad-CAM"


def test_a_method_that_is_not_known_keeps_its_name() -> None:
    assert method_name("of-tomorrow") == "of-tomorrow"
