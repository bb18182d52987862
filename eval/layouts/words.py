"""Words and sentences for generated files, filled in from `words.toml`."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any

from eval.layouts.chooser import Chooser, Seeded


@functools.cache
def word_lists() -> dict[str, Any]:
    """The lists of `words.toml`."""
    return tomllib.loads(resources.files("eval.layouts").joinpath("words.toml").read_text("utf-8"))


class Writer:
    """Writes words and sentences, and never the same sentence twice: where a sentence of a file turns up is to be
    one question with one answer.

    `chooser` chooses what makes a difference to the structure. What fills its gaps follows from one number of it:
    hypothesis would spend its time on thousands of words otherwise.
    """

    def __init__(self, chooser: Chooser) -> None:
        self.chooser = chooser
        self._words: Chooser = Seeded(chooser.below(1 << 16))
        self.lists = word_lists()
        self._used: set[str] = set()
        self._turn = 0
        self._topic = ""

    def new_topic(self) -> None:
        """What the next document is about: most of its sentences name it."""
        self._topic = str(self.word(self.lists["subject"]["words"]))

    def word(self, options: list[Any]) -> Any:
        """One of a list."""
        return options[self._words.below(len(options))]

    def place(self) -> dict[str, str]:
        found: dict[str, str] = self.word(self.lists["place"])
        return found

    def subject(self) -> str:
        return str(self.word(self.lists["subject"]["words"]))

    def new_regulation(self, place: str) -> str:
        """The name of a regulation that the file doesn't have yet."""
        name = self.regulation(place)
        while name in self._used:
            name = self.regulation(place)
        self._used.add(name)
        return name

    def regulation(self, place: str) -> str:
        """The name of any regulation."""
        ending = self.word(self.lists["regulation"]["endings"])
        trial = self._words.chance(15) and not {"试行", "暂行", "条例"} & {ending[:2], ending[-2:], ending[2:4]}
        return f"{place}{self.subject()}{ending}{'（试行）' if trial else ''}"

    def person(self) -> str:
        return f"{self.word(self.lists['surnames'])}{self.word(self.lists['given_names'])}"

    def phone(self) -> str:
        """A number with or without its area code, no two alike."""
        self._turn += 1
        area = self.chooser.one(["", "0599-", "0736-"])
        return f"{area}8{self._words.between(1000, 9999)}{self._turn % 90 + 10}{self._words.below(10) if area else ''}"

    def fill(self, pattern: str, place: str, **more: str) -> str:
        """A pattern with words in its gaps."""
        office, other = (str(self.word(self.lists["office"])["name"]) for _ in range(2))
        level = place[-1]
        on_topic = self._topic and self._words.chance(65)
        values = {
            "place": place,
            "office": level + office,
            "other": level + other,
            "subject": self._topic if on_topic else self.subject(),
            "n": str(self._words.between(12, 99)),
            "m": str(self._words.between(2, 9)),
        } | more
        if "{regulation}" in pattern and "regulation" not in more:
            values["regulation"] = self.regulation(self.place()["name"])
        if "{cited}" in pattern:
            cited, body = self.place(), self.word(self.lists["office"])
            values["cited"] = f"{cited['code']}{body['code']}〔20{self._words.between(10, 18)}〕{values['n']}号"
        return pattern.format(**values)

    def sentence(self, patterns: list[str], place: str, **more: str) -> str:
        """A sentence that the file doesn't have yet, however few choices there are."""
        text = self.fill(str(self.word(patterns)), place, **more)
        while text in self._used:
            text = self.fill(str(self.word(patterns)), place, **({"subject": self.subject()} | more))
        self._used.add(text)
        return text

    def paragraph(self, place: str, most: int = 3) -> str:
        """One to `most` sentences."""
        patterns = self.lists["sentences"]["plain"]
        return "".join(self.sentence(patterns, place) for _ in range(self.chooser.between(1, most)))
