"""`python -m index info|verify|make-model|train`: look at an index, check it, make the default model."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from corpus import console
from corpus.arguments import Parser
from corpus.errors import UsageError
from index.address import INDEX_HELP, Where, parse_where
from index.doubts import doubt_lines
from index.engine import ModelInfo
from index.local.manifest import build_command
from index.paths import DEFAULT_INDEX


def parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m index",
        description="查看或检查索引。另有：make-model（制作自带的模型）、train（微调自带嵌入模型）。",
        epilog="例：python -m index verify --index .index",
    )
    parser.add_argument("command", choices=("info", "verify"), help="info 看概况；verify 逐个核对所有文件的内容")
    parser.add_argument("--index", type=parse_where, default=DEFAULT_INDEX, metavar="DIR", help=INDEX_HELP)
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    return console.run(lambda: run(list(sys.argv[1:] if argv is None else argv)))


def run(words: Sequence[str]) -> int:
    """Run the subcommand that the first argument names."""
    if words[:1] == ["make-model"]:
        from index.model.make_command import main_make_model

        return main_make_model(words[1:])
    if words[:1] == ["train"]:
        return _train(words[1:])
    args = parser().parse_args(words)
    data = info(args.index) if args.command == "info" else verify(args.index)
    print(json.dumps(data, ensure_ascii=False, indent=1) if args.json else show(data))
    return 0


def _train(words: Sequence[str]) -> int:
    """Training is not in the wheel: its questions are for those who have a checkout."""
    if find_spec("index.training") is None:
        raise UsageError("这个安装里没有微调模型的程序", "train", "请在源代码的文件夹里运行 python -m index train")
    from index.training.train import main_train

    return main_train(words)


def info(where: Where) -> dict[str, Any]:
    """What the manifest says, without reading the data."""
    from index.opening import keeper

    manifest = keeper(where).manifest().to_json()
    manifest["index"] = str(where)
    manifest["megabytes"] = round(sum(one["bytes"] for one in manifest["files"].values()) / 2**20, 1)
    return manifest


def verify(where: Where) -> dict[str, Any]:
    """Open the index as a search does, but with every file's hash, however large, and every posting."""
    from index.opening import open_index

    index = open_index(where, thorough=True)
    checked = verify_model(where, index.info.model) if index.info.model else None
    return {**info(where), "verified": True, "dense": index.info.model is not None, "model_checked": checked}


def verify_model(where: Where, model: ModelInfo) -> str:
    """What was found of the files of the model that the index was made with, all of them read.

    Raises ModelError for a damaged model, with the command that makes it again.
    """
    from index.model.errors import ModelMissing
    from index.model.folder import is_made_model, own_folder
    from index.model.folder import verify as verify_files
    from index.opening import keeper

    own = own_folder(model.name)
    made = own or Path(model.name)
    if own is None and not is_made_model(made):
        return "另行指定的模型，没有核对"
    try:
        card = verify_files(made)
    except ModelMissing as err:
        return str(err)
    if card.sha256 != model.sha256:
        return f"与建索引时的不同；{build_command(where, keeper(where).manifest())}"
    return f"{len(card.files)} 个文件与制作时一致（{made}）"


def show(data: dict[str, Any]) -> str:
    model = data["model"]
    lines = [
        f"索引：{data['index']}（格式 {data['format']}，建于 {data['built']}）",
        f"公文 {data['notices']} 篇，条款 {data['clauses']} 条，向量 {data['vectors']} 个，共 {data['megabytes']} MB",
        f"嵌入模型：{model['name']}（{model['dim']} 维）" if model else "嵌入模型：无（只有关键词索引）",
        *(f"来源：{source['file']}" for source in data["sources"] if "error" not in source),
        *(f"未收入：{source['error']}" for source in data["sources"] if "error" in source),
    ]
    lines += doubt_lines(data["settings"].get("uncertain"))
    if data.get("verified"):
        lines.append("检查通过：索引的所有文件与清单一致")
    if data.get("model_checked"):
        lines.append(f"嵌入模型的文件：{data['model_checked']}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
