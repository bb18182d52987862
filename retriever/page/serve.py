"""Start the page: take the port, then load what is slow, then serve until stopped."""

from __future__ import annotations

import errno
import importlib.util
import os
import re
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from corpus.errors import GongbaoError, UsageError
from index.address import Where
from index.paths import cache_folder
from retriever.page.hosts import Hosts, any_address
from retriever.page.slots import Slots


@dataclass(frozen=True, slots=True)
class Settings:
    """How the page is started; checked on creation (UsageError)."""

    index: Where
    host: str = "127.0.0.1"
    port: int = 7860
    root_path: str = ""
    feedback: Path | None = None
    mcp: bool = False
    allow_hosts: tuple[str, ...] = ()
    site: Path | None = None
    keep_refused: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise UsageError(f"端口 {self.port} 不对", "--port", "请给 1 到 65535 的数，如 7860")
        if self.root_path and not re.fullmatch(r"(?:https?://[^/?#@\s]+)?(?:/[\w.-]+)+", self.root_path):
            todo = "请写成 /gb 或 https://网址/gb 的样子，末尾不带 /"
            raise UsageError(f"路径“{self.root_path}”不对", "--root-path", todo)
        if self.keep_refused and self.feedback is None:
            raise UsageError("没有给反馈文件", "--keep-refused", "请同时给 --feedback FILE")
        _ = self.hosts

    @property
    def hosts(self) -> Hosts:
        """The names that the page is served under: those given, the one in the root path, and the address
        that it listens on, if that is one."""
        try:
            given = Hosts.of(self.allow_hosts)
        except ValueError as err:
            raise UsageError(
                f"主机名“{err}”不对", "--allow-host", "请写成 gb.example.cn 或 192.168.1.5 的样子"
            ) from err
        try:
            path = Hosts.of([netloc] if (netloc := urlsplit(self.root_path).netloc) else [])
        except ValueError as err:
            raise UsageError(f"路径里的主机名“{err}”不对", "--root-path", "请写成 https://网址/gb 的样子") from err
        try:
            listening = Hosts.of([f"[{self.host}]" if ":" in self.host else self.host])
        except ValueError:  # all addresses, which are no name; or one that can't be listened on, which is said then
            listening = Hosts()
        return Hosts(given.named | path.named | listening.named)

    @property
    def proxied(self) -> bool:
        """Whether a proxy on this computer may say whom it asks for."""
        return bool(self.root_path or self.allow_hosts)


def take_port(host: str, port: int) -> socket.socket:
    """Bind the address, so that nobody else can have it. Raises GongbaoError if it can't be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # With the protocol named, asyncio turns Nagle's delay off: else each answer after the first of a
        # connection waits 40 ms.
        taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
        taken.listen(128)
    except socket.gaierror as err:
        raise UsageError(f"地址“{host}”不对", "--host", "请给本机的地址，如 127.0.0.1 或 0.0.0.0") from err
    except OSError as err:
        raise _port_error(err, host, port) from err
    return taken


def _port_error(err: OSError, host: str, port: int) -> GongbaoError:
    if err.errno == errno.EADDRINUSE:
        return GongbaoError(f"端口 {port} 已被别的程序占用", "", f"请换一个端口，如：python ui.py --port {port + 1}")
    if err.errno in (errno.EACCES, errno.EPERM):
        return GongbaoError(f"没有权限使用端口 {port}", "", "请用 1024 以上的端口，如 7860")
    if err.errno == errno.EADDRNOTAVAIL:
        return UsageError(f"本机没有地址“{host}”", "--host", "请给本机的地址，如 127.0.0.1 或 0.0.0.0")
    return GongbaoError(f"打不开端口 {port}（{err.strerror or err}）", "", "请换一个端口再试")


def serve(settings: Settings) -> int:
    """Serve the page until it is stopped (Ctrl-C, SIGTERM). Returns the exit code."""
    from retriever.page.feedback import FeedbackFile
    from retriever.page.live import LiveIndex
    from retriever.page.site import read_site

    site = read_site(settings.site) if settings.site is not None else None
    feedback = None
    if settings.feedback is not None:
        feedback = FeedbackFile(settings.feedback, refused=settings.keep_refused)
    if settings.mcp:
        _require_mcp()
    taken = take_port(settings.host, settings.port)
    print("正在启动……", file=sys.stderr, flush=True)

    import uvicorn

    from retriever.page.app import AT_ONCE, WAITING, create_app
    from retriever.page.connections import patient_protocol
    from retriever.page.faults import log_without_text
    from retriever.page.gate import Gate

    log_without_text()

    live = LiveIndex(settings.index)
    live.start()
    port = taken.getsockname()[1]
    app = create_app(
        live,
        feedback=feedback,
        root_path=settings.root_path,
        mcp=settings.mcp,
        port=port,
        gate=Gate(AT_ONCE, WAITING, _shared(AT_ONCE)),
        hosts=settings.hosts,
        site=site,
    )
    # No access log: it would keep every question, and who asked it.
    config = uvicorn.Config(
        app,
        http=patient_protocol(settings.proxied),
        ws="none",
        h11_max_incomplete_event_size=64 * 1024,  # an address with a question of 2,000 characters takes 18 KB
        proxy_headers=settings.proxied,
        forwarded_allow_ips=["127.0.0.1", "::1"],
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    path = urlsplit(settings.root_path).path
    print(f"页面已启动：http://{host}:{port}{path}/ （停止：Ctrl-C）", file=sys.stderr, flush=True)
    if any_address(settings.host) and not settings.hosts.named:
        todo = "请加上别人用的网址里的主机名或地址，如 --allow-host 192.168.1.5"
        print(f"没有写明主机名，现在只有本机能打开。{todo}", file=sys.stderr, flush=True)
    try:
        uvicorn.Server(config).run(sockets=[taken])
    except KeyboardInterrupt:
        pass
    finally:
        live.stop()
    return 0


def _shared(count: int) -> Slots | None:
    """The places at work of this user's page processes; None where their files can't be."""
    try:
        return Slots(cache_folder() / "places", count)
    except OSError:
        return None


def _require_mcp() -> None:
    if importlib.util.find_spec("mcp") is None:
        raise GongbaoError("没有安装 MCP 需要的软件包", "--mcp", "请运行：pip install -e '.[mcp]'")
