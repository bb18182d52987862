"""`python -m eval QUESTIONS --leave-out …`: what is answered where nothing answers, by the thousand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.leave_out import LeftOut, Outcome, Skipped, leave_out
from eval.model import Question
from eval.output import OutputError
from eval.remaining import Why
from eval.systems import EMBEDDING_MODES, Bench
from eval.words import share

_SKIPPED = {
    Skipped.NONE: "本来就没有答案",
    Skipped.NOT_THERE: "索引里没有它的公文",
    Skipped.NO_PLACE: "它的公文没有写地名",
    Skipped.NOTHING_LEFT: "索引里没有别的公文",
    Skipped.ANSWERED: "别的公文也像是能回答",
}
_WHY = {Why.QUOTE: "有同一句话", Why.ANSWER: "有同样的答案", Why.SHORT_ANSWER: "有同样的短答案和多数词"}
_WHAT = {LeftOut.NOTICE: "去掉各题自己的公文", LeftOut.PLACE: "去掉各题所在地方的全部公文"}


def measure(
    bench: Bench, questions: Sequence[Question], left_out: LeftOut, mode: str, out: Path | None, *, as_json: bool
) -> str:
    """Ask, write the pairs if `out` is a folder, and say the totals. Raises OutputError."""
    embedder = bench.embedder if mode in EMBEDDING_MODES and bench.model is not None else None
    outcome = leave_out(bench.engine, embedder, questions, left_out, mode)
    if out is not None:
        write_pairs(out, outcome, left_out)
    totals = summary(outcome, left_out)
    return json.dumps(totals, ensure_ascii=False, indent=1) if as_json else text(totals, left_out)


def write_pairs(folder: Path, outcome: Outcome, left_out: LeftOut) -> Path:
    """One line for each question asked (`eval.leave_out.Pair.to_json`). Raises OutputError."""
    path = folder / f"left-out-{left_out.value}.jsonl"
    lines = (json.dumps(pair.to_json(left_out), ensure_ascii=False) + "\n" for pair in outcome.pairs)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines), "utf-8")
    except OSError as err:
        raise OutputError(f"写不进去（{err.strerror or err}）", str(folder), "请换一个能写的文件夹") from err
    return path


def summary(outcome: Outcome, left_out: LeftOut) -> dict[str, Any]:
    results = [pair.response for pair in outcome.pairs]
    return {
        "left_out": left_out.value,
        "mode_used": results[0].mode_used if results else None,
        "asked": len(results),
        "skipped": {one.value: outcome.skipped[one] for one in Skipped},
        "answered_by": {one.value: outcome.answered_by[one] for one in Why},
        "answered": sum(result.answered for result in results),
        "with_phone": sum(bool(pair.phones) for pair in outcome.pairs),
        "without_caution": sum(result.answered and not result.cautioned for result in results),
    }


def text(totals: dict[str, Any], left_out: LeftOut) -> str:
    """The totals as a person reads them."""
    asked = totals["asked"]
    skipped = [f"{_SKIPPED[one]} {totals['skipped'][one]} 道" for one in Skipped if totals["skipped"][one]]
    why = [f"{_WHY[one]} {totals['answered_by'][one]} 道" for one in Why if totals["answered_by"][one]]
    lines = [f"{_WHAT[left_out]}，问了 {asked} 道题，都没有答案（{totals['mode_used'] or '没有题目可问'}）："]
    for name, said in (("answered", "仍给了回答"), ("with_phone", "其中给了电话"), ("without_caution", "没有提醒核对")):
        lines.append(f"  {said}：{totals[name]} 道（{share(totals[name] / asked if asked else None)}）")
    if skipped:
        lines.append(f"没有问的题：{'，'.join(skipped)}" + (f"（{'，'.join(why)}）" if why else "") + "。")
    return "\n".join(lines)
