"""Nothing leaves the machine, and nothing is written but the index and our cache folder.

Every command runs under `strace`, which sees what a library does below Python: sockets, look-ups, files. HOME is an
empty folder but for the model, so that anything a library keeps for itself shows.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.model.folder import default_folder, is_made_model
from tests.index_cases import write_notices

ROOT = Path(__file__).resolve().parent.parent.parent
STRACE = shutil.which("strace")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(STRACE is None, reason="strace is not installed: what libraries do can't be seen"),
    pytest.mark.skipif(not is_made_model(default_folder()), reason="the default model has not been made"),
]

_CALL = re.compile(r"^\d+\s+(\w+)\((.*)$")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
# What a connection or look-up shows; loopback and the system's own sockets are no way out.
_REMOTE = re.compile(r"sa_family=AF_INET6?")
_LOOPBACK = re.compile(
    r'inet_addr\("127\.|inet_pton\(AF_INET6, "(?:::1|::ffff:127\.[\d.]+)"|"::"|inet_addr\("0\.0\.0\.0"\)'
)
_LOOKED_UP = ("/etc/resolv.conf", "/etc/hosts", "/run/systemd/resolve", "/var/run/nscd", "/run/nscd")


class Sandbox:
    """A home with nothing but the model, a folder for temporary files, and what a run did in them."""

    def __init__(self, folder: Path) -> None:
        self.home, self.temporary, self.trace = folder / "home", folder / "tmp", folder / "trace"
        self.cache = self.home / ".cache" / "gongbao"
        self.index = folder / "ix"
        self.cache.mkdir(parents=True)
        self.temporary.mkdir()
        shutil.copytree(default_folder(), self.cache / default_folder().name, copy_function=os.link)
        self.env = {
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(ROOT),
        }

    def command(self, words: Sequence[str]) -> list[str]:
        calls = "trace=%network,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,symlink"
        return [str(STRACE), "-f", "-qq", "-s", "400", "-o", str(self.trace), "-e", calls, sys.executable, *words]

    def run(self, *words: str) -> str:
        done = subprocess.run(
            self.command(words), capture_output=True, text=True, check=False, cwd=ROOT, env=self.env, timeout=600
        )
        if "ptrace" in done.stderr and done.returncode != 0:
            pytest.skip("may not trace processes here")
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def calls(self) -> list[tuple[str, str]]:
        lines = self.trace.read_text("utf-8", "replace").splitlines()
        found = [match for line in lines if (match := _CALL.match(line))]
        assert found, "strace saw nothing"
        return [(match[1], match[2]) for match in found]

    def ways_out(self) -> list[str]:
        """Connections to other machines, datagrams to them, look-ups of hosts."""
        out = []
        for name, rest in self.calls():
            if name in ("connect", "sendto", "sendmsg", "sendmmsg") and _REMOTE.search(rest):
                if not _LOOPBACK.search(rest):
                    out.append(f"{name}({rest}")
            elif name in ("openat", "open") and rest.split('"')[1:2] and rest.split('"')[1].startswith(_LOOKED_UP):
                out.append(f"{name}({rest}")
        return out

    def written(self) -> list[str]:
        """Paths that were made or opened for writing outside the index, our cache folder and devices."""
        allowed = (str(self.index), str(self.cache), str(self.temporary), "/dev/", "/proc/")
        out = []
        for name, rest in self.calls():
            path = _PATH.search(rest)
            if (
                path is None
                or " = -1 " in rest
                or (name in ("openat", "open") and not re.search(r"O_WRONLY|O_RDWR|O_CREAT", rest))
            ):
                continue
            if name in (
                "openat",
                "open",
                "creat",
                "mkdir",
                "mkdirat",
                "rename",
                "renameat",
                "renameat2",
                "link",
                "symlink",
            ):
                where = str((ROOT / path[1]).resolve()) if not path[1].startswith("/") else path[1]
                if not where.startswith(allowed) and where != str(self.cache.parent):
                    out.append(f"{name} {where}")
        return out

    def kept(self) -> list[str]:
        """What lies in home and temporary folder afterwards, our cache folder apart."""
        places = [*self.home.rglob("*"), *self.temporary.rglob("*")]
        ours = (self.cache, self.cache.parent)
        return [str(path) for path in places if path not in ours and self.cache not in path.parents]

    def check(self) -> None:
        assert self.ways_out() == []
        assert self.written() == []
        assert self.kept() == []


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path)


def test_a_build_and_a_question_by_meaning(sandbox: Sandbox, tmp_path: Path) -> None:
    inputs = write_notices(tmp_path / "in")
    built = json.loads(sandbox.run("build_index.py", str(inputs), "--index", str(sandbox.index), "--json"))
    assert built["dense"] and built["vectors"] > 0
    sandbox.check()
    words = ("-m", "retriever", "停用了哪些印章", "--index", str(sandbox.index), "--json")
    found = json.loads(sandbox.run(*words))
    assert found["mode_used"] == "hybrid" and found["hits"]
    sandbox.check()


def test_a_page_and_a_question_on_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """The page is asked over loopback, and stays up long enough for a library to report what it has counted."""
    import httpx

    sandbox.run("build_index.py", str(write_notices(tmp_path / "in")), "--index", str(sandbox.index))
    command = sandbox.command(["ui.py", "--index", str(sandbox.index), "--port", "0"])
    with (tmp_path / "stderr").open("w+") as errors:
        page = subprocess.Popen(command, stderr=errors, cwd=ROOT, env=sandbox.env, start_new_session=True)
        try:
            url = ""
            for _ in range(1200):
                seen = re.search(r"(http://\S+:\d+)", (tmp_path / "stderr").read_text("utf-8"))
                assert page.poll() is None, (tmp_path / "stderr").read_text("utf-8")
                if seen:
                    url = seen[1]
                    break
                time.sleep(0.1)
            for _ in range(600):
                try:
                    answer = httpx.get(url, params={"q": "停用了哪些印章"}, timeout=60)
                    if "离政发〔2023〕3号" in answer.text:
                        break
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
            assert "印章" in answer.text
            time.sleep(5)
        finally:
            os.killpg(page.pid, signal.SIGTERM)
            page.wait(30)
    assert sandbox.ways_out() == []
    assert sandbox.written() == []
    assert sandbox.kept() == []


# What a dependency is imported as, where its name doesn't say so.
_MODULES = {
    "sentence-transformers": "sentence_transformers",
    "faiss-cpu": "faiss",
    "python-docx": "docx",
    "ir-measures": "ir_measures",
    "opencc": "opencc",
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
}


def direct_dependencies() -> list[str]:
    """The modules of what pyproject.toml names for running the program."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    names = [
        re.split(r"[=<>\[ ]", line)[0].lower()
        for line in (*project["dependencies"], *extras["mcp"], *extras["documents"])
    ]
    return [_MODULES.get(name, name.replace("-", "_")) for name in names]


