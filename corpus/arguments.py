"""argparse in Chinese: the words that it writes itself, in help and in errors."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any, NoReturn

_ERRORS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"unrecognized arguments: (.+)"), lambda m: f"不认识的参数：{m[1]}"),
    (re.compile(r"the following arguments are required: (.+)"), lambda m: f"缺少参数：{m[1]}"),
    (re.compile(r"argument (.{1,200}?): expected one argument"), lambda m: f"{m[1]} 后面要给一个值"),
    (re.compile(r"argument (.{1,200}?): expected at least one argument"), lambda m: f"{m[1]} 后面至少要给一个值"),
    (re.compile(r"argument (.{1,200}?): expected at most one argument"), lambda m: f"{m[1]} 后面最多给一个值"),
    (re.compile(r"argument (.{1,200}?): expected (\d+) arguments"), lambda m: f"{m[1]} 后面要给 {m[2]} 个值"),
    (re.compile(r"argument (.{1,200}?): ignored explicit argument (.+)"), lambda m: f"{m[1]} 不带值（给了 {m[2]}）"),
    (re.compile(r"argument (.{1,200}?): not allowed with argument (.+)"), lambda m: f"{m[1]} 和 {m[2]} 不能同时给"),
    (re.compile(r"argument (.{1,200}?): invalid int value: '(.*)'"), lambda m: f"{m[1]}：“{m[2]}”不是整数"),
    (re.compile(r"argument (.{1,200}?): invalid float value: '(.*)'"), lambda m: f"{m[1]}：“{m[2]}”不是数"),
    (re.compile(r"argument (.{1,200}?): invalid \w+ value: '(.*)'"), lambda m: f"{m[1]}：“{m[2]}”不对"),
    (
        re.compile(r"argument (.{1,200}?): invalid choice: (.{1,200}?) \(choose from (.+)\)"),
        lambda m: f"{m[1]}：没有“{_bare(m[2])}”，可用：{'、'.join(_bare(m[3]).split(', '))}",
    ),
    (re.compile(r"ambiguous option: (.{1,200}?) could match (.+)"), lambda m: f"{m[1]} 不明确，可能是 {m[2]}"),
    (re.compile(r"one of the arguments (.+) is required"), lambda m: f"要给其中一个：{m[1]}"),
    (re.compile(r"argument (.{1,200}?): (.+)"), lambda m: f"{m[1]}：{m[2]}"),  # what a check of ours says
)


def _bare(text: str) -> str:
    return text.replace("'", "")


class _Usage(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """An argument parser whose own words are Chinese."""

    def __init__(self, **settings: Any) -> None:
        given = settings.get("formatter_class", argparse.HelpFormatter)
        formatter = type("Formatter", (_Usage, given), {})
        super().__init__(**{**settings, "formatter_class": formatter, "add_help": False})
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def error(self, message: str) -> NoReturn:
        super().error(in_chinese(message))

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        if message is not None:
            message = message.replace(": error: ", "：", 1)
        super().exit(status, message)


def positive(text: str) -> int:
    """A whole number above 0, for `type`."""
    value = int(text) if text.isdecimal() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} 不是正整数")
    return value


def in_chinese(message: str) -> str:
    """What argparse says is wrong, in Chinese; what isn't its own stays."""
    for pattern, said in _ERRORS:
        match = pattern.fullmatch(message)
        if match is not None:
            return said(match)
    return message
