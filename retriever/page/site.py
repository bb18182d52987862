"""What a site says of itself: name, place, examples, numbers to call, the line at the foot.

Read once at the start from a TOML file; what it leaves out is as in `retriever/data/site.toml`, which is the example
to copy.
"""

from __future__ import annotations

import functools
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from corpus.text import squash
from retriever.page.examples import PLACE

_MOST_EXAMPLES = 6
_TODO = "请照 retriever/data/site.toml 里的样子写"


@dataclass(frozen=True, slots=True)
class Number:
    """A number to call and whose it is."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Emergency:
    """A number for who needs help at once, known by `words` where they don't stand in an exception."""

    number: Number
    words: tuple[str, ...]
    exceptions: tuple[str, ...] = ()

    def fits(self, question: str) -> bool:
        text = squash(question)
        for exception in self.exceptions:
            text = text.replace(exception, "")
        return any(word in text for word in self.words)


@dataclass(frozen=True, slots=True)
class Site:
    """The settings of one site."""

    name: str
    place: str
    examples: tuple[str, ...]
    footer: str
    hotline: Number
    emergencies: tuple[Emergency, ...]

    def emergency(self, question: str) -> Number | None:
        """Whom to call first for a question that is a cry for help, or None."""
        return next((one.number for one in self.emergencies if one.fits(question)), None)


@functools.cache
def default_site() -> Site:
    return _site(tomllib.loads(resources.files("retriever").joinpath("data/site.toml").read_text("utf-8")))


def read_site(path: Path) -> Site:
    """The settings in a file, over the default ones. Raises UsageError that names what is wrong."""
    try:
        given = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as err:
        raise UsageError(f"打不开设置文件（{err.strerror or err}）", str(path), "请检查路径和读取权限") from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise UsageError(f"设置文件读不懂（{err}）", str(path), _TODO) from err
    default = tomllib.loads(resources.files("retriever").joinpath("data/site.toml").read_text("utf-8"))
    unknown = sorted(given.keys() - default.keys())
    if unknown:
        raise UsageError(f"设置文件里不认识的项目：{'、'.join(unknown)}", str(path), f"可用：{'、'.join(default)}")
    try:
        return _site({**default, **given})
    except (KeyError, TypeError, ValueError) as err:
        raise UsageError(f"设置文件里 {err} 这一项不对", str(path), _TODO) from err


def _site(data: Mapping[str, Any]) -> Site:
    examples = tuple(_words(data, "examples"))
    if len(examples) > _MOST_EXAMPLES:
        raise ValueError(f"examples（最多 {_MOST_EXAMPLES} 个）")
    return Site(
        name=_text(data, "name"),
        place=_text(data, "place"),
        examples=examples,
        footer=_text(data, "footer"),
        hotline=_number(data["hotline"]),
        emergencies=tuple(
            Emergency(_number(one), tuple(_words(one, "words")), tuple(_words(one, "exceptions")))
            for one in data["emergency"]
        ),
    )


def _number(data: Mapping[str, Any]) -> Number:
    return Number(_text(data, "number"), _text(data, "name"))


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value.strip()


def _words(data: Mapping[str, Any], name: str) -> list[str]:
    values = data.get(name, [])
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise TypeError(name)
    return values


def place_of(issuers: Iterable[str | None]) -> str:
    """The place whose offices issued most of the documents; nothing where no issuer names one."""
    places = Counter(match[0] for issuer in issuers if issuer and (match := PLACE.match(issuer)))
    return places.most_common(1)[0][0] if places else ""
