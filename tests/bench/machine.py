"""Which machine a benchmark ran on, and how much of it: every benchmark here says so."""

from __future__ import annotations

import os
import platform
import resource
from pathlib import Path


def processor() -> str:
    """The processor's name, its instruction sets that matter, and how busy it is with other things."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    wide = next((name for name in ("avx512_vnni", "avx512f", "avx2") if name in flags), "")
    load = f"load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    return ", ".join(part for part in (names[0] if names else platform.processor(), wide, load) if part)


def children_cpu() -> float:
    """Processor seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
