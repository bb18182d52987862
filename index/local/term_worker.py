"""The process that counts the tokens of clauses, for `index.local.counting`: a line of JSON in, one out."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys

from index.local.keywords import Fields, term_weights

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Serve requests until there are no more: a list of [text, path, title] each, answered by a list of objects."""
    # Ctrl-C reaches every process of a terminal: who asked decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    with os.fdopen(os.dup(1), "w", encoding="ascii") as pipe:
        os.dup2(2, 1)  # whatever a library prints
        for line in sys.stdin:
            pipe.write(json.dumps([term_weights(Fields(*one)) for one in json.loads(line)]) + "\n")
            pipe.flush()
