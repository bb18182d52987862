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

from corpus.errors import GongbaoError, UsageError


@dataclass(frozen=True, slots=True)
class Settings:
    """How the page is started; checked on creation (UsageError)."""

    index: Path
    host: str = "127.0.0.1"
    port: int = 7860
    root_path: str = ""
    feedback: Path | None = None
    mcp: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise UsageError(f"端口 {self.port} 不对", "--port", "请给 1 到 65535 的数，如 7860")
        if self.root_path and not re.fullmatch(r"(?:/[\w.-]+)+", self.root_path):
            raise UsageError(f"路径“{self.root_path}”不对", "--root-path", "请写成 /gb 的样子，末尾不带 /")


def take_port(host: str, port: int) -> socket.socket:
    """Bind the address, so that nobody else can have it. Raises GongbaoError if it can't be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        taken = socket.socket(family, socket.SOCK_STREAM)
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

    feedback = FeedbackFile(settings.feedback) if settings.feedback is not None else None
    if settings.mcp:
        _require_mcp()
    taken = take_port(settings.host, settings.port)
    print("正在启动……", file=sys.stderr, flush=True)

    import uvicorn

    from retriever.page.app import create_app

    live = LiveIndex(settings.index)
    live.start()
    port = taken.getsockname()[1]
    app = create_app(live, feedback=feedback, root_path=settings.root_path, mcp=settings.mcp, port=port)
    # No access log: it would keep every question, and who asked it.
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=3
    )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"页面已启动：http://{host}:{port}{settings.root_path}/ （停止：Ctrl-C）", file=sys.stderr, flush=True)
    try:
        uvicorn.Server(config).run(sockets=[taken])
    except KeyboardInterrupt:
        pass
    finally:
        live.stop()
    return 0


def _require_mcp() -> None:
    if importlib.util.find_spec("mcp") is None:
        raise GongbaoError("没有安装 MCP 需要的软件包", "--mcp", "请运行：pip install -e '.[mcp]'")
