"""What can go wrong with a cluster. None of it is the fault of a file, so it ends the build."""

from __future__ import annotations

from corpus.errors import GongbaoError, UsageError


class ClusterError(GongbaoError):
    """The cluster can't be reached, or can't do what it was asked."""


class ClusterMissing(UsageError):  # noqa: N818 (as IndexMissing and its like)
    """Ray is not installed."""


class WorkerDied(Exception):  # noqa: N818
    """One job brought its worker down, or lost it, as often as it is tried."""
