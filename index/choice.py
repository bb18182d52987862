"""Which embedding model makes an index's vectors: the one a user names, or which net of the default model.

The default model has two nets, float32 and int8 (`index/model/int8_make.py`), whose vectors agree but are not the
same; an index states which made its own. A large corpus gets int8 where the processor was measured to be faster with
it (`model/data/nets.toml`). An index keeps the net that it has until it has grown to twice its clauses, for a change
embeds all of it again.
"""

from __future__ import annotations

import contextlib
import functools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from index.engine import IndexInfo
from index.model.cores import instructions
from index.model.embedder import Embedder
from index.model.errors import ModelError
from index.model.folder import INT8_NAME, MODEL_NAME, default_folder, int8_folder, whole_card


@dataclass(frozen=True, slots=True)
class Choice:
    """The models whose vectors will do, as hash → name; none where there are to be no vectors, or (with a `note`)
    where there can be none. `name` is the model that a user chose, None for the default one."""

    models: dict[str, str] = field(default_factory=dict)
    name: str | None = None
    note: str | None = None

    def fits(self, sha256: str | None) -> bool:
        """Whether an index whose vectors are of that model (None: without any) needs no others."""
        return sha256 in self.models if self.models else sha256 is None or self.note is not None


def choose_model(name: str | None, load: Callable[[str], Embedder]) -> Choice:
    """The model named, which `load` loads, or the nets of the default one that have been made.

    Raises ModelError if the model named can't be loaded. The default model is known by its card, so
    that finding an index up to date loads no model.
    """
    if name is not None and name != MODEL_NAME:
        chosen = load(name)
        return Choice({chosen.sha256: chosen.name}, None if chosen.name == MODEL_NAME else chosen.name)
    try:
        models = {whole_card(default_folder()).sha256: MODEL_NAME}
    except ModelError as err:
        if name is not None:
            raise
        return Choice(note=f"没有向量，只能按关键词检索：{err}")
    if name is None:
        with contextlib.suppress(ModelError):  # set up by an earlier program, which had no such net
            models[whole_card(int8_folder()).sha256] = INT8_NAME
    return Choice(models, MODEL_NAME if name is not None else None)


def net_for(choice: Choice, clauses: int, old: IndexInfo | None) -> str:
    """The model of a choice that is to embed so many clauses; `old` is the index that they replace."""
    if INT8_NAME not in choice.models.values() or len(choice.models) == 1 or not int8_pays():
        return next(iter(choice.models.values()))
    before = None if old is None or old.model is None else choice.models.get(old.model.sha256)
    if old is not None and before is not None and clauses < 2 * old.clauses:
        return before
    return INT8_NAME if clauses >= _table()["clauses"] else MODEL_NAME


def int8_pays() -> bool:
    """Whether this processor was measured to embed faster in int8, by as much as makes it worth while, and questions
    were measured to find as much by it."""
    own, table = instructions(), _table()
    for measure in ("success_at_1", "success_at_5"):
        success = table["quality"][measure]
        if success["float32"] - success["int8"] > table["most_lost"]:
            return False
    rows = [row for row in table["measured"] if row["instructions"] in own]
    return any(row["int8"] >= table["worth"] * row["float32"] > 0 for row in rows)


@functools.cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("index").joinpath("model/data/nets.toml").read_text("utf-8"))
