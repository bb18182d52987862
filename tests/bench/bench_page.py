"""How long the page takes on the real index, and whether it grows.

    python tests/bench/bench_page.py [--index .index] [--questions 2000] [--json]
    python tests/bench/bench_page.py --weight-only

Measured on questions made from the headings of the index itself, each asked once, through what a
browser uses (Gradio's queue): time from question to answer for 1 and for 16 users at once, median and
p95; the bare search in the same process as the baseline; first paint in Chromium, empty cache; bytes of the
start, of an answer and of the longest notice, as they are and compressed, and how often the Tab key stops there; memory
of the server after 100 and after all questions: its own, and mapped files (the model's word table comes in
as words are asked for; the system takes it back when it needs the room).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

import httpx

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from page_support import CHROMIUM, FLAGS, PATIENCE, Server, await_text, serving  # noqa: E402

from index.engine import Engine  # noqa: E402
from index.paths import DEFAULT_INDEX  # noqa: E402
from retriever.ask import Asker  # noqa: E402

USERS = (1, 16)
EACH = 100  # questions timed for each number of users


def questions_of(engine: Engine, count: int) -> list[str]:
    """Distinct questions made from headings and first words of clauses."""
    clauses = engine.clauses(range(engine.info.clauses))
    heads = dict.fromkeys(entry.path[-1] if entry.path else entry.text[:20] for entry in clauses)
    forms = ("{}由谁负责？", "{}怎么办理？", "{}电话是多少？", "{}有什么规定？", "{}是哪份文件？")
    found = [form.format(head[:40]) for form in forms for head in heads]
    return (found * (count // len(found) + 1))[:count]


async def ask(client: httpx.AsyncClient, session: str, question: str) -> float:
    """Seconds from sending a question to having the whole answer, as the page's script does it."""
    began = time.perf_counter()
    event = {"query": "?" + urlencode({"q": question}), "serial": 1}
    joined = await client.post(
        "/gradio_api/queue/join",
        json={"data": [], "event_data": event, "fn_index": 0, "session_hash": session, "trigger_id": None},
    )
    joined.raise_for_status()
    wanted = joined.json()["event_id"]
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.aiter_lines():
            if not line.startswith("data:"):
                continue
            said = json.loads(line[5:])
            if said.get("msg") == "process_completed" and said.get("event_id") == wanted:
                assert said["success"], said
                return time.perf_counter() - began
    raise AssertionError("no answer")


async def users(url: str, questions: Sequence[str], count: int) -> list[float]:
    """Times of all questions, asked by `count` users at once, each one after the other."""
    waiting = list(questions)
    times: list[float] = []

    async def user(number: int) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=120) as client:
            while waiting:
                question = waiting.pop()
                times.append(await ask(client, f"user{number}x{len(waiting)}", question))

    await asyncio.gather(*(user(number) for number in range(count)))
    return times


def spread(times: Sequence[float]) -> dict[str, float]:
    """Median and p95 in milliseconds."""
    return {"median_ms": round(1000 * median(times), 1), "p95_ms": round(1000 * quantiles(times, n=20)[-1], 1)}


# What the Tab key stops at, of what is shown.
_STOPS = (
    "[...document.querySelectorAll('a[href], button, input, select, summary, textarea, [tabindex=\"0\"]')]"
    ".filter(one => one.tabIndex >= 0 && one.checkVisibility()).length"
)


def weights(url: str, engine: Engine, question: str) -> dict[str, dict[str, int]]:
    """Bytes of views as documents, plain and compressed, and their tab stops without scripts (where Chromium is)."""
    longest = max(range(len(engine.notices)), key=lambda at: len(engine.notice(at)))
    notice = engine.notices[longest].notice.notice_id
    found: dict[str, dict[str, int]] = {}
    for name, asked in (("start", {}), ("answer", {"q": question}), ("notice", {"notice": notice})):
        address = f"{url}/?{urlencode(asked)}"
        sizes = {}
        for kind, coding in (("bytes", "identity"), ("gzip", "gzip")):
            with httpx.stream("GET", address, headers={"accept-encoding": coding}) as answer:
                sizes[kind] = sum(map(len, answer.iter_raw()))
        found[name] = sizes
        if CHROMIUM is not None:
            found[name]["tab_stops"] = stops(address)
    return found


def stops(address: str) -> int:
    """How many things of a page the Tab key stops at."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False).new_page()
        page.goto(address, timeout=PATIENCE)
        count = int(page.evaluate(_STOPS))
        chromium.close()
    return count


def memory(server: Server) -> dict[str, float]:
    """MB of the server that are in memory: its own, and those of mapped files (Linux)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text("ascii")
    kinds = {"own": "RssAnon:", "mapped": "RssFile:"}
    return {name: round(int(status.split(kind)[1].split()[0]) / 1024, 1) for name, kind in kinds.items()}


def paint(url: str, question: str) -> dict[str, float] | None:
    """First contentful paint of the start and of an answer by link (milliseconds); None without Chromium."""
    if CHROMIUM is None:
        return None
    from playwright.sync_api import sync_playwright

    found: dict[str, float] = {}
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, address in (("start", url), ("answer", f"{url}/?{urlencode({'q': question})}")):
            times = []
            for _ in range(5):
                context = chromium.new_context(viewport={"width": 360, "height": 800})
                page = context.new_page()
                page.goto(address)
                page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
                times.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
                context.close()
            found[f"{name}_ms"] = round(median(times), 1)
        chromium.close()
    return found


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=DEFAULT_INDEX)
    parser.add_argument("--questions", type=int, default=2000, help="asked in all, for memory (default 2000)")
    parser.add_argument("--weight-only", action="store_true", help="only bytes and tab stops: no seconds, no memory")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    asker = Asker.open(args.index)
    asked = questions_of(asker.engine, args.questions)
    report: dict[str, Any] = {"index": str(args.index), "clauses": asker.engine.info.clauses}
    if args.weight_only:
        with serving(args.index) as server:
            await_text(server.url, "可以这样问")
            report["weight"] = weights(server.url, asker.engine, asked[0])
        print(json.dumps(report, ensure_ascii=False, indent=None if args.json else 1))
        return 0
    asker.ask(asked[0])
    bare = [asker.ask(question, k=5).ms["total"] / 1000 for question in asked[:EACH]]
    report["search_alone"] = spread(bare)
    with serving(args.index) as server:
        await_text(server.url, "可以这样问")
        report["paint"] = paint(server.url, asked[0])
        report["weight"] = weights(server.url, asker.engine, asked[0])
        for count in USERS:
            report[f"users_{count}"] = spread(asyncio.run(users(server.url, asked[:EACH], count)))
        report["mb_after_100"] = memory(server)
        asyncio.run(users(server.url, asked, 4))
        report[f"mb_after_{len(asked)}"] = memory(server)
    print(json.dumps(report, ensure_ascii=False, indent=None if args.json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
