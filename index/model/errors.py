"""What can be wrong with an embedding model."""

from __future__ import annotations

from corpus.errors import GongbaoError


class ModelError(GongbaoError):
    """An embedding model that can't be found, loaded or used."""


class ModelMissing(ModelError):  # noqa: N818 (named like the index's IndexMissing)
    """The default model has not been made yet."""
