"""The cluster that works for one build: connecting to it, giving it jobs, and giving a job again whose worker died.

Ray's own retries are off, so that a file which kills every worker it meets is tried three times and no more. What is
done is kept on this side (`index.inputs.ParseCache`, `index.vectors.VectorCache`), so another run has to ask only for
the rest. Documents go to this cluster and nowhere else.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from corpus.errors import GongbaoError, printable
from corpus.guard import ReadingStoppedError
from corpus.limits import Limits
from index.cluster.address import AUTO, LOCAL, endpoint
from index.cluster.errors import ClusterError, ClusterMissing, WorkerDied
from index.cluster.reader import ClusterReader
from index.cluster.remote import answer, program
from index.model.embedder import Embedder, TextsDone, Vectors
from index.readers import usual_jobs
from index.side_by_side import in_order

TRIES = 3
_CONNECT_SECONDS = 10.0
_LOOK_SECONDS = 20.0  # a job that takes longer: is there still a machine that could do it?
_STORE = 512 << 20  # bytes of shared memory for what is under way in a cluster of our own; more goes to the disk
_LONGEST = 200  # characters of Ray's own words that are shown
# For a cluster of our own: on the loopback interface, and nobody else's jobs. Ray writes a token to the user's home
# where none is given; the first name is what it calls a machine that is to be by itself on any system.
_OWN = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_AUTH_MODE": "token"}
QUIET = {"RAY_DEDUP_LOGS_SKIP_REGEX": "."}  # or Ray writes into our output that a worker died


class Cluster:
    """A Ray cluster. Use it in a `with`, which leaves it; one of our own (`local`) ends then."""

    def __init__(self, address: str, limits: Limits, jobs: int | None = None) -> None:
        """Connect to `address` (`index.cluster.address`) for `jobs` jobs at once: None for as many as suit it.

        Raises ClusterMissing without Ray, ClusterError where there is no cluster or none that could do anything.
        """
        self.address, self.limits = address, limits
        self._lock = threading.Lock()
        self._running: dict[Any, threading.Event] = {}
        self._program = program()
        self._open = ExitStack()
        try:
            self._ray = self._connected(usual_jobs(limits) if jobs is None else jobs)
            places = self._places()
            self.jobs = places if jobs is None else jobs
            if not places:
                todo = "请增加机器，或用 --memory-limit 减少每个文件的内存"
                raise ClusterError(f"集群里没有一台机器有空出的处理器和 {limits.memory} MB 内存", address, todo)
        except BaseException:
            self._open.close()
            raise
        options = {"max_retries": 0, "num_cpus": 1, "memory": limits.memory << 20}
        self._answer = self._ray.remote(**options)(answer)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def reader(self) -> ClusterReader:
        """What reads one file at a time; as many as there are `jobs` keep the cluster busy."""
        return ClusterReader(self)

    def encode(self, embedder: Embedder, batches: Sequence[list[str]], done: TextsDone) -> Iterator[Vectors]:
        """The vectors of each batch by the same model there, in order; `done` is told how many texts are."""
        stop = threading.Event()

        def one(batch: list[str]) -> Vectors:
            try:
                vectors: Vectors = self.call(stop, "embed", embedder.name, embedder.sha256, batch)
            except WorkerDied as err:
                what = f"集群里嵌入同一批文字的程序中途退出了{err}次"
                raise ClusterError(what, self.address, "做好的部分会沿用；请检查各台机器的内存后再运行一次") from err
            return vectors

        made = in_order(self.jobs, one, batches, lambda: self.interrupt(stop))
        for batch, vectors in zip(batches, made, strict=True):
            done(len(batch))
            yield vectors

    def call(self, stop: threading.Event, job: str, *given: Any) -> Any:
        """The answer of `index.cluster.remote` to a job. Raises what that gives as an error, ClusterError,
        ReadingStoppedError once `stop` is set (by `interrupt`), and WorkerDied with the number of tries."""
        for _ in range(TRIES):
            try:
                found = self._once(stop, job, given)
            except WorkerDied:
                continue
            if isinstance(found, GongbaoError):
                raise found
            return found
        raise WorkerDied(TRIES)

    def interrupt(self, stop: threading.Event) -> None:
        """From another thread: end the jobs that were begun with this event, and begin no other."""
        with self._lock:
            stop.set()
            for reference in [one for one, its_stop in self._running.items() if its_stop is stop]:
                with suppress(Exception):  # it has ended, or so has the cluster
                    self._ray.cancel(reference, force=True)

    def _once(self, stop: threading.Event, job: str, given: tuple[Any, ...]) -> Any:
        ray, errors = self._ray, self._ray.exceptions
        with self._lock:
            self._go_on(stop)
            reference = self._answer.remote(self._program, job, *given)
            self._running[reference] = stop
        try:
            while not ray.wait([reference], timeout=_LOOK_SECONDS)[0]:
                if not self._places():
                    raise ClusterError("集群里已经没有能用的机器", self.address, "做好的部分会沿用；请启动集群后再运行")
            return ray.get(reference)
        except (
            *(errors.WorkerCrashedError, errors.NodeDiedError, errors.OutOfMemoryError, errors.ObjectLostError),
            errors.TaskCancelledError,
        ) as err:
            self._go_on(stop)
            raise WorkerDied from err
        except (errors.RayError, ConnectionError) as err:
            self._go_on(stop)
            todo = "做好的部分会沿用；请检查每台机器是否装好同一版本的程序，以及 Ray 的日志"
            raise ClusterError(f"集群没有完成（{_words(err)}）", self.address, todo) from err
        finally:
            with self._lock:
                del self._running[reference]

    def _go_on(self, stop: threading.Event) -> None:
        if stop.is_set():
            raise ReadingStoppedError("已停止读取", self.address, "请再运行一次")

    def _places(self) -> int:
        """Jobs that the cluster's machines can do at once: each takes a core, and as much memory as a file may."""
        need = self.limits.memory << 20
        alive = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        return sum(int(min(own.get("CPU", 0), own.get("memory", 0) // need)) for own in alive)

    def _connected(self, own_jobs: int) -> Any:
        """The module `ray`, connected; a cluster of our own has `own_jobs` processes."""
        place = endpoint(self.address)
        if place is not None:
            _check_listens(place, self.address)
        own: dict[str, Any] = {}
        self._open.enter_context(_environment(QUIET))
        if self.address == LOCAL:
            self._open.enter_context(_environment({**_OWN, "RAY_AUTH_TOKEN": secrets.token_hex(32)}))
            folder = tempfile.TemporaryDirectory(prefix="gongbao-", ignore_cleanup_errors=True)
            own = {"num_cpus": own_jobs, "_memory": own_jobs * self.limits.memory << 20, "include_dashboard": False}
            own |= {"object_store_memory": _STORE, "_temp_dir": self._open.enter_context(folder)}
        try:
            import ray
        except ImportError as err:
            raise ClusterMissing("没有安装 Ray", "--ray", "请运行：pip install -e '.[scale]'") from err
        logging.getLogger("ray").setLevel(logging.CRITICAL)
        os.environ.pop("RAY_ADDRESS", None)  # the option says where documents go
        self._open.callback(ray.shutdown)
        for last in [False] * (TRIES - 1) + [True] if own else [True]:
            try:
                ray.init(self.address, log_to_driver=False, logging_level=logging.CRITICAL, **own)
                break
            except Exception as err:  # Ray raises bare classes of Python's, and its own
                if last:
                    raise _unreachable(err, self.address) from err
                ray.shutdown()  # it gives a cluster of our own half a minute, too little beside other work
        return ray


def _check_listens(place: tuple[str, int], address: str) -> None:
    """Ray tries for minutes where nothing listens, or ends the program itself."""
    try:
        socket.create_connection(place, _CONNECT_SECONDS).close()
    except OSError as err:
        why = err.strerror or "没有应答"
        raise ClusterError(f"连不上 Ray 集群（{why}）", address, "请检查地址和端口、集群是否已启动") from err


def _unreachable(err: Exception, address: str) -> ClusterError:
    if address == AUTO and isinstance(err, ConnectionError):
        return ClusterError("本机上没有运行着的 Ray 集群", address, "请先运行 ray start --head，或改用 --ray local")
    if address == LOCAL:
        return ClusterError(f"在本机启动不了 Ray（{_words(err)}）", address, "请等机器空一些再试，或不用 --ray")
    todo = "请检查地址、集群是否已启动、Ray 和 Python 的版本是否相同、环境变量 RAY_AUTH_TOKEN 是否正确"
    return ClusterError(f"连不上 Ray 集群（{_words(err)}）", address, todo)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _words(err: Exception) -> str:
    """What Ray says in its first line, and for an error of a worker in its last."""
    lines = [line.strip() for line in str(err).splitlines() if line.strip()] or [type(err).__name__]
    return printable(lines[-1 if "Traceback" in str(err) or "ray::" in lines[0] else 0])[:_LONGEST]
