"""A sequence whose members are made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

_Made = TypeVar("_Made")


class Lazy(Sequence[_Made], Generic[_Made]):
    """`count` members, each made by `make` from its place and then kept. Safe under threads: one may be made twice,
    alike."""

    def __init__(self, count: int, make: Callable[[int], _Made]) -> None:
        self._make = make
        self._known: list[_Made | None] = [None] * count

    def __len__(self) -> int:
        return len(self._known)

    @overload
    def __getitem__(self, at: int) -> _Made: ...
    @overload
    def __getitem__(self, at: slice) -> list[_Made]: ...
    def __getitem__(self, at: int | slice) -> _Made | list[_Made]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        known = self._known[at]
        if known is None:
            known = self._known[at] = self._make(at)
        return known

    def __iter__(self) -> Iterator[_Made]:
        return (self[at] for at in range(len(self)))
