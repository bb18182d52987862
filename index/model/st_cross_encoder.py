"""Any sentence-transformers CrossEncoder that is on this machine: how relevant a clause is to a question."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from index.files import sha256_file
from index.model.errors import ModelError


class StCrossEncoder:
    """A model of one logit, named by its folder or by its name in the hub's local cache. Nothing is fetched."""

    def __init__(self, model: str) -> None:
        """Raises ModelError if it isn't there, can't be loaded, or gives more than one number."""
        try:
            from sentence_transformers import CrossEncoder

            self._model = CrossEncoder(model, local_files_only=True)
        except Exception as err:  # loading follows the folder's own files: anything may come out
            what = f"阅读模型装不进来（{type(err).__name__}）"
            todo = "它应是 sentence-transformers 的 CrossEncoder 的文件夹，或本机已下载的名称"
            raise ModelError(what, model, todo) from err
        if self._model.num_labels != 1:
            raise ModelError(f"阅读模型给出 {self._model.num_labels} 个数，应为 1 个", model, "请换一个用于排序的模型")
        self.sha256 = _digest(Path(model)) if Path(model).is_dir() else hashlib.sha256(model.encode()).hexdigest()

    def logits(self, question: str, clauses: Sequence[str]) -> list[float]:
        """One logit a clause, in order; no clauses give none."""
        if not clauses:
            return []
        from torch.nn import Identity

        told = self._model.predict(
            [(question, clause) for clause in clauses], activation_fn=Identity(), show_progress_bar=False
        )
        return [float(one) for one in told]


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()} {sha256_file(path)}\n".encode())
    return digest.hexdigest()
