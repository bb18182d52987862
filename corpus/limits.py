"""How much memory and time reading one file may take, and the options with which a user says so."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

DEFAULT_MEMORY = 2048  # MB: a scanned page takes 600 on 2 cores, the thickest gazette we know 60
DEFAULT_SECONDS = 120.0  # a scanned page takes 6 s on 2 busy cores, read in four directions 25 s
_LETTERS_A_SECOND = 50_000  # that are parsed on a slow machine; a usual one does 200,000
_TOTAL = 60  # times the seconds without progress: how long one file may take in all


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the process that reads files: MB of memory, and seconds without a sign of progress.

    A sign of progress is a page that was read. Text that is being parsed may take a second more for every
    fifty thousand letters.
    """

    memory: int = DEFAULT_MEMORY
    seconds: float = DEFAULT_SECONDS

    @property
    def total(self) -> float:
        """Seconds that one file may take in all, however steadily it goes on."""
        return self.seconds * _TOTAL

    def silence(self, letters: int = 0) -> float:
        """Seconds that may pass before the next sign of progress while so many letters are parsed."""
        return self.seconds + letters / _LETTERS_A_SECOND


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--memory-limit` and `--time-limit`."""
    parser.add_argument(
        "--memory-limit",
        type=_megabytes,
        default=DEFAULT_MEMORY,
        metavar="MB",
        help="读一个文件最多用多少内存（默认 %(default)s MB，只在 Linux 上有效）",
    )
    parser.add_argument(
        "--time-limit",
        type=_seconds,
        default=DEFAULT_SECONDS,
        metavar="SECONDS",
        help="读一个文件时多少秒没有进展就放弃（默认 %(default)g 秒，按页计；总共最多为它的 60 倍）",
    )


def limits_of(args: argparse.Namespace) -> Limits:
    """The limits that the options say."""
    return Limits(args.memory_limit, args.time_limit)


def _megabytes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 256 <= int(text) <= 1 << 20:
        raise argparse.ArgumentTypeError("应为 256 到 1048576 之间的整数（MB）")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 1 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError("应为 1 到 86400 之间的数（秒）")
    return seconds
