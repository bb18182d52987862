"""Make the lock files from pyproject.toml's ranges with uv (`make lock`; newer versions with UPGRADE=--upgrade).

`run.txt`, `documents.txt` and `test.txt` hold every package that `make setup`, `setup-documents` and
`setup-test` install, with the hashes of all its files, for Linux (x86-64, aarch64), Windows and macOS.
What PyPI's build of torch needs of CUDA stands apart in `cuda.txt`: its CPU builds need none of it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CUDA = re.compile(r"(?:nvidia|cuda)-|triton==")
HEADER = "# Made by `make lock`; what may be installed stands in pyproject.toml.\n"
SETS = {"test": ["--all-extras"], "documents": ["--extra", "documents"], "run": []}


def compile_lock(name: str, source: str, options: list[str]) -> list[str]:
    """A lock file's entries (`name==version` with hashes), written by uv; old versions are kept where they fit."""
    uv = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    target = HERE / f"{name}.txt"
    shown = ["--generate-hashes", "--no-annotate", "--no-header", "--output-file", str(target)]
    subprocess.run([*uv, *shown, source, *options], check=True, cwd=HERE.parent)
    return [entry for entry in re.split(r"\n(?=[a-zA-Z])", target.read_text("utf-8").strip()) if entry]


def with_cpu_hashes(entry: str) -> str:
    """torch's entry with the hashes of its CPU builds as well."""
    lines = (HERE / "torch-cpu.txt").read_text("utf-8").splitlines()
    named = next(line.removesuffix(" \\") for line in lines if line.startswith("torch=="))
    if not entry.startswith(named + " "):
        raise SystemExit(f"torch-cpu.txt holds hashes of {named}; bring those of {entry.split()[0]}")
    hashes = [match[0] for line in lines if (match := re.search(r"--hash=\S+", line))]
    # A lock made before has them already: uv keeps what it finds there.
    return " \\\n    ".join([entry, *(one for one in hashes if one not in entry)])


def write(name: str, entries: list[str]) -> None:
    (HERE / f"{name}.txt").write_text(HEADER + "\n".join(entries) + "\n", "utf-8")


def main() -> None:
    upgrade = sys.argv[1:]
    everything = compile_lock("test", "pyproject.toml", [*SETS["test"], *upgrade])
    (HERE / "all.txt").write_text("\n".join(entry.split(" \\")[0] for entry in everything) + "\n", "utf-8")
    for name, options in SETS.items():
        entries = compile_lock(name, "pyproject.toml", [*options, "--constraints", str(HERE / "all.txt")])
        kept = [with_cpu_hashes(e) if e.startswith("torch==") else e for e in entries if not CUDA.match(e)]
        write(name, kept)
        if name == "test":
            write("cuda", [entry for entry in entries if CUDA.match(entry)])
            write("torch", [entry for entry in kept if entry.startswith("torch==")])
            write("build", [entry for entry in kept if entry.startswith("setuptools==")])
    (HERE / "all.txt").unlink()


if __name__ == "__main__":
    main()
