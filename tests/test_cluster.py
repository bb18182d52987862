"""Building by a Ray cluster: the same index, whatever dies; and what is said where there is no cluster.

The cluster has two machines of one core each, both of them processes here. Ray names a process after the job that it
does, by which one is found in the middle of its work.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import secrets
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import build_index
from corpus.limits import Limits
from index.build import build
from index.cluster.address import endpoint
from index.cluster.connection import QUIET, Cluster
from index.cluster.errors import ClusterError, WorkerDied
from index.report import READING
from tests.index_cases import NOTICES, write_notices

HAS_RAY = importlib.util.find_spec("ray") is not None and sys.platform == "linux"
NEEDS_RAY = pytest.mark.skipif(not HAS_RAY, reason="Ray is not installed (extra scale), or this is not Linux")
DEAR = pytest.mark.skipif(os.environ.get("THOROUGH") != "1", reason="takes long: THOROUGH=1 runs it")
LIMITS = Limits(memory=1024)


class Machines:
    """A head and a second machine, and how to kill what works on them."""

    def __init__(self, token: str) -> None:
        from ray.cluster_utils import Cluster as Nodes

        self.token = token.encode()
        common = {"num_cpus": 1, "memory": LIMITS.memory << 20, "object_store_memory": 128 << 20}
        self.nodes = Nodes()
        self.nodes.add_node(**common, **free_ports(), include_dashboard=False)
        self.second = self.nodes.add_node(**common, **free_ports())
        self.address: str = self.nodes.address

    def at_work(self) -> list[int]:
        """Processes of this cluster that are in the middle of a job."""
        found = []
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if folder.name.isdigit() and (folder / "cmdline").read_bytes().startswith(b"ray::answer"):
                    found += [int(folder.name)] if self.token in (folder / "environ").read_bytes() else []
        return found

    def lose_second(self, pid: int) -> bool:
        """Kill all of the second machine if the process is one of its own."""
        raylet = self.second.all_processes["raylet"][0].process.pid
        if f"\nPPid:\t{raylet}\n" not in Path(f"/proc/{pid}/status").read_text() or not stopped(pid):
            return False
        self.nodes.remove_node(self.second, allow_graceful=False)
        os.kill(pid, signal.SIGKILL)
        return True


def free_ports() -> dict[str, int]:
    """Ports for what Ray would have half a minute to choose ports itself."""
    names = ("metrics_agent_port", "metrics_export_port", "dashboard_agent_listen_port", "runtime_env_agent_port")
    with contextlib.ExitStack() as opened:
        sockets = [opened.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in names]
        return {name: one.getsockname()[1] for name, one in zip(names, sockets, strict=True)}


def patient(patch: pytest.MonkeyPatch) -> None:
    """Ray gives a machine half a minute to start, and its agent as long to choose a port: too little beside a suite
    of tests."""
    from ray._private import services

    get_node, start = services.get_node, services.start_ray_process

    def wait_for_node(*which: Any) -> Any:
        end = time.monotonic() + 300
        while time.monotonic() < end:
            with contextlib.suppress(RuntimeError):
                return get_node(*which)
            time.sleep(0.2)
        return get_node(*which)

    def start_with_port(command: list[str], kind: str, *more: Any, **options: Any) -> Any:
        agent = next((word for word in command if "--listen-port=" in word), None)
        if agent is not None:
            port = agent.partition("--listen-port=")[2].split()[0]
            command = [*command, f"--dashboard_agent_listen_port={port}"]
        return start(command, kind, *more, **options)

    patch.setattr(services, "get_node", wait_for_node)
    patch.setattr(services, "start_ray_process", start_with_port)


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    token = secrets.token_hex(32)
    folder = Path("/tmp", f"gongbao-test-{os.getpid()}")  # names of sockets may not be long
    (folder / "ray").mkdir(parents=True)
    names = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token, "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    names |= {"RAY_TMPDIR": str(folder), "PYTHONPATH": str(Path(__file__).parents[1])}
    names |= {**QUIET, "RAY_agent_register_timeout_ms": "300000", "RAY_worker_register_timeout_seconds": "300"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in names.items():
            patch.setenv(name, value)
        patient(patch)
        found = Machines(token)
        yield found
        found.nodes.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


def stopped(pid: int) -> bool:
    """The process stands still in the middle of a job; one that has just finished goes on."""
    os.kill(pid, signal.SIGSTOP)
    if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"ray::answer"):
        return True
    os.kill(pid, signal.SIGCONT)
    return False


def kill(pid: int) -> bool:
    if not stopped(pid):
        return False
    os.kill(pid, signal.SIGKILL)
    return True


class Killer:
    """Kills so many jobs in the middle, one after the other; `strike` says of each whether it did."""

    def __init__(self, machines: Machines, times: int, strike: Callable[[int], bool] = kill) -> None:
        self.killed: list[int] = []
        self._machines, self._times, self._strike, self._over = machines, times, strike, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while len(self.killed) < self._times and not self._over.wait(0.002):
            for pid in self._machines.at_work():
                with contextlib.suppress(OSError):  # it has just ended
                    if pid not in self.killed and len(self.killed) < self._times and self._strike(pid):
                        self.killed.append(pid)


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs whose workers died, as the driver sees it."""
    seen: list[str] = []
    once = Cluster._once

    def watched(self: Cluster, stop: threading.Event, job: str, given: tuple[Any, ...]) -> Any:
        try:
            return once(self, stop, job, given)
        except WorkerDied:
            seen.append(given[1] if job == "parse" else job)
            raise

    monkeypatch.setattr(Cluster, "_once", watched)
    return seen


