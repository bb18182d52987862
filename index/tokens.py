"""BM25 tokens: one function for clauses and questions.

jieba in search mode (a long word and the words inside it), with document numbers, figures and Latin
words kept whole, folded by NFKC and lower case. Punctuation and function words are no tokens.
"""

from __future__ import annotations

import functools
import hashlib
import re
import threading
import tomllib
from importlib import resources

from corpus.doc_number import find_numbers
from corpus.offices import short_names
from corpus.text import CJK, nfkc
from index.paths import cache_folder
from index.segmenter import Segmenter

_TOKEN = re.compile(rf"\d+(?:\.\d+)?[%‰]?(?![a-z0-9])|[a-z0-9]+(?:[-'][a-z0-9]+)*|[{CJK}]+")
_CJK_RUN = re.compile(f"[{CJK}]+")
_lock = threading.Lock()


@functools.cache
def stop_words() -> frozenset[str]:
    data = tomllib.loads(resources.files("index").joinpath("data/stop_words.toml").read_text("utf-8"))
    return frozenset(data["function_words"]["words"])


@functools.cache
def segmenter() -> Segmenter:
    """The words of questions and clauses alike; its dictionary is kept in our cache folder."""
    return Segmenter(cache_folder() / "jieba", short_names())


def tokenize(text: str) -> list[str]:
    """Tokens of a clause or a question, repeated as often as they occur.

    A document number is a token as a whole (「离政办发〔2023〕9号」, whatever its brackets and noughts) beside its
    parts, `12.5%` is one; a Chinese stretch is cut by jieba's search mode.
    Text of punctuation only has no tokens.
    """
    with _lock:
        words = segmenter()
    stops = stop_words()
    folded = nfkc(text).lower()
    out = [cited.number.plain.lower() for cited in find_numbers(folded)]
    for match in _TOKEN.finditer(folded):
        token = match.group()
        if _CJK_RUN.fullmatch(token):
            out += [word for word in words.cut_for_search(token) if word not in stops]
        else:
            out.append(token)
    return out


# What `tokenize` runs and reads: an index searched with other tokens than it was built with finds less, silently.
# A test compares this with the modules' imports.
DEPENDS_ON = (
    ("corpus", "doc_number.py"),
    ("corpus", "numbering.py"),
    ("corpus", "offices.py"),
    ("corpus", "text.py"),
    ("corpus", "words.py"),
    ("corpus", "data/doc_numbers.toml"),
    ("corpus", "data/offices.toml"),
    ("corpus", "data/misreadings.toml"),
    ("corpus", "data/words.toml"),
    ("index", "segmenter.py"),
    ("index", "tokens.py"),
    ("index", "data/stop_words.toml"),
)


@functools.cache
def fingerprint() -> dict[str, str]:
    """What the tokens depend on, for the manifest: jieba's version, and a hash over our code and word lists."""
    import jieba

    digest = hashlib.sha256()
    for package, name in DEPENDS_ON:
        content = resources.files(package).joinpath(name).read_bytes().replace(b"\r\n", b"\n")
        digest.update(hashlib.sha256(content).digest())
    return {"jieba": str(jieba.__version__), "program_sha256": digest.hexdigest()}
