"""The index that the page answers from, brought up to date while it runs.

A build publishes a keyword index first and adds vectors later; it may also replace everything. A
background thread watches the manifest and swaps in what is new as a whole, so that a question sees
either the old index or the new one.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, replace

from corpus.errors import GongbaoError
from index.address import Where
from index.opening import Stamp, is_building, published
from retriever.ask import Asker
from retriever.page.collection import Collection

_EVERY = 1.0  # seconds between looks at the manifest


@dataclass(frozen=True, slots=True)
class Now:
    """What can be answered from at this moment. `trouble` says why not, or why what is new can't be
    used; `building` that a build is at work on the index."""

    collection: Collection | None
    trouble: str | None = None
    building: bool = False
    opening: bool = False


class LiveIndex:
    """Holds the newest usable index. `now` may be read from any thread."""

    def __init__(self, folder: Where) -> None:
        self.folder = folder
        self._now = Now(None, opening=True)
        self._tried: Stamp | None = None  # the manifest that was last tried
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="index-watch", daemon=True)

    @property
    def now(self) -> Now:
        return self._now

    def start(self) -> None:
        """Open the index in the background and watch it from then on."""
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def look(self) -> None:
        """Look once: open the index if there is a new one, and note whether a build is at work."""
        stamp = published(self.folder)
        held = self._now.collection
        expired = held is not None and stamp is not None and held.asker.engine.outdated()
        if stamp is None or stamp != self._tried or expired:
            self._open(stamp)
        building = is_building(self.folder)
        if building != self._now.building:
            self._now = replace(self._now, building=building)

    def _watch(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(_EVERY)

    def _open(self, stamp: Stamp | None) -> None:
        held = self._now.collection
        if stamp is None and held is not None:
            return  # the folder was taken away: what is in memory still answers
        try:
            self._now = Now(self._collect(), building=self._now.building)
        except GongbaoError as err:
            self._fail(str(err))
        except OSError as err:
            self._fail(f"{self.folder}：读不了索引（{err.strerror or err}）")
        except Exception as err:  # whatever it is, the watch goes on and the old index answers
            self._fail(f"{self.folder}：索引打不开（{type(err).__name__}：{err}）。请运行：python build_index.py")
        self._tried = stamp

    def _collect(self) -> Collection:
        """Open the index. Examples are looked for only among new clauses."""
        asker = Asker.open(self.folder)
        held = self._now.collection
        if held is not None and held.asker.engine.info.version == asker.engine.info.version:
            return Collection.of(asker, held.examples)
        return Collection.of(asker)

    def _fail(self, trouble: str) -> None:
        if trouble != self._now.trouble:
            print(trouble, file=sys.stderr)
        self._now = replace(self._now, trouble=trouble, opening=False)
