"""How the page serves many: 1, 16 and 64 users at once, behind nginx, by one process and by two.

    python tests/bench/bench_serving.py [--index .index] [--processes 1 2] [--users 1 16 64] [--seconds 30] [--json]

Each user has an address of their own and asks `/api/search` one question after the other without a pause: three of four
are made of the index's headings and asked once, every fourth is one of ten that everybody asks (which soon comes from
memory). Who is turned away waits as long as the answer says. Of those answered: how many, a second, the 50th, 95th and
99th percentile of the time; how many were turned away (503) and how fast; other errors; processor seconds of a question
in all processes. The bare search in one process, one question after the other, is the baseline of the same run. The
machine's load is stated: beside other work, milliseconds say little.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from page_support import Server, await_text, serving  # noqa: E402

from index.model.cores import usable_cores  # noqa: E402
from index.paths import DEFAULT_INDEX  # noqa: E402
from retriever.ask import Asker  # noqa: E402
from tests.bench.bench_page import questions_of  # noqa: E402
from tests.bench.machine import processor  # noqa: E402
from tests.nginx import NGINX, behind_nginx  # noqa: E402

POPULAR = 10
ALONE = 40  # questions of the baseline
OPTIONS = ("--root-path", "/gb", "--allow-host", "127.0.0.1")


@dataclass(slots=True)
class Seen:
    """What users met with: seconds of each answer and of each refusal, and the other statuses."""

    answered: list[float] = field(default_factory=list)
    turned_away: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def asked(texts: Sequence[str]) -> Iterator[str]:
    """Questions without end: every fourth is one of the first ten, the others come once (then from the start)."""
    draw, fresh = random.Random(1), itertools.cycle(texts[POPULAR:])
    for number in itertools.count():
        yield draw.choice(texts[:POPULAR]) if number % 4 == 3 else next(fresh)


async def user(url: str, number: int, questions: Iterator[str], until: float, seen: Seen) -> None:
    transport = httpx.AsyncHTTPTransport(local_address=f"127.0.{1 + number // 200}.{1 + number % 200}")
    async with httpx.AsyncClient(transport=transport, timeout=120) as client:
        while time.perf_counter() < until:
            began = time.perf_counter()
            try:
                answer = await client.get(f"{url}api/search", params={"q": next(questions)})
            except httpx.TransportError as err:
                seen.errors.append(type(err).__name__)
                continue
            took = time.perf_counter() - began
            if answer.status_code == 200:
                seen.answered.append(took)
            elif answer.status_code == 503 and "retry-after" in answer.headers:
                seen.turned_away.append(took)
                await asyncio.sleep(float(answer.headers["retry-after"]))
            else:
                seen.errors.append(str(answer.status_code))


def busy(processes: Sequence[Server]) -> float:
    """Processor seconds that they have used (Linux)."""
    ticks = 0
    for one in processes:
        fields = Path(f"/proc/{one.process.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return {}
    return {f"p{at}_ms": round(1000 * float(np.percentile(seconds, at)), 1) for at in (50, 95, 99)}


def measure(index: Path, count: int, users: Sequence[int], seconds: float, texts: Sequence[str]) -> Iterator[Any]:
    """By `count` processes, for each number of users."""
    with contextlib.ExitStack() as running:
        processes = [running.enter_context(serving(index, *OPTIONS)) for _ in range(count)]
        for one in processes:
            await_text(one.url, "可以这样问")
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        url = running.enter_context(behind_nginx(processes, folder))
        questions = asked(texts)
        asyncio.run(load(url, count, questions, 5.0))  # what each loads when it is first asked
        for number in users:
            before, began = busy(processes), time.perf_counter()
            seen = asyncio.run(load(url, number, questions, seconds))
            took, used = time.perf_counter() - began, busy(processes) - before
            done = len(seen.answered)
            yield {
                "processes": count,
                "users": number,
                "load": round(os.getloadavg()[0], 1),
                "answered": done,
                "a_second": round(done / took, 2),
                **percentiles(seen.answered),
                "processor_ms": round(1000 * used / max(1, done), 1),
                "turned_away": len(seen.turned_away),
                "turned_away_ms": percentiles(seen.turned_away),
                "errors": {one: seen.errors.count(one) for one in sorted(set(seen.errors))},
            }


async def load(url: str, users: int, questions: Iterator[str], seconds: float) -> Seen:
    seen, until = Seen(), time.perf_counter() + seconds
    await asyncio.gather(*(user(url, number, questions, until, seen) for number in range(users)))
    return seen


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=DEFAULT_INDEX)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--users", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--seconds", type=float, default=30.0, help="of each number of users (default 30)")
    parser.add_argument("--json", action="store_true", help="one object a line")
    args = parser.parse_args(argv)
    if NGINX is None:
        parser.error("needs nginx")
    asker = Asker.open(args.index)
    texts = questions_of(asker.engine, 5000)
    for text in texts[:ALONE]:
        asker.ask(text)
    alone = [asker.ask(text).ms["total"] / 1000 for text in texts[ALONE : 2 * ALONE]]
    machine = {"processor": processor(), "cores": usable_cores(), "clauses": asker.engine.info.clauses}
    print(json.dumps({**machine, "search_alone": percentiles(alone)}), flush=True)
    del asker
    for count in args.processes:
        for row in measure(args.index, count, args.users, args.seconds, texts):
            print(json.dumps(row) if args.json else shown(row), flush=True)
    return 0


def shown(row: dict[str, Any]) -> str:
    times = " / ".join(str(row.get(f"p{at}_ms", "-")) for at in (50, 95, 99))
    away = f", {row['turned_away']} turned away ({row['turned_away_ms']})" if row["turned_away"] else ""
    return (
        f"{row['processes']} processes, {row['users']} users (load {row['load']}): {row['answered']} answered, "
        f"{row['a_second']} a second, p50 / p95 / p99 {times} ms, processor {row['processor_ms']} ms{away}, "
        f"errors {row['errors'] or 'none'}"
    )


if __name__ == "__main__":
    sys.exit(main())
