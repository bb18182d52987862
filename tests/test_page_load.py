"""The page with many users: the same answers as one by one, and a plain line at once when it is full."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import uvicorn
from page_support import await_text, open_page, opened, serving

from retriever.ask import Asker
from retriever.model import SearchResult
from retriever.page.api import Api
from retriever.page.app import create_app
from retriever.page.collection import Collection
from retriever.page.gate import Full, Gate, client_of
from retriever.page.kept import KeptResults
from retriever.page.programs import Programs
from retriever.page.render import Renderer
from retriever.page.slots import Slots
from tests.conftest import ROOT

pytest_plugins = ["page_fixtures"]

THREADS = 16
CALLS, VIEWS = 400, 200  # 1,000 and 500 took three minutes and differed in nothing
BUSY = "现在查询的人太多"
SUBJECTS = [
    "拖欠农民工工资",
    "生猪屠宰补贴",
    "建筑垃圾",
    "地质灾害",
    "离政办发〔2023〕9号",
    "9号文第三部分",
    "离政函〔2023〕33号",
    "医疗保障",
    "火星移民",
    "abc",
    "区人社局",
    "国土空间总体规划",
]
FORMS = ["{}归谁管", "{}的电话是多少", "{}什么时候开始", "{}", "请问{}怎么办理", "{}的文件是哪一份"]
ISSUERS = ["", "", "吕梁市离石区人民政府", "吕梁市离石区人民政府办公室"]


def calls() -> list[dict[str, Any]]:
    """Arguments of `/search` as programs would give them, some of them wrong."""
    draw = random.Random(6)
    return [
        {
            "question": draw.choice(FORMS).format(draw.choice(SUBJECTS)),
            "k": draw.choice([1, 5, 20, 0]),
            "mode": draw.choice(["hybrid", "dense", "bm25"]),
            "issuer": draw.choice(ISSUERS),
            "doc_number": draw.choice(["", "", "", "离政办发〔2023〕9号"]),
            "since": draw.choice(["", "", "2023-05-01", "昨天"]),
            "until": draw.choice(["", "", "2023-06-30"]),
            "status": draw.choice(["any", "in_force", "repealed"]),
        }
        for _ in range(CALLS)
    ]


def addresses() -> list[str]:
    """Query strings of views as people would come to them."""
    draw = random.Random(7)
    out = []
    for _ in range(VIEWS):
        view = {"q": draw.choice(FORMS).format(draw.choice(SUBJECTS)), "issuer": draw.choice(ISSUERS)}
        view |= {"sort": draw.choice(["score", "date"]), "status": draw.choice(["any", "in_force", "repealed"])}
        other = draw.choice([None, None, None, {"view": "notices"}, {"view": "offices"}, {"notice": SUBJECTS[4]}])
        out.append(urlencode(view if other is None else other))
    return out


def call(url: str, arguments: dict[str, Any]) -> object:
    """What `/search` says to a program: its result, or its refusal."""
    given = list(arguments.values())
    with httpx.Client(base_url=url, timeout=120) as client:
        event = client.post("/gradio_api/call/search", json={"data": given}).raise_for_status().json()["event_id"]
        said = client.get(f"/gradio_api/call/search/{event}").text
    kind, data = said.removeprefix("event: ").split("\ndata: ")
    loaded = json.loads(data)
    return without_time(loaded[0]) if kind == "complete" else loaded["error"]


def without_time(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "ms"}


def main_part(page: str) -> str:
    """What a page says, without what differs from one sending to the next."""
    return re.search(r'<div class="gongbao".*</main>', page, re.DOTALL)[0]  # type: ignore[index]


@pytest.mark.slow
def test_many_at_once_get_what_one_gets(full_index: Path) -> None:
    """Through the running server, by sixteen users; compared with the functions it calls, one by one."""
    live = opened(full_index)
    api, renderer = Api(Programs(live)), Renderer(live)

    def alone(arguments: dict[str, Any]) -> object:
        try:
            return without_time(api.search(**arguments))
        except Exception as err:  # as it is, this is what a program is told
            return err.message  # type: ignore[attr-defined]

    asked, viewed = calls(), addresses()
    results = [alone(arguments) for arguments in asked]
    pages = [main_part(renderer.page(query)) for query in viewed]
    assert sum(isinstance(result, dict) and bool(result["hits"]) for result in results) > CALLS / 3
    assert sum(isinstance(result, str) for result in results) > CALLS / 10

    with serving(full_index) as running, ThreadPoolExecutor(THREADS) as pool:
        await_text(running.url, "可以这样问")
        found = pool.map(lambda arguments: call(running.url, arguments), asked)
        shown = pool.map(lambda query: main_part(httpx.get(f"{running.url}/?{query}", timeout=120).text), viewed)
        wrong = [given for given, one, other in zip(asked, results, found, strict=True) if one != other]
        assert wrong == []
        differing = [query for query, one, other in zip(viewed, pages, shown, strict=True) if one != other]
        assert differing == []


@dataclass(frozen=True, slots=True)
class Small:
    """A running page that takes on one question at a time and lets none wait."""

    url: str
    gate: Gate
    loop: asyncio.AbstractEventLoop

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """While somebody else's question is worked on."""
        begun, done = threading.Event(), threading.Event()

        def work() -> None:
            begun.set()
            done.wait()

        other: Future[None] = asyncio.run_coroutine_threadsafe(self.gate.run(work), self.loop)
        begun.wait()
        try:
            yield
        finally:
            done.set()
            other.result()