def test_every_dependency(sandbox: Sandbox) -> None:
    """All of them imported after our own package, as the program does it; the recognition of scans is used too."""
    code = f"""
import importlib, corpus
for name in {direct_dependencies()!r}:
    importlib.import_module(name)
import numpy, rapidocr
picture = numpy.full((80, 320, 3), 255, numpy.uint8)
import cv2
cv2.putText(picture, "GONGBAO 2023", (10, 50), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
rapidocr.RapidOCR(params={{"Global.log_level": "critical", "Global.use_cls": False}})(picture)
import time
time.sleep(3)
print("all there")
"""
    assert "all there" in sandbox.run("-c", code)
    assert sandbox.ways_out() == []


def test_libraries_are_told_before_they_are_loaded() -> None:
    """Whichever module of ours is loaded first, these libraries find the switches set."""
    watched = ("onnxruntime", "huggingface_hub", "transformers", "sentence_transformers", "gradio", "rapidocr")
    code = """
import importlib, os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        told = os.environ.get("ORT_DISABLE_TELEMETRY") == "1" and os.environ.get("HF_HUB_OFFLINE") == "1"
        if name in WATCHED and not told:
            print("LOUD", name)
        return None
sys.meta_path.insert(0, Watch())
module = importlib.import_module(sys.argv[1])
"""
    code = f"WATCHED = {watched!r}\n{code}"
    env = {key: value for key, value in os.environ.items() if not key.startswith(("ORT_", "HF_", "GRADIO_"))}
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for layer in ("corpus", "index", "retriever", "eval")
        for path in sorted((ROOT / layer).rglob("*.py"))
        if re.search(rf"^\s*(?:import|from) (?:{'|'.join(watched)})\b", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert "index.model.onnx_embedder" in modules
    for module in [*modules, "corpus.documents.ocr"]:
        done = subprocess.run(
            [sys.executable, "-c", code, module], capture_output=True, text=True, check=False, cwd=ROOT, env=env
        )
        assert done.returncode == 0, done.stderr[-2000:]
        assert "LOUD" not in done.stdout, module
