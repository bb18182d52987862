"""nginx in front of processes of the page, with the snippet that README ships, as it stands there."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from page_support import Server, await_text

from index.paths import ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
README = ROOT / "README.md"
ONE = "server 127.0.0.1:7860;"  # the snippet's line for a process


@contextlib.contextmanager
def behind_nginx(processes: Sequence[Server], folder: Path) -> Iterator[str]:
    """The address under which nginx serves the processes; all that it writes is in `folder`."""
    assert NGINX is not None
    found = re.search(
        r"```nginx\n# in http \{ \}\n(.*?)# in server \{ \}\n(.*?)```", README.read_text("utf-8"), re.DOTALL
    )
    assert found is not None and ONE in found[1]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    http = found[1].replace(ONE, " ".join(f"server {one.url.removeprefix('http://')};" for one in processes))
    server = found[2].replace("/var/log/nginx", str(folder))
    config = folder / "nginx.conf"
    config.write_text(
        f"""daemon off; pid {folder}/pid; error_log {folder}/start.log emerg; events {{}}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{http} server {{ listen 127.0.0.1:{port}; {server} }} }}""",
        "utf-8",
    )
    process = subprocess.Popen([NGINX, "-c", str(config), "-p", str(folder), "-e", str(folder / "start.log")])
    try:
        url = f"http://127.0.0.1:{port}/gb/"
        await_text(url, "可以这样问")
        yield url
    finally:
        process.terminate()
        process.wait(10)