def stored(index: Path) -> dict[str, bytes]:
    """Every file of an index and its cache but the manifest, which names a data folder by chance."""
    return {
        re.sub("^data-[^/]*", "data", path.relative_to(index).as_posix()): path.read_bytes()
        for path in sorted(index.rglob("*"))
        if path.is_file() and path.name not in ("build.lock", "manifest.json")
    }


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_notices(tmp_path_factory.mktemp("cluster") / "in")
    (folder / "empty.txt").write_text("")
    return folder


@NEEDS_RAY
def test_a_cluster_builds_the_same_although_a_worker_is_killed(
    machines: Machines, inputs: Path, tmp_path: Path, deaths: list[str]
) -> None:
    alone = build([inputs], tmp_path / "alone", limits=LIMITS, jobs=1)
    with Killer(machines, 1) as killer:
        report = build([inputs], tmp_path / "many", limits=LIMITS, ray=machines.address)
    assert len(killer.killed) == 1 and len(deaths) == 1
    assert [file.file for file in report.files] == [file.file for file in alone.files]
    assert [(file.file, file.error) for file in report.failed] == [(file.file, file.error) for file in alone.failed]
    assert report.vectors == alone.vectors == report.embedded
    assert stored(tmp_path / "many") == stored(tmp_path / "alone")


@NEEDS_RAY
def test_a_second_run_sends_only_what_the_first_did_not_finish(
    machines: Machines, inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(stage: str, count: int, _: int) -> None:
        if stage == READING and count == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build([inputs], tmp_path, limits=LIMITS, dense=False, ray=machines.address, progress=stop)
    sent: list[str] = []
    once = Cluster._once
    monkeypatch.setattr(Cluster, "_once", lambda *all: sent.append(all[-1][1]) or once(*all))
    report = build([inputs], tmp_path, limits=LIMITS, dense=False, ray=machines.address)
    assert report.notices == len(NOTICES)
    assert sorted(sent) == sorted(file.file for file in report.files if not file.reused)
    assert len(sent) <= len(NOTICES) - 2


@DEAR
@NEEDS_RAY
def test_a_file_that_loses_three_workers_is_named_and_the_others_are_built(
    machines: Machines, tmp_path: Path, deaths: list[str]
) -> None:
    first, last = list(NOTICES)[:-1], list(NOTICES)[-1]
    inputs = write_notices(tmp_path / "in", first)
    build([inputs], tmp_path / "ix", limits=LIMITS, dense=False, jobs=1)
    write_notices(inputs, [last])
    with Killer(machines, 3) as killer:
        report = build([inputs], tmp_path / "ix", limits=LIMITS, dense=False, ray=machines.address)
    assert len(killer.killed) == 3 and deaths == [last] * 3
    (failed,) = report.failed
    assert failed.file == last and "3次" in str(failed.error) and str(inputs / last) in str(failed.error)
    assert report.notices == len(first) and all(file.reused for file in report.files if file.error is None)


@NEEDS_RAY
def test_a_machine_with_another_program_ends_the_build_with_one_line(machines: Machines, inputs: Path) -> None:
    with Cluster(machines.address, LIMITS) as cluster:
        assert cluster.jobs == 2
        cluster._program = "another"
        with pytest.raises(ClusterError, match="另一个版本") as caught:
            cluster.reader().parse(inputs / "3号.txt")
        assert "\n" not in str(caught.value)


@DEAR
@NEEDS_RAY
def test_a_machine_is_lost_in_the_middle(
    machines: Machines, tmp_path: Path, deaths: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    """The last of these tests: the cluster has one machine afterwards."""
    for copy in range(6):
        write_notices(tmp_path / "in" / str(copy))
    capfd.readouterr()
    with Killer(machines, 1, machines.lose_second) as killer:
        report = build(
            [tmp_path / "in"], tmp_path / "ix", limits=LIMITS, dense=False, rebuild=True, ray=machines.address
        )
    assert len(killer.killed) == 1 and len(deaths) == 1
    assert report.failed == [] and len(report.files) == 6 * len(NOTICES)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("address", "place"),
    [
        *(("10.0.0.1:6379", ("10.0.0.1", 6379)), ("ray://head.gov:10001", ("head.gov", 10001))),
        *(("[::1]:6379", ("::1", 6379)), ("head", None), ("head:0", None), ("head:99999", None), ("head:x", None)),
        *(("http://head:80", None), ("u@head:1", None), ("head:1/x", None), ("", None), (":1", None), ("[::1:1", None)),
        *(("a b:1", None), ("a\n:1", None), ("ray://", None)),
    ],
)
def test_forms_of_addresses(address: str, place: tuple[str, int] | None) -> None:
    assert endpoint(address) == place


def test_an_address_of_no_such_form_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        build_index.main(["--ray", "head"])
    assert left.value.code == 2 and "--ray" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["{}", "ray://{}"])
def test_no_cluster_at_the_address_is_one_line(
    form: str, inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = form.format("127.0.0.1:9")
    assert build_index.main([str(inputs), "--index", str(tmp_path), "--ray", address]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{address}：连不上 Ray 集群")


def test_without_ray_what_to_install_is_one_line(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # as where it is not installed
    assert build_index.main([str(inputs), "--index", str(tmp_path), "--ray", "auto"]) == 2
    assert capsys.readouterr().err == "--ray：没有安装 Ray。请运行：pip install -e '.[scale]'\n"
