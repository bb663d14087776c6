"""Resource usage of the mesh's processes: CPU seconds between two times, and memory."""

from __future__ import annotations

import resource
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import psutil

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds so far by name of the process; `generator` stands for this process's ended children."""

    cpu_s: Mapping[str, float]

    def since(self, before: Usage) -> dict[str, float]:
        return {name: seconds - before.cpu_s[name] for name, seconds in self.cpu_s.items()}


class Processes:
    """Groups of processes, by name."""

    def __init__(self, groups: Mapping[str, Sequence[int]], postgres: int) -> None:
        self._groups = {name: [psutil.Process(pid) for pid in pids] for name, pids in groups.items()}
        self._postgres = psutil.Process(postgres)

    def usage(self) -> Usage:
        used = {name: sum(_cpu_s(process) for process in group) for name, group in self._groups.items()}
        # A connection is a process: the server itself accumulates the time of ended ones.
        server = self._postgres.cpu_times()
        used["postgres"] = server.children_user + server.children_system
        used["postgres"] += sum(_cpu_s(process) for process in self._server())
        generator = resource.getrusage(resource.RUSAGE_CHILDREN)
        used["generator"] = generator.ru_utime + generator.ru_stime
        return Usage(used)

    def memory_mb(self) -> dict[str, float]:
        """Resident memory; for PostgreSQL the unshared memory of its processes, and its shared buffers once."""
        resident = {name: sum(process.memory_info().rss for process in group) for name, group in self._groups.items()}
        details = [process.memory_info() for process in self._server()]
        resident["postgres"] = sum(each.rss - each.shared for each in details) + max(each.shared for each in details)
        return {name: size / MB for name, size in resident.items()}

    def _server(self) -> Iterator[psutil.Process]:
        yield self._postgres
        for child in self._postgres.children(recursive=True):
            if child.is_running():
                yield child


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
