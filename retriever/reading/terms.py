"""A question's content words with their weights, and how much of them a text holds."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from corpus.text import CJK, nfkc

# Tokens that count: of a question with more the heaviest. The labelled questions have 22 at most.
_MOST = 32
# What is asked for stands next to the interrogative: 「有多少耕地」「注册资金是多少」.
_ASKED = re.compile(
    rf"(?P<before>[{CJK}\w]{{0,8}}?)(?:是|为|有|要|能|给|在|由|归|从|到|达到|占){{0,2}}"
    rf"(?:多少|几|何时|什么时[候间]|哪[一]?[天年月日个里些位家份]|谁|多久|多长时间|多大|什么|百分之几)(?P<after>[{CJK}\w]{{0,8}})"
)
# A time says when, not what: 「…利用率到2025年要达到多少」.
_WHEN = re.compile(
    r"(?:[到至在]|截至)?(?:(?:19|20)\d\d|[今明去本])年(?:度|底|末|前|[上下]半年)?|[到至]?\d{1,2}月(?:份|底|末)?"
)


def fold(text: str) -> str:
    """The form in which words are compared: NFKC, lower case, no white space: `Ａ 区 人社局` → `a区人社局`."""
    return "".join(nfkc(text).lower().split())


@dataclass(frozen=True, slots=True)
class Terms:
    """Content tokens of a question with their weights (idf); `focus` are those next to what is asked."""

    weights: Mapping[str, float]
    focus: frozenset[str]
    other: Mapping[str, tuple[str, ...]]  # a token and what official documents write for it
    unknown: frozenset[str]  # tokens that no clause of the index holds
    known: Mapping[str, float] = field(init=False)  # the weights of all others

    def __post_init__(self) -> None:
        known = {token: weight for token, weight in self.weights.items() if token not in self.unknown}
        object.__setattr__(self, "known", known)

    @classmethod
    def of(
        cls,
        question: str,
        tokenize: Callable[[str], list[str]],
        idf: Callable[[str], float],
        is_known: Callable[[str], bool],
        official: Mapping[str, Sequence[str]],
    ) -> Terms:
        """Tokens of `question` weighted by `idf`; a token that no clause holds keeps its full weight.

        `official` are the everyday words of the question with what stands for them: their tokens
        count as held where one of those terms stands.
        """
        weights = {token: idf(token) for token in tokenize(question)}
        if len(weights) > _MOST:
            weights = dict(sorted(weights.items(), key=lambda pair: -pair[1])[:_MOST])
        other: dict[str, tuple[str, ...]] = {}
        for lay, terms in official.items():
            for token in tokenize(lay):
                if token in weights:
                    other[token] = (*other.get(token, ()), *(fold(term) for term in terms))
        near: set[str] = set()
        for match in _ASKED.finditer(_WHEN.sub("", nfkc(question))):
            near.update(tokenize(match["before"]) + tokenize(match["after"]))
        unknown = frozenset(token for token in weights if not is_known(token))
        return cls(weights, frozenset(near & set(weights)), other, unknown)

    def _holds(self, folded: str, token: str) -> bool:
        other = self.other.get(token)
        return holds(folded, token) or (other is not None and any(term in folded for term in other))

    @property
    def known_share(self) -> float:
        """Share of the tokens' weight that some clause of the index holds, or that has an official word: 0…1;
        0 if there are no tokens."""
        total = sum(self.weights.values())
        strange = [token for token in self.unknown if token not in self.other]
        known = total - sum(self.weights[token] for token in strange)
        return known / total if total > 0 else 0.0

    def coverage(self, folded: str) -> float:
        """Share of the known tokens' weight that stands in a folded text: 0…1; 0 if none is known."""
        return self._share(self.known, folded)

    def focus_coverage(self, folded: str) -> float:
        """`coverage` of the tokens next to what is asked, unknown ones included; 0 if there are no such tokens."""
        return self._share({token: self.weights[token] for token in self.focus}, folded)

    def discounted(self, heads: str, share: float) -> Terms:
        """The same terms, where a token that stands in `heads` (folded) has only `share` of its weight."""
        weights = {token: w * (share if self._holds(heads, token) else 1.0) for token, w in self.weights.items()}
        return replace(self, weights=weights)

    def _share(self, weights: Mapping[str, float], folded: str) -> float:
        total = sum(weights.values())
        if total <= 0:
            return 0.0
        return sum(weight for token, weight in weights.items() if self._holds(folded, token)) / total


def holds(folded: str, token: str) -> bool:
    """Whether a token stands in a folded text; a figure only as a whole (5 is not in 15), and a post
    not where only its deputy stands (组长 is not in 副组长)."""
    if token not in folded:
        return False
    if not token[0].isdigit():
        return folded.count(token) > folded.count(f"副{token}")
    return _whole(token).search(folded) is not None


@functools.lru_cache(maxsize=512)
def _whole(figure: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.]){re.escape(figure)}(?![\d])")
