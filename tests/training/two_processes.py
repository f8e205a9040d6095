"""What each of two processes runs in the test of that name: 50 steps of a network without batch norm and dropout."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.training.harness import Session, digits, two_process_recipe

if __name__ == "__main__":
    chosen = two_process_recipe(devices=int(sys.argv[2]))
    Session(chosen, Path(sys.argv[1]), data=digits(200)).run()
