"""What the processor offers: how many cores this process may use, and whether it multiplies int8 fast."""

from __future__ import annotations

import os
from pathlib import Path


def usable_cores() -> int:
    """Physical cores among those the scheduler and the container's quota give us; at least 1.

    ONNX Runtime's own default counts the machine's cores and pins a thread to each, which makes
    it many times slower in a container with a smaller share. Two threads on one physical core
    don't help a matrix product either.
    """
    cores, quota = _scheduled_cores(), _cgroup_quota()
    return max(1, cores if quota is None else min(cores, quota))


def _scheduled_cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # Linux only
        return _physical(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _physical(logical: set[int]) -> int:
    """Number of distinct cores behind logical processors (Linux sysfs; else each counts)."""
    siblings = set()
    for number in logical:
        path = Path(f"/sys/devices/system/cpu/cpu{number}/topology/thread_siblings_list")
        try:
            siblings.add(path.read_text())
        except OSError:
            siblings.add(str(number))
    return len(siblings)


def _cgroup_quota() -> int | None:
    """The container's processor quota, rounded up to whole cores (cgroup v2, then v1)."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
    except (OSError, ValueError):
        root = Path("/sys/fs/cgroup/cpu")
        try:
            quota = (root / "cpu.cfs_quota_us").read_text().strip()
            period = (root / "cpu.cfs_period_us").read_text().strip()
        except OSError:
            return None
    if not quota.isdigit() or not period.isdigit():  # `max` or -1: no quota
        return None
    return max(1, -(-int(quota) // int(period)))


def instructions() -> frozenset[str]:
    """The processor's instruction sets by Linux's names; none are known on other systems."""
    try:
        return frozenset(Path("/proc/cpuinfo").read_text().partition("flags")[2].partition("\n")[0].split())
    except OSError:
        return frozenset()


def has_vnni() -> bool:
    """Whether products of int8 numbers have instructions of their own (AVX-512 VNNI, AVX-VNNI; Linux only).

    Without them int8 is no faster than float32, and sums of two products may overflow.
    """
    return not {"avx512_vnni", "avx_vnni"}.isdisjoint(instructions())
