"""The running page over HTTP: what it lets through, its headers, its interface, how it starts and fails."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from page_support import HOSTILE, Server, await_text, serving

from index.build import build
from index.paths import ROOT

pytest_plugins = ["page_fixtures"]
QUESTION = "根治拖欠农民工工资工作的咨询电话是多少"


def ui(*options: str, timeout: float = 30) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "ui.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=ROOT)


def test_the_answer_is_in_the_document_itself(server: Server) -> None:
    page = httpx.get(server.url, params={"q": QUESTION}).text
    assert "<html" in page
    assert 'lang="zh-CN"' in page
    assert "tel:0358-8222401" in page
    assert 'property="og:title"' in page and "og:image" not in page and "gradio.app" not in page
    assert "githubusercontent" not in page


def test_headers(server: Server) -> None:
    answer = httpx.get(server.url)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    for path in ("/", "/theme.css", "/gongbao/style.css", "/gradio_api/info", "/etc"):
        headers = httpx.get(server.url + path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin"
        assert "content-security-policy" in headers
        assert "server" not in headers


def test_pages_are_compressed_for_who_can_read_that(server: Server) -> None:
    """Before, only Gradio's own files: an answer came as 120 kB instead of 15."""
    for path in (f"/?q={QUESTION}", "/gongbao/style.css", f"/api/search?q={QUESTION}"):
        with httpx.stream("GET", server.url + path, headers={"accept-encoding": "gzip"}) as answer:
            packed = sum(map(len, answer.iter_raw()))
            assert answer.headers["content-encoding"] == "gzip" and "Accept-Encoding" in answer.headers["vary"]
        plain = httpx.get(server.url + path, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers and 2 * packed < len(plain.content)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/file=" + str(ROOT / "ui.py"),
        "/gradio_api/file=http://169.254.169.254/",
        "/gradio_api/proxy=http://127.0.0.1/",
        "/gradio_api/custom_component/1/client/component/../../../../etc/passwd",
        "/static/../../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fserver.py",
        "/gongbao/../app.py",
        "/gongbao/%2e%2e%2fapp.py",
        "/svelte//etc/passwd",
        "/monitoring",
        "/gradio_api/vibe-code",
        "/gradio_api/runs",
        "/gradio_api/deep_link",
        "/docs",
        "/openapi.json",
        "/manifest.json",
    ],
)
def test_nothing_else_can_be_had(server: Server, path: str) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)) as raw:  # clients would tidy the path
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.split(b" ", 2)[1] in (b"400", b"403", b"404"), path
    assert b"root:" not in answer
    assert b"import" not in answer


def test_uploads_are_refused(server: Server) -> None:
    assert httpx.post(f"{server.url}/gradio_api/upload", files={"files": b"x"}).status_code == 404


def test_a_body_too_big_is_refused(server: Server) -> None:
    assert httpx.post(f"{server.url}/export", content=b"id=" + b"x" * 3_000_000).status_code == 413
    chunked = httpx.post(f"{server.url}/export", content=(b"id=" + b"x" * 50_000 for _ in range(3)))
    assert chunked.status_code >= 400


def test_questions_of_any_kind_bring_a_page(server: Server) -> None:
    for question in (
        "",
        " ",
        "，。！",
        "a",
        "字" * 2001,
        "字" * 3900,
        "\x00",
        "😀",
        "SELECT * FROM x",
        "%s%n",
        "{{7*7}}${7*7}",
    ):
        answer = httpx.get(server.url, params={"q": question})
        assert answer.status_code == 200
        assert "Traceback" not in answer.text
        assert "程序出了问题" not in answer.text
    assert "太长" in httpx.get(server.url, params={"q": "字" * 2001}).text


