"""What processes use: CPU seconds and memory, read from the kernel's process table.

Where the servers run elsewhere (a container, another machine) there is nothing to read, and
their figures are left out.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Used:
    """CPU seconds so far and memory now (bytes) of one process."""

    cpu: float
    memory: int


def used(pid: int) -> Used | None:
    """Read what a process has used; None where it cannot be seen."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
        memory = int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
    except OSError:
        return None
    after_name = stat.rpartition(")")[2].split()
    return Used((int(after_name[11]) + int(after_name[12])) / _TICKS, memory)


def machine() -> tuple[float, float]:
    """Give the CPU seconds all processors were busy so far, and those they had."""
    try:
        first = (_PROC / "stat").read_text().partition("\n")[0]
    except OSError:
        return 0.0, 0.0
    ticks = [int(number) for number in first.split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / _TICKS, sum(ticks) / _TICKS


def pids(command: str, mark: str = "") -> list[int]:
    """List the processes of a program, those with `mark` in their title."""
    found = []
    for entry in _PROC.glob("[0-9]*"):
        try:
            if (entry / "comm").read_text().strip() != command:
                continue
            title = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if mark in title:
            found.append(int(entry.name))
    return found


class Meter:
    """Takes what groups of processes use, from one reading to the next."""

    def __init__(self, database_mark: str) -> None:
        """Read the database's processes that serve databases with this mark in their name."""
        self.mark = database_mark
        self.groups: dict[str, list[int]] = {}
        self._before: dict[int, float] = {}
        self._machine = (0.0, 0.0)

    def _members(self) -> dict[str, list[int]]:
        servers = {"postgres": pids("postgres", self.mark), "rabbitmq": pids("beam.smp")}
        return {**self.groups, **{name: found for name, found in servers.items() if found}}

    def start(self) -> None:
        """Begin a stretch."""
        self._before = {
            pid: now.cpu
            for members in self._members().values()
            for pid in members
            if (now := used(pid)) is not None
        }
        self._machine = machine()

    def others(self) -> float:
        """Give the share of the machine that other programs took since the stretch began."""
        busy, whole = (now - then for now, then in zip(machine(), self._machine, strict=True))
        return max(0.0, busy - sum(self.cpu().values())) / whole if whole else 0.0

    def cpu(self) -> dict[str, float]:
        """Give the CPU seconds of each group since the stretch began."""
        return {
            name: sum(
                now.cpu - self._before.get(pid, 0.0)
                for pid in members
                if (now := used(pid)) is not None
            )
            for name, members in self._members().items()
        }

    def memory(self) -> dict[str, float]:
        """Give the memory of each group's processes, in MiB (shared pages counted in each)."""
        return {
            name: sum(now.memory for pid in members if (now := used(pid)) is not None) / 2**20
            for name, members in self._members().items()
        }
