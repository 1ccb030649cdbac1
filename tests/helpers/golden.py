"""Golden files of work orders: each sentence once in all languages, and which of them each mixture of lines has.

Written out whole, the orders of Assu are some 500 pages in each language, which nobody reads. So `ORDER.sentences.txt`
has what is translated, side by side; `ORDER.orders.txt` has which of it is said when, in one row for all languages, as
they say the same in the same order; and `whole.LANGUAGE.md` has one whole order for each title, to read through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.order_texts import Mix
from inregel.ledger.base import NewOrder
from inregel.library import LANGUAGES

_STEP = re.compile(r"^\d+\. ")
_BREAK = "\n---\n\n"
Sentence = tuple[str, ...]
"""What stands in one line of an order, or beside one of its questions, in each of `LANGUAGES`."""
Texts = Mapping[str, NewOrder]
"""An order by language."""


def sentences(texts: Texts) -> list[Sentence]:
    """The lines of an order, without the numbers of its steps. Raises ValueError where one has more than another."""
    lines = [
        [_STEP.sub("1. ", line) for line in texts[language].text.splitlines() if line.strip()] for language in LANGUAGES
    ]
    return list(zip(*lines, strict=True))


def questions(texts: Texts) -> list[Sentence]:
    """What is asked back: name and label, with the description in each language."""
    asked = [texts[language].schema["properties"] for language in LANGUAGES]
    assert len({(*each,) for each in asked}) == 1
    return [tuple(f"{name}, {each[name]['title']}: {each[name]['description']}" for each in asked) for name in asked[0]]


@dataclass
class Golden:
    """The golden files of one order."""

    sentences: list[Sentence] = field(default_factory=list)
    orders: dict[Mix, tuple[int, ...]] = field(default_factory=dict)
    """The sentences and questions of each mixture, by their place."""

    def of(self, mix: Mix) -> list[Sentence]:
        """What the order of a mixture says and asks."""
        return [self.sentences[place] for place in self.orders[mix]]


def made(orders: Iterable[tuple[Mix, Texts]]) -> Golden:
    """The golden files of these orders. A sentence stands behind the one that it was first seen to follow."""
    found, golden = [(mix, sentences(texts) + questions(texts)) for mix, texts in orders], Golden()
    for _, said in found:
        place = -1
        for each in said:
            if each not in golden.sentences:
                golden.sentences.insert(place + 1, each)
            place = golden.sentences.index(each)
    places = {each: place for place, each in enumerate(golden.sentences)}
    golden.orders = {mix: tuple(places[each] for each in said) for mix, said in found}
    return golden


def write(golden: Golden, folder: Path, order: str) -> None:
    """Writes both files."""
    width = max(map(len, LANGUAGES))
    blocks = [
        "\n".join([str(number), *(f"  {name:{width}}  {text}" for name, text in zip(LANGUAGES, each, strict=True))])
        for number, each in enumerate(golden.sentences, 1)
    ]
    (folder / f"{order}.sentences.txt").write_text("\n\n".join(blocks) + "\n", "utf-8")
    same: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for mix, places in golden.orders.items():
        same.setdefault((mix.band, places), []).append(str(mix))
    lines, band = [], ""
    for (name, places), mixes in same.items():
        lines += [f"== {name}"] if name != band else []
        lines += [*mixes, f"    {_ranges(places)}"]
        band = name
    (folder / f"{order}.orders.txt").write_text("\n".join(lines) + "\n", "utf-8")


def read(folder: Path, order: str) -> Golden:
    """What both files say."""
    golden, band, waiting = Golden(), "", list[str]()
    for block in (folder / f"{order}.sentences.txt").read_text("utf-8").rstrip("\n").split("\n\n"):
        golden.sentences.append(tuple(line[4:].lstrip() for line in block.splitlines()[1:]))
    for line in (folder / f"{order}.orders.txt").read_text("utf-8").splitlines():
        if line.startswith("== "):
            band = line.removeprefix("== ")
        elif line.startswith(" "):
            golden.orders |= {Mix.parse(order, band, text): _places(line.split()) for text in waiting}
            waiting = []
        else:
            waiting.append(line)
    return golden


def write_whole(orders: Sequence[tuple[Mix, Texts]], folder: Path) -> None:
    """Writes the longest order of each title, in each language."""
    first = LANGUAGES[0]
    longest: dict[str, tuple[Mix, Texts]] = {}
    for mix, texts in orders:
        title = texts[first].title
        if title not in longest or len(texts[first].text) > len(longest[title][1][first].text):
            longest[title] = (mix, texts)
    for language in LANGUAGES:
        pages = [page(mix, texts[language]) for mix, texts in longest.values()]
        (folder / f"whole.{language}.md").write_text(_BREAK.join(pages), "utf-8")


def page(mix: Mix, order: NewOrder) -> str:
    """One whole order, under the name of its mixture."""
    return f"<!-- {mix.order}, {mix.band}: {mix} -->\n\n{order.text}"


def read_whole(folder: Path, language: str) -> dict[Mix, str]:
    """The pages of a language, by mixture."""
    pages = (folder / f"whole.{language}.md").read_text("utf-8").split(_BREAK)
    found = ((re.match(r"<!-- (\w+), (\w+): (.*) -->\n", text), text) for text in pages)
    return {Mix.parse(head[1], head[2], head[3]): text for head, text in found if head}


def names(orders: Iterable[str]) -> set[str]:
    """The names of all golden files."""
    kinds = ("sentences", "orders")
    return {f"{each}.{kind}.txt" for each in orders for kind in kinds} | {f"whole.{each}.md" for each in LANGUAGES}


def _ranges(places: Sequence[int]) -> str:
    """`1 4-6 9`, counted from 1."""
    parts: list[list[int]] = []
    for place in places:
        if parts and place == parts[-1][-1] + 1:
            parts[-1].append(place)
        else:
            parts.append([place])
    return " ".join(f"{p[0] + 1}-{p[-1] + 1}" if len(p) > 1 else str(p[0] + 1) for p in parts)


def _places(words: Iterable[str]) -> tuple[int, ...]:
    found: list[int] = []
    for word in words:
        first, _, last = word.partition("-")
        found += range(int(first) - 1, int(last or first))
    return tuple(found)
