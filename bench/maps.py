"""Speed of class × layer maps, side by side with pytorch-grad-cam and tf-keras-vis: maps per second.

Every side makes Grad-CAM++ maps of all images, classes and layers, cut at zero and enlarged to the images' size.  The
others' libraries live in environments of their own, made here when absent: pytorch-grad-cam in ``.venv-maps``, which
sees our PyTorch, so that both sides compute with the same one; tf-keras-vis beside Keras in ``.venv-keras``.

    python -m bench.maps [--rounds 5] [--only notebook resnet]
"""

from __future__ import annotations

import argparse
import site
import subprocess
import sys

from bench.run import ROOT, SIDES, Case, Side, keras, measure, write

TORCH = ROOT / ".venv-maps" / "bin" / "python"
_PLOTS = ("matplotlib", "contourpy", "cycler", "fonttools", "kiwisolver", "pyparsing", "python-dateutil", "six")


def torch_python() -> str:
    """The Python of an environment with pytorch-grad-cam over the PyTorch that we run on, made when absent."""
    if not TORCH.exists():
        subprocess.run([sys.executable, "-m", "venv", str(TORCH.parent.parent)], check=True)
        wanted = ("grad-cam", "ttach", "opencv-python-headless", *_PLOTS)
        subprocess.run([str(TORCH), "-m", "pip", "install", "-q", "--no-deps", *wanted], check=True)
        own = next((TORCH.parent.parent / "lib").glob("python*")) / "site-packages"
        (own / "zz-shared.pth").write_text("\n".join(site.getsitepackages()) + "\n", encoding="utf-8")
    return str(TORCH)


def keras_python() -> str:
    """The Python of the Keras environment, with tf-keras-vis."""
    python = keras()
    if subprocess.run([python, "-c", "import tf_keras_vis"], capture_output=True, check=False).returncode:
        subprocess.run([python, "-m", "pip", "install", "-q", "tf-keras-vis"], check=True)
    return python


def ours(network: str) -> Side:
    """Our side: one forward pass, one batched backward pass."""
    return Side("Trasluz", (sys.executable, "-m", "bench.sides.maps_trasluz", network))


def theirs(network: str, how: str, name: str) -> Side:
    """pytorch-grad-cam: a call per class and layer, or one per layer with every image once per class."""
    return Side(name, (torch_python(), str(SIDES / "maps_grad_cam.py"), network, how))


def notebook() -> Case:
    """Row 0.9 on the network of row 0.7."""
    script = (keras_python(), str(SIDES / "maps_keras_vis.py"))
    return Case(
        "Grad-CAM++ of 64 images × 10 classes × 3 layers, the classifier of row 0.7: maps/s",
        (
            ours("notebook"),
            theirs("notebook", "calls", "pytorch-grad-cam"),
            theirs("notebook", "repeated", "pytorch-grad-cam, images repeated per class"),
            Side("tf-keras-vis, batched", (*script, "batched")),
            Side("tf-keras-vis, a call per image", (*script, "single")),
        ),
        {"pytorch-grad-cam": 4, "tf-keras-vis, batched": 7, "tf-keras-vis, a call per image": 100},
        "maps",
    )


def resnet() -> Case:
    """ResNet-18 at 224×224."""
    return Case(
        "Grad-CAM++ of 8 images × 10 classes × 4 stages, ResNet-18 at 224×224: maps/s",
        (
            ours("resnet"),
            theirs("resnet", "calls", "pytorch-grad-cam"),
            theirs("resnet", "repeated", "pytorch-grad-cam, images repeated per class"),
        ),
        {"pytorch-grad-cam": 5},
        "maps",
    )


def main() -> None:
    cases = {"notebook": notebook, "resnet": resnet}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=tuple(cases), default=tuple(cases))
    asked = parser.parse_args()
    lines = [line for name in asked.only for line in measure(cases[name](), asked.rounds)]
    write("maps", lines)


if __name__ == "__main__":
    main()
