"""Which machine a benchmark ran on, and how much of it: every benchmark here says so."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

from index.address import Where
from index.paths import ROOT


def processor() -> str:
    """The processor's name, its instruction sets that matter, and how busy it is with other things."""
    load = f"load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    return ", ".join(part for part in (processor_name(), load) if part)


def processor_name() -> str:
    """The processor's name and its instruction sets that matter."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    wide = next((name for name in ("avx512_vnni", "avx512f", "avx2") if name in flags), "")
    wide = " and ".join(name for name in (wide, "amx_int8" if "amx_int8" in flags else "") if name)
    return ", ".join(part for part in (names[0] if names else platform.processor(), wide) if part)


def children_cpu() -> float:
    """Processor seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ask_anew(question: str, where: Where, turns: int) -> tuple[float, float]:
    """Seconds of a question on the command line, the best of `turns` new processes: wall-clock, and processor time.
    Python keeps its compiled modules, as for a user."""
    best = []
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(turns):
        began, began_cpu = time.perf_counter(), children_cpu()
        words = [sys.executable, "-m", "retriever", question, "--index", str(where), "--json"]
        subprocess.run(words, cwd=ROOT, env=compiled, check=True, capture_output=True)
        best.append((time.perf_counter() - began, children_cpu() - began_cpu))
    return min(best)
