"""What is written down of a fault: its kind and place, never its text, which may hold a question."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

from index.paths import ROOT

FAULT = "程序出了问题，请稍后再试，或告诉管理员。"


def report(err: BaseException) -> None:
    """One line for whoever runs the page."""
    frames = traceback.extract_tb(err.__traceback__)
    own = [one for one in frames if one.filename.startswith(str(ROOT)) and "site-packages" not in one.filename]
    frame = next(reversed(own or frames), None)
    place = f"，{Path(frame.filename).name} 第 {frame.lineno} 行" if frame is not None else ""
    print(f"程序出错（{type(err).__name__}{place}）", file=sys.stderr, flush=True)


class WithoutText(logging.Formatter):
    """The same for what libraries log: MCP's and Gradio's quote the request."""

    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0] if record.exc_info else None
        what = f"{record.name} {kind.__name__}" if kind is not None else record.name
        return f"程序出错（{what}，{record.filename} 第 {record.lineno} 行）"


def log_without_text() -> None:
    """Only errors are logged, each as one such line."""
    handler = logging.StreamHandler()
    handler.setFormatter(WithoutText())
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
