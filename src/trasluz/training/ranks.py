"""The processes of a launcher (torchrun) as a group of which one leads: it sends orders, the others do what they say.

A training speaks through a connection of its own with a limit of half an hour for each answer.  Orders may be far apart
(the lead judges, or waits for somebody), so that they have a group without that limit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist

from trasluz.errors import RequestError
from trasluz.messages import _
from trasluz.training.processes import one_sentence

_TOLD = ("RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
_PATIENCE = timedelta(days=30)  # of those who wait for an order; a process that is gone breaks the connection at once


def launched_processes() -> int:
    """How many processes a launcher began for one and the same command; 1 without a launcher."""
    return int(os.environ.get("WORLD_SIZE", "1") or 1)


@dataclass(frozen=True)
class Ranks:
    """This process's place among them. ``devices``: processes on each host; ``nodes``: hosts."""

    rank: int
    devices: int
    nodes: int
    group: dist.ProcessGroup

    @property
    def lead(self) -> bool:
        """Whether this is the process that decides."""
        return self.rank == 0

    def exchange(self, order: object = None) -> object:
        """What the lead sends, in all processes; the others give nothing.

        Raises:
            WorkError: a process is gone.
        """
        told = [order]
        with one_sentence(_("`trasluz search` with the folder of the search")):
            dist.broadcast_object_list(told, src=0, group=self.group, device=torch.device("cpu"))
        return told[0]

    def anywhere(self, here: bool) -> bool:
        """Whether it is so in one of the processes, all of which ask.

        Raises:
            WorkError: a process is gone.
        """
        count = torch.tensor(int(here))
        with one_sentence(_("`trasluz search` with the folder of the search")):
            dist.all_reduce(count, group=self.group)
        return bool(count)


@contextmanager
def joined() -> Iterator[Ranks]:
    """Connects the launcher's processes for the time of the block; trainings inside use the same connection.

    Raises:
        RequestError: the launcher does not say where they meet.
    """
    lacking = [name for name in _TOLD if name not in os.environ]
    if lacking:
        message = _("WORLD_SIZE is {count}, but {names} is not set: start several processes by torchrun.")
        raise RequestError(message.format(count=launched_processes(), names=", ".join(lacking)))
    local = int(os.environ["LOCAL_WORLD_SIZE"])
    dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
    try:
        group = dist.new_group(backend="gloo", timeout=_PATIENCE)
        assert isinstance(group, dist.ProcessGroup)  # of which all processes are part
        yield Ranks(dist.get_rank(), local, dist.get_world_size() // local, group)
    finally:
        dist.destroy_process_group()
