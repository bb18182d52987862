"""Gradio's theme with fonts of the user's own system: nothing is fetched from elsewhere."""

from __future__ import annotations

from typing import Any

import gradio as gr

FONTS = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "sans-serif")


def theme() -> Any:
    """A plain theme; the page's look itself is in `static/style.css`."""
    return gr.themes.Base(font=list(FONTS), font_mono=["ui-monospace", "Consolas", "monospace"])
