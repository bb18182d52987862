"""Two processes of the page behind nginx, set up as README says: they are one page, believe their proxy, and nothing is
logged. The last tests end one of them, then the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from page_support import Server, await_text, open_page, serving

from tests.nginx import NGINX, behind_nginx

pytest_plugins = ["page_fixtures"]
QUESTION = "根治拖欠农民工工资工作的咨询电话是多少"


@dataclass(frozen=True, slots=True)
class Proxied:
    """The page behind nginx under /gb/; `logs` are all that nginx wrote."""

    url: str
    folder: Path
    processes: tuple[Server, ...]

    @property
    def logs(self) -> str:
        return "".join(path.read_text("utf-8") for path in sorted(self.folder.glob("*.log")))


@pytest.fixture(scope="module")
def proxied(words_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    if NGINX is None:
        pytest.skip("no nginx")
    folder = tmp_path_factory.mktemp("nginx")
    options = ("--root-path", "/gb", "--allow-host", "gb.example.cn")
    with serving(words_index, *options) as first, serving(words_index, *options) as second:
        for one in (first, second):
            await_text(one.url, "可以这样问")
        with behind_nginx((first, second), folder) as url:
            yield Proxied(url, folder, (first, second))


def test_behind_a_proxy_its_word_counts(proxied: Proxied) -> None:
    """Of the scheme and the client, not of other names; what a client says of itself is written over."""
    headers = {"host": "gb.example.cn", "x-forwarded-host": "evil.example", "x-forwarded-for": "1.2.3.4"}
    root = httpx.get(f"{proxied.url}config", headers=headers).json()["root"]
    assert root == "http://gb.example.cn/gb"
    straight = httpx.get(
        f"{proxied.processes[0].url}/config", headers={"host": "gb.example.cn", "x-forwarded-proto": "https"}
    )
    assert straight.json()["root"] == "https://gb.example.cn/gb"
    sent = {"json": {"data": ["工资", 1]}, "headers": {"host": "gb.example.cn", "origin": "https://gb.example.cn"}}
    assert httpx.post(f"{proxied.url}gradio_api/run/search", **sent).status_code == 200


def test_behind_a_proxy_for_programs(proxied: Proxied) -> None:
    from gradio_client import Client

    client = Client(proxied.url, verbose=False)
    assert client.predict(QUESTION, api_name="/search")["hits"]


def test_behind_a_proxy_in_a_browser(proxied: Proxied, browser: Any) -> None:
    page = open_page(browser, proxied.url)
    page.fill("#q", QUESTION)
    page.press("#q", "Enter")
    page.wait_for_selector("a.tel")
    assert page.url.startswith(f"{proxied.url}?q=")
    faults = page.faults
    page.context.close()
    assert not faults


def test_behind_a_proxy_one_process_ends_and_nobody_misses_it(proxied: Proxied) -> None:
    """A browser stays with its process, and goes to the other one when that ends."""
    ended = proxied.processes[0]
    ended.process.terminate()
    ended.process.wait(20)
    for number in range(8):  # of as many browsers, some were with the one that ended
        headers = {"host": "gb.example.cn", "user-agent": f"browser {number}"}
        answer = httpx.get(proxied.url, params={"q": QUESTION}, headers=headers)
        assert answer.status_code == 200 and 'href="tel:' in answer.text
    test_behind_a_proxy_for_programs(proxied)


def test_behind_a_proxy_nothing_of_a_question_is_logged(proxied: Proxied) -> None:
    """Nor when the page is down, or the question is too long."""
    secret, host = "不想被记下的问题", {"host": "gb.example.cn"}
    where = {"referer": f"https://gb.example.cn/gb/?q={secret}".encode()}
    assert httpx.get(proxied.url, params={"q": secret}, headers={**host, **where}).status_code == 200
    assert httpx.get(proxied.url, params={"q": "问" * 1990}, headers=host).status_code == 200
    assert httpx.get(proxied.url, params={"q": secret}, headers={"host": "evil.example"}).status_code == 403
    assert httpx.get(proxied.url, params={"q": secret * 500}, headers=host).status_code == 414
    proxied.processes[1].process.terminate()
    proxied.processes[1].process.wait(20)
    assert httpx.get(proxied.url, params={"q": secret}, headers={**host, **where}).status_code == 502
    assert '"GET /gb/" 200' in proxied.logs and '"GET /gb/" 502' in proxied.logs
    written = unquote(proxied.logs + "".join(line for one in proxied.processes for line in one.lines))
    assert secret not in written and "问问" not in written and "?q=" not in written
