"""Words loaded by first character are the words jieba itself would use."""

from __future__ import annotations

import threading

import jieba
import pytest

from index.segmenter import Segmenter
from tests.index_cases import GAZETTE

NAMES = ["区人社局", "发改局"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    Segmenter(folder)
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """jieba as it comes, with its whole dictionary."""
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    tokenizer.initialize()
    for name in NAMES:
        tokenizer.add_word(name)
    return tokenizer


def test_the_gazette_is_cut_as_jieba_cuts_it(folder, whole):
    ours = Segmenter(folder, NAMES)
    for line in GAZETTE.read_text("utf-8").split("\n")[::5]:
        assert list(ours.cut_for_search(line)) == list(whole.cut_for_search(line))


def test_a_question_alone_is_cut_the_same(folder, whole):
    """Nothing else was cut before it: all words it needs are there."""
    for question in ("拖欠农民工工资归区人社局管吗", "发改局电话", "𠮷野家 abc", "", "，。", "喆镕㛃"):
        assert list(Segmenter(folder, NAMES).cut_for_search(question)) == list(whole.cut_for_search(question))


def test_without_guessing_and_frequencies(folder, whole):
    for line in GAZETTE.read_text("utf-8").split("\n")[:200:5]:
        assert list(Segmenter(folder, NAMES).cut(line, HMM=False)) == list(whole.cut(line, HMM=False))
    for word in ("工资", "农", "农民工工资", "区人社局", "没有这词", ""):
        assert Segmenter(folder, NAMES).frequency(word) == whole.FREQ.get(word, 0)


def test_from_many_threads(folder, whole):
    lines = GAZETTE.read_text("utf-8").split("\n")[:400]
    expected = [list(whole.cut_for_search(line)) for line in lines]
    ours = Segmenter(folder, NAMES)
    wrong = []

    def cut_all(start: int) -> None:
        for place in [*range(start, len(lines)), *range(start)]:
            if list(ours.cut_for_search(lines[place])) != expected[place]:
                wrong.append(lines[place])

    threads = [threading.Thread(target=cut_all, args=(start * 50,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_damaged_file_is_made_anew(tmp_path, whole):
    Segmenter(tmp_path)
    (path,) = tmp_path.iterdir()
    sound = path.read_bytes()
    for damaged in (sound[:-20], b"\xff" * 100):
        path.write_bytes(damaged)
        assert list(Segmenter(tmp_path).cut_for_search("农民工工资")) == list(whole.cut_for_search("农民工工资"))
        assert path.read_bytes() == sound


def test_a_folder_that_cannot_be_written_to(tmp_path, whole):
    (tmp_path / "file").write_text("in the way")
    assert list(Segmenter(tmp_path / "file").cut_for_search("农民工工资")) == list(whole.cut_for_search("农民工工资"))
