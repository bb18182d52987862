"""Small questions, hits and a system of three clauses, shared by the tests of `eval`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.model import Answer, Asked, Hit, Kind, Label, Office, Question, Response

NUMBER = "离政发〔2023〕5号"
QUOTE = "普查经费由区财政局负责和协调"
OTHER_QUOTE = "普查宣传由区委宣传部负责"


def question(
    id: str = "q1",
    *,
    kind: Kind = Kind.OFFICE,
    labels: Sequence[tuple[str | None, str]] = ((NUMBER, QUOTE),),
    answers: Sequence[str] = ("区财政局",),
    split: str | None = None,
    file: str = "questions.jsonl",
    text: str = "普查的钱归谁管？",
) -> Question:
    relevant = () if kind is Kind.NONE else tuple(Label(*label) for label in labels)
    return Question(id, kind, text, relevant, () if kind is Kind.NONE else tuple(answers), split, file, 1)


def none_question(id: str = "n1") -> Question:
    return question(id, kind=Kind.NONE, text="火星上能办身份证吗？")


def hit(text: str = QUOTE, number: str | None = NUMBER, id: str = "c1") -> Hit:
    return Hit(id, number, text)


def misses(count: int, start: int = 1) -> list[Hit]:
    """Hits that hold no label, with ids of their own."""
    return [Hit(f"miss-{at}", NUMBER, "与题目无关的文字") for at in range(start, start + count)]


def response(
    hits: Sequence[Hit] = (),
    *,
    answered: bool = True,
    confidence: float = 0.5,
    text: str | None = None,
    offices: Sequence[Office] = (),
    cautioned: bool = False,
) -> Response:
    answer = None if text is None else Answer(text, hits[0].clause_id if hits else "", tuple(offices))
    return Response(tuple(hits), answered, confidence, answer, mode_used="hybrid", cautioned=cautioned)


def asked(one: Question, answer: Response, ms: float = 10.0) -> Asked:
    return Asked(one, answer, ms)


class ThreeClauses:
    """A system that returns its three clauses in the order in which it was given them."""

    name = "three"
    calibrated = True

    def __init__(self, passages: Sequence[Hit]) -> None:
        self.passages = passages
        self.asked: list[str] = []

    def ask(self, question: str, k: int) -> Response:
        self.asked.append(question)
        return response(self.passages[:k], text=self.passages[0].text[:160], confidence=0.8)


def row(**changes: Any) -> dict[str, Any]:
    """A good line of a question file."""
    good = {
        "id": "q1",
        "kind": "office",
        "question": "普查的钱归谁管？",
        "relevant": [{"doc_number": NUMBER, "quote": QUOTE}],
        "answer": ["区财政局"],
    }
    return good | changes


def write_rows(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows), encoding="utf-8")
    return path
