"""A recipe in Trasluz, through the same ``train`` that people call: images per second from its own records."""

from __future__ import annotations

import argparse
import json
import tempfile

import trasluz as tz
from trasluz.recipe import parse_overrides


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("recipe")
    parser.add_argument("--set", action="append", default=[])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as runs:
        run = tz.train(asked.recipe, set=parse_overrides(asked.set), runs=runs)
        speeds = [record["images_per_second"] for record in run.history][1:]
        hardware, versions = run.info["hardware"], run.info["versions"]
        parameters = sum(p.numel() for p in run.networks.parameters())
    how = f"{hardware['precision']}, {hardware['layout']}, {hardware['threads']} threads"
    words = f"Trasluz {versions['trasluz']}, PyTorch {versions['torch']}, {how}"
    print(json.dumps({"images_per_second": max(speeds), "settings": words, "parameters": parameters}))


if __name__ == "__main__":
    main()
