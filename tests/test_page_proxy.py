"""The page behind nginx, set up as README says: it works, it believes its proxy, and nothing is logged."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from page_support import Server, await_text, open_page, serving

from index.paths import ROOT

pytest_plugins = ["page_fixtures"]
QUESTION = "根治拖欠农民工工资工作的咨询电话是多少"
README = ROOT / "README.md"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@dataclass(frozen=True, slots=True)
class Proxied:
    """The page behind nginx under /gb/; `logs` are all that nginx wrote."""

    url: str
    folder: Path
    backend: Server

    @property
    def logs(self) -> str:
        return "".join(path.read_text("utf-8") for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def proxied(words_index: Path, tmp_path: Path) -> Iterator[Proxied]:
    """With the snippet that README ships, as it stands there."""
    if NGINX is None:
        pytest.skip("no nginx")
    found = re.search(
        r"```nginx\n# in http \{ \}\n(.*?)# in server \{ \}\n(.*?)```", README.read_text("utf-8"), re.DOTALL
    )
    assert found is not None
    with serving(words_index, "--root-path", "/gb", "--allow-host", "gb.example.cn") as running:
        await_text(running.url, "可以这样问")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = found[2].replace("http://127.0.0.1:7860", running.url).replace("/var/log/nginx", str(tmp_path))
        config = tmp_path / "nginx.conf"
        config.write_text(
            f"""daemon off; pid {tmp_path}/pid; error_log {tmp_path}/start.log emerg; events {{}}
http {{ access_log off; client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p;
fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;
{found[1]} server {{ listen 127.0.0.1:{port}; {server} }} }}""",
            "utf-8",
        )
        process = subprocess.Popen([NGINX, "-c", str(config), "-p", str(tmp_path), "-e", str(tmp_path / "start.log")])
        try:
            url = f"http://127.0.0.1:{port}/gb/"
            await_text(url, "可以这样问")
            yield Proxied(url, tmp_path, running)
        finally:
            process.terminate()
            process.wait(10)


def test_behind_a_proxy_nothing_of_a_question_is_logged(proxied: Proxied) -> None:
    """Nor when the page is down, or the question is too long."""
    secret, host = "不想被记下的问题", {"host": "gb.example.cn"}
    where = {"referer": f"https://gb.example.cn/gb/?q={secret}".encode()}
    assert httpx.get(proxied.url, params={"q": secret}, headers={**host, **where}).status_code == 200
    assert httpx.get(proxied.url, params={"q": "问" * 1990}, headers=host).status_code == 200
    assert httpx.get(proxied.url, params={"q": secret}, headers={"host": "evil.example"}).status_code == 403
    assert httpx.get(proxied.url, params={"q": secret * 500}, headers=host).status_code == 414
    proxied.backend.process.terminate()
    proxied.backend.process.wait(20)
    assert httpx.get(proxied.url, params={"q": secret}, headers={**host, **where}).status_code == 502
    assert '"GET /gb/" 200' in proxied.logs and '"GET /gb/" 502' in proxied.logs
    written = unquote(proxied.logs + "".join(proxied.backend.lines))
    assert secret not in written and "问问" not in written and "?q=" not in written


def test_behind_a_proxy_its_word_counts(proxied: Proxied) -> None:
    """Of the scheme and the client, not of other names; what a client says of itself is written over."""
    headers = {"host": "gb.example.cn", "x-forwarded-host": "evil.example", "x-forwarded-for": "1.2.3.4"}
    root = httpx.get(f"{proxied.url}config", headers=headers).json()["root"]
    assert root == "http://gb.example.cn/gb"
    straight = httpx.get(
        f"{proxied.backend.url}/config", headers={"host": "gb.example.cn", "x-forwarded-proto": "https"}
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