def test_interface_for_programs(server: Server) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    client = Client(server.url, verbose=False)
    found = client.predict(QUESTION, k=3, mode="bm25", api_name="/search")
    assert found["answered"] is True
    assert found["answer"]["offices"][0]["phone"] == "0358-8222401"
    assert len(found["hits"]) == 3
    assert {"clause_id", "doc_number", "citation", "status", "source"} <= set(found["hits"][0])
    notice = client.predict("离政办发〔2023〕9号", api_name="/notice")
    assert notice["contents_page"] == 93
    assert len(notice["clauses"]) > 50
    offices = client.predict(api_name="/offices")
    assert any(phone["phone"] == "0358-8222401" for office in offices for phone in office["phones"])
    for arguments, message in (
        ({"question": ""}, "问题是空的"),
        ({"question": "工资", "k": 0}, "k=0"),
        ({"question": "工资", "k": 10**9}, "太大"),
        ({"question": "工资", "since": "昨天"}, "日期"),
    ):
        with pytest.raises(AppError, match=message):
            client.predict(**arguments, api_name="/search")


def test_export_and_feedback_routes(server: Server) -> None:
    ids = ["离政办发〔2023〕9号/一", "没有/一"]
    word = httpx.post(f"{server.url}/export", data={"id": ids, "format": "docx"})
    assert word.content.startswith(b"PK")
    assert "attachment" in word.headers["content-disposition"]
    assert httpx.post(f"{server.url}/export", data={"format": "docx"}).status_code == 400
    assert httpx.post(f"{server.url}/export", data={"id": ids, "format": "exe"}).status_code == 400
    sent = {"q": "欠薪找谁", "verdict": "useless"}
    assert httpx.post(f"{server.url}/feedback", data=sent).status_code == 200
    assert httpx.post(f"{server.url}/feedback", data=sent, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert httpx.post(f"{server.url}/feedback", data={"q": "", "verdict": "x"}).status_code == 400


def test_nothing_is_logged(server: Server) -> None:
    httpx.get(server.url, params={"q": "不想被记下的问题"})
    time.sleep(0.3)
    assert not any("不想被记下" in line or "GET" in line for line in server.lines)


def test_without_an_index_it_starts_and_picks_one_up(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with serving(folder) as running:
        await_text(running.url, "还没有可以查的公报索引")
        assert httpx.post(f"{running.url}/feedback", data={"q": "x", "verdict": "useful"}).status_code == 404
        (tmp_path / "一.txt").write_text(HOSTILE, "utf-8")
        build([tmp_path / "一.txt"], folder, dense=False)
        await_text(running.url, "已收录 1 篇公文")
        (tmp_path / "二.txt").write_text(HOSTILE.replace("某政发〔2024〕1号", "某政发〔2024〕2号"), "utf-8")
        build([tmp_path / "一.txt", tmp_path / "二.txt"], folder, dense=False)
        await_text(running.url, "已收录 2 篇公文")
        (folder / "manifest.json").write_text("{", "utf-8")
        await_text(running.url, "先用旧的回答")
        assert httpx.get(running.url, params={"q": "图片审核"}).text.count("市公安局") > 0


def test_a_port_in_use_is_one_line(words_index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ui("--index", str(words_index), "--port", str(port))
    assert done.returncode == 1
    assert f"端口 {port} 已被别的程序占用" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--port", "70000"),
        ("--host", "不是地址"),
        ("--root-path", "gb"),
        ("--root-path", "https://gb.example.cn/gb/"),
        ("--root-path", "https:///gb"),
        ("--root-path", "https://0.0.0.0/gb"),
        ("--allow-host", "http://a"),
        ("--allow-host", "0.0.0.0"),
        ("--allow-host", ""),
        ("--feedback", "/没有/x.jsonl"),
        ("--port", "x"),
    ],
)
def test_wrong_usage(options: tuple[str, ...]) -> None:
    done = ui(*options)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_listening_for_all_without_a_name_is_said(words_index: Path) -> None:
    """And a name given is served; the root path may hold one."""
    with serving(words_index, "--host", "0.0.0.0") as running:
        url = running.url.replace("0.0.0.0", "127.0.0.1")
        await_text(url, "可以这样问")
        assert [line for line in running.lines if "--allow-host" in line and "只有本机能打开" in line]
        assert httpx.get(url, headers={"host": "192.168.1.5"}).status_code == 403
    options = ("--host", "0.0.0.0", "--allow-host", "192.168.1.5", "--root-path", "https://gb.example.cn/gb")
    with serving(words_index, *options) as running:
        url = running.url.replace("0.0.0.0", "127.0.0.1")
        await_text(url, "可以这样问")
        assert not [line for line in running.lines if "--allow-host" in line]
        for host in ("192.168.1.5:7860", "gb.example.cn", "localhost"):
            assert httpx.get(url, headers={"host": host}).status_code == 200
        assert (
            httpx.get(f"{url}/config", headers={"host": "gb.example.cn"}).json()["root"] == "https://gb.example.cn/gb"
        )


def test_help_names_every_option() -> None:
    done = ui("--help")
    assert done.returncode == 0
    for option in ("--index", "--host", "--port", "--root-path", "--allow-host", "--feedback", "--mcp"):
        assert option in done.stdout


def test_help_and_wrong_usage_load_nothing_heavy() -> None:
    code = "import sys, ui; ui.parser(); print([m for m in ('gradio', 'torch', 'faiss', 'jieba') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_it_works_with_the_network_cut(words_index: Path, tmp_path: Path) -> None:
    """In a network namespace of its own: nothing but its loopback is there, not even that at first."""
    probe = subprocess.run(["unshare", "-rn", "true"], capture_output=True)
    if probe.returncode:
        pytest.skip("no network namespaces")
    script = tmp_path / "cut.py"
    script.write_text(
        "import sys, threading, time, urllib.request, os, fcntl, socket, struct\n"
        "s = socket.socket(); fcntl.ioctl(s, 0x8914, struct.pack('16sH14x', b'lo', 1))\n"  # ifconfig lo up
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "import ui\n"
        f"options = ['--index', {str(words_index)!r}, '--port', '7999']\n"
        "threading.Thread(target=lambda: ui.main(options), daemon=True).start()\n"
        "for _ in range(200):\n"
        "    time.sleep(0.2)\n"
        "    try:\n"
        "        page = urllib.request.urlopen('http://127.0.0.1:7999/?q=%E5%B7%A5%E8%B5%84').read().decode()\n"
        "    except OSError:\n"
        "        continue\n"
        "    if '原件' in page:\n"
        "        print('answered', flush=True); os._exit(0)\n"
        "os._exit(1)\n",
        "utf-8",
    )
    code = f"exec({script.read_text('utf-8')!r})"
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-c", code], capture_output=True, text=True, timeout=90, cwd=ROOT
    )
    assert "answered" in done.stdout, done.stderr


def test_mcp(words_index: Path) -> None:
    pytest.importorskip("mcp", reason="no mcp")
    with serving(words_index, "--mcp") as running:
        await_text(running.url, "可以这样问")
        hello = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/list",
            "params": {},
        }
        accept = {"accept": "application/json, text/event-stream"}
        answer = httpx.post(f"{running.url}/gradio_api/mcp/", json=hello, headers=accept, timeout=30)
        names = [tool["name"] for tool in _event(answer.text)["result"]["tools"]]
        assert {name.rsplit("_", 1)[-1] for name in names} == {"search", "notice", "offices", "check"}


def _event(text: str) -> dict[str, dict[str, list[dict[str, str]]]]:
    data = next((line[5:] for line in text.splitlines() if line.startswith("data:")), text)
    loaded: dict[str, dict[str, list[dict[str, str]]]] = json.loads(data)
    return loaded


def test_stopping_is_quiet(words_index: Path) -> None:
    with contextlib.ExitStack() as stack:
        running = stack.enter_context(serving(words_index))
        httpx.get(running.url)
        running.process.terminate()
        running.process.wait(20)
    assert not any("Traceback" in line for line in running.lines)