@pytest.fixture(scope="module")
def small(words_index: Path) -> Iterator[Small]:
    gate, loops = Gate(1, 0), Queue[asyncio.AbstractEventLoop]()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        app = create_app(opened(words_index), port=port, gate=gate)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))  # type: ignore[arg-type]

        async def serve() -> None:
            loops.put(asyncio.get_running_loop())
            await server.serve([taken])

        thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        thread.start()
        try:
            await_text(f"http://127.0.0.1:{port}", "可以这样问")
            yield Small(f"http://127.0.0.1:{port}", gate, loops.get())
        finally:
            server.should_exit = True
            thread.join(20)


def test_a_full_page_says_so_and_keeps_the_question(small: Small) -> None:
    with small.full():
        answer = httpx.get(small.url, params={"q": "拖欠农民工工资归谁管"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"].isdigit()
    assert BUSY in answer.text
    assert ">拖欠农民工工资归谁管</textarea>" in answer.text
    assert BUSY not in httpx.get(small.url, params={"q": "拖欠农民工工资归谁管"}).text


def test_a_program_is_told_too(small: Small) -> None:
    arguments = {**calls()[0], "k": 1, "since": "", "mode": "bm25"}
    with small.full():
        assert BUSY in str(call(small.url, arguments))
    assert isinstance(call(small.url, arguments), dict)


def test_a_program_with_plain_get_is_told_when_to_come_again(small: Small) -> None:
    with small.full():
        for answer in (
            httpx.get(f"{small.url}/api/search", params={"q": "拖欠农民工工资归谁管"}),
            httpx.post(f"{small.url}/export", data={"format": "csv", "all": "离政办发〔2023〕9号/题"}),
        ):
            assert answer.status_code == 503 and answer.headers["retry-after"].isdigit()
            assert BUSY in answer.text
    assert httpx.get(f"{small.url}/api/search", params={"q": "拖欠农民工工资归谁管"}).status_code == 200


def test_people_see_at_once_that_it_is_full(small: Small, browser: Any) -> None:
    """In the page itself, long before its script gives up waiting; the link there asks again."""
    page = open_page(browser, small.url)
    with small.full():
        page.fill("#q", "拖欠农民工工资归谁管")
        page.press("#q", "Enter")
        page.wait_for_selector(f"text={BUSY}", timeout=10_000)
        assert page.input_value("#q") == "拖欠农民工工资归谁管"
    page.click("text=再试一次")
    page.wait_for_selector("ol.hits, a.tel")
    page.context.close()


def in_a_loop(scene: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine in a thread of its own: Playwright keeps a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(scene())).result()


def test_the_gate_counts_who_waits() -> None:
    """One works, two wait, the fourth is turned away; when the first is done there is room again."""

    async def scene() -> list[object]:
        gate, done = Gate(1, 2), threading.Event()
        tasks = [asyncio.create_task(gate.run(done.wait)) for _ in range(4)]
        await asyncio.sleep(0)  # all have come to the gate
        turned_away = [task for task in tasks if task.done()]
        done.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        return [len(turned_away), *results, await gate.run(str, 5)]

    count, *results, after = in_a_loop(scene)
    assert count == 1
    assert results[:3] == [True] * 3 and isinstance(results[3], Full)
    assert after == "5"


def test_a_fault_or_a_user_who_leaves_gives_the_place_back() -> None:
    async def scene() -> str:
        gate, done = Gate(1, 0), threading.Event()
        with pytest.raises(ZeroDivisionError):
            await gate.run(lambda: 1 // 0)
        left = asyncio.create_task(gate.run(done.wait, 0.2))
        await asyncio.sleep(0.05)
        left.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await left
        return await gate.run(str, "room")

    assert in_a_loop(scene) == "room"


def test_clients_take_turns() -> None:
    """One client's dozen is at the gate before another's one: that one waits for a single question."""

    async def scene() -> list[str]:
        gate, done, order = Gate(1, 16), threading.Event(), list[str]()

        def work(name: str) -> None:
            done.wait()
            order.append(name)

        many = [asyncio.create_task(gate.run(work, f"many {number}", client="a")) for number in range(12)]
        await asyncio.sleep(0)
        one = asyncio.create_task(gate.run(work, "one", client="b"))
        await asyncio.sleep(0)
        done.set()
        await asyncio.gather(*many, one)
        return order

    order = in_a_loop(scene)
    assert order.index("one") == 2  # the first is at work, the second came before
    assert [name for name in order if name != "one"] == [f"many {number}" for number in range(12)]


def test_one_client_never_fills_the_gate() -> None:
    async def scene() -> tuple[int, bool]:
        gate, done = Gate(2, 8), threading.Event()
        many = [asyncio.create_task(gate.run(done.wait, client="a")) for _ in range(50)]
        await asyncio.sleep(0)
        turned_away = sum(task.done() for task in many)
        other = asyncio.create_task(gate.run(done.wait, client="b"))
        await asyncio.sleep(0)
        let_in = not other.done()
        done.set()
        await asyncio.gather(*many, other, return_exceptions=True)
        return turned_away, let_in

    assert in_a_loop(scene) == (50 - 2 - 6, True)


def test_who_goes_away_while_waiting_leaves_no_gap() -> None:
    async def scene() -> str:
        gate, done = Gate(1, 4), threading.Event()
        tasks = [asyncio.create_task(gate.run(done.wait, client=name)) for name in "aabb"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        tasks[2].cancel()
        await asyncio.sleep(0)
        done.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        return await gate.run(str, "room", client="c")

    assert in_a_loop(scene) == "room"


def test_who_waits_too_long_is_turned_away() -> None:
    """By its own gate, and by one of another process that has taken all places."""

    async def scene(folder: Path) -> str:
        shared, done = Slots(folder, 1), threading.Event()
        slow, other = Gate(1, 2, shared, patience=0.1), Gate(1, 2, Slots(folder, 1), patience=0.1)
        working = asyncio.create_task(slow.run(done.wait))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(gate.run(str, "late")) for gate in (slow, slow, other)]
        assert [type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)] == [Full] * 3
        done.set()
        assert await working
        return await other.run(str, "room") + await slow.run(str, "room")

    with tempfile.TemporaryDirectory() as folder:
        assert in_a_loop(lambda: scene(Path(folder))) == "roomroom"


def test_processes_share_their_places() -> None:
    """As many work at once as there are places, whichever gate they came through; none is left out."""

    async def scene(folder: Path) -> tuple[int, list[int]]:
        gates = [Gate(4, 32, Slots(folder, 2), patience=600) for _ in range(3)]
        now, most, lock = 0, 0, threading.Lock()

        def work(number: int) -> int:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.005)
            with lock:
                now -= 1
            return number

        done = await asyncio.gather(*(gates[number % 3].run(work, number) for number in range(36)))
        return most, list(done)

    with tempfile.TemporaryDirectory() as folder:
        assert in_a_loop(lambda: scene(Path(folder))) == (2, list(range(36)))


def test_processes_take_turns() -> None:
    """One that has many questions does not keep the only place from another with one."""

    async def scene(folder: Path) -> list[str]:
        many, one, order = Gate(1, 32, Slots(folder, 1)), Gate(1, 32, Slots(folder, 1)), list[str]()

        def work(name: str) -> None:
            time.sleep(0.02)
            order.append(name)

        tasks = [asyncio.create_task(many.run(work, f"many {number}")) for number in range(20)]
        await asyncio.sleep(0.01)
        await asyncio.gather(one.run(work, "one"), *tasks)
        return order

    with tempfile.TemporaryDirectory() as folder:
        assert in_a_loop(lambda: scene(Path(folder))).index("one") < 10


def test_the_place_of_a_process_that_dies_is_free_again(tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from retriever.page.slots import Slots\n"
    code += "held = Slots(Path(sys.argv[1]), 1).take(); print(held is not None, flush=True); time.sleep(600)"
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert other.stdout is not None and other.stdout.readline() == "True\n"
        assert Slots(tmp_path, 1).take() is None
    finally:
        other.kill()
        other.wait()
    place = Slots(tmp_path, 1).take()
    assert place is not None
    place.close()


def test_what_was_asked_before_comes_from_memory(words_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a page and for a program, as of each day; not once another index is open."""
    worked: list[str] = []
    ask = Asker.ask

    def counted(self: Asker, question: str, **given: Any) -> Any:
        worked.append(question)
        return ask(self, question, **given)

    live = opened(words_index)
    api, renderer = Api(Programs(live)), Renderer(live)
    monkeypatch.setattr(Asker, "ask", counted)
    first, second = (api.search("生猪屠宰补贴", mode="bm25") for _ in range(2))
    assert without_time(first) == without_time(second) and first["hits"]
    assert second["ms"]["retrieve"] == 0.0 < first["ms"]["retrieve"]
    assert main_part(renderer.page("q=生猪屠宰补贴")) == main_part(renderer.page("q=生猪屠宰补贴"))
    assert len(worked) == 2
    for other in ({"k": 4}, {"until": "2023-06-30"}, {"on": "2023-06-30"}):
        worked.clear()
        api.search("生猪屠宰补贴", mode="bm25", **other)
        assert worked
    worked.clear()
    live._now = replace(live.now, collection=Collection.of(Asker.open(words_index), ready=()))
    api.search("生猪屠宰补贴", mode="bm25")
    assert worked


def test_results_are_kept_within_bounds() -> None:
    found = SearchResult("q", "bm25", "bm25", (), False, 0.0, None, ())
    kept = KeptResults(most=3)
    for key in ("a", "b", "c"):
        kept.keep(key, found)
    assert kept.get("a") is found
    kept.keep("d", found)
    assert [kept.get(key) is found for key in "abcd"] == [True, False, True, True]


def test_addresses_of_one_subscriber_are_one_client() -> None:
    assert client_of("2001:db8::1") == client_of("2001:db8::ffff:2")
    assert client_of("2001:db8::1") != client_of("2001:db8:0:1::1")
    assert client_of("10.0.0.1") != client_of("10.0.0.2")
    assert client_of(None) == "" and client_of("fe80::1%eth0") == client_of("fe80::2")
