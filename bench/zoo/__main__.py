"""``python -m bench.zoo``: trains the zoo, asks for findings, follows their advice; writes docs/findings.md.

What was measured lies in docs/findings/, a file per group, and runs stay where ``--runs`` says, so that a zoo that was
stopped goes on.  Ends with 1 where a finding that must come did not, or one came that must not.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path

from bench.zoo import advice, page
from bench.zoo.groups import groups, specimens
from bench.zoo.judge import wrong
from bench.zoo.keep import Keeper


def main() -> None:
    """Trains and asks what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", help="names of groups or specimens", default=[])
    parser.add_argument("--quick", action="store_true", help="those that the tests train, too")
    parser.add_argument("--advice", action="store_true", help="follow what findings advise, three seeds each")
    parser.add_argument("--again", action="store_true", help="ask again where it is known what was said")
    parser.add_argument("--runs", type=Path, default=Path("runs/zoo"))
    asked = parser.parse_args()
    unknown = set(asked.only) - {*groups(), *specimens()}
    if unknown:
        parser.error(f"no such group or specimen: {', '.join(sorted(unknown))}")
    keeper, failed = Keeper(asked.runs), 0
    for group, members in groups().items():
        for each in members:
            if (asked.only and not {group, each.name} & set(asked.only)) or (asked.quick and not each.quick):
                continue
            failed += _look_at(keeper, group, each.name, asked.again)
    if asked.advice:
        advice.follow_all(keeper, asked.only)
    page.write()
    sys.exit(1 if failed else 0)


def _look_at(keeper: Keeper, group: str, name: str, again: bool) -> int:
    """Asks about each seed of a specimen, keeps and prints what was said; the number of those that went wrong."""
    each, failed = specimens()[name], 0
    known = {} if again else page.kept(group, name)
    for seed in each.seeds:
        if seed in known:
            failed += bool(wrong(each, known[seed]))
            continue
        started = time.monotonic()
        try:
            told = keeper.ask(each, seed)
        except Exception:  # one specimen that cannot be made is no reason to stop the others
            traceback.print_exc()
            print(f"{name} {seed}: COULD NOT BE MADE", flush=True)
            failed += 1
            continue
        page.keep(group, name, told)
        faults = wrong(each, told)
        failed += bool(faults)
        rules = ", ".join(f"{one['rule']} ({one['severity']})" for one in told["findings"]) or "nothing"
        print(f"{name} {seed}: {rules}  [{time.monotonic() - started:.0f} s]", flush=True)
        for fault in faults:
            print(f"    WRONG {fault}", flush=True)
    return failed


if __name__ == "__main__":
    main()
