"""The best clauses out of any list of what was found, each once and equal ones in corpus order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index.engine import Ranked

Found = Sequence[tuple[float, int]]  # score and row, best first


def best_clauses(ask: Callable[[int], Found], count: int, available: int) -> list[Ranked]:
    """The `count` best clauses. `ask(wanted)` finds the `wanted` best of `available` vectors, fewer where there are
    no more; several may belong to one clause, which counts once with its best.

    What finds them may put equal ones in any order, and cut anywhere among them: then it is asked for more.
    """
    wanted = min(available, 2 * count)
    while wanted > 0:
        best: dict[int, float] = {}
        found = ask(wanted)
        for score, row in found:
            best[row] = max(best.get(row, score), score)
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:count]
        complete = wanted >= available or len(found) < wanted
        # Clauses of many windows may fill the list, or clauses that are equal: then look further.
        if complete or (len(ranked) == count and ranked[-1][1] > found[-1][0]):
            return [Ranked(row, score) for row, score in ranked]
        wanted = min(available, 4 * wanted)
    return []
