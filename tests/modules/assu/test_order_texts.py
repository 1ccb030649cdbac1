"""Every work order of Assu that planning can bring forth, in every language, against its golden files.

`pytest tests/modules/assu/test_order_texts.py --golden` writes the files anew; what changed in them is to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from helpers import golden
from helpers.order_texts import BANDS, Mix, Texts, groups
from helpers.sizes import size
from inregel.formats import markdown
from inregel.library import LANGUAGES, Library
from inregel.sandbox.clerk import Action, actions

pytestmark = pytest.mark.timeout(600)  # with --golden the first test waits until everything was written

FOLDER = Path(__file__).parent / "golden"
TEXTS = Path(__file__).parents[3] / "modules/assu/work_orders"
GROUPS = groups()
EVERYTHING = [mix for mixes in GROUPS.values() for mix in mixes]
ORDERS = tuple(dict.fromkeys(mix.order for mix in EVERYTHING))
OTHERS = tuple(language for language in LANGUAGES if language != "nl")

OWN_NAMES = {"Assu", "ABC-tool", "A.i. Servicedesk", "a.s.r.", "OK"}
"""Labels that mean the same in every language."""
TOLD_BEFORE = {"Postbus", "Postbussen"}
"""A word of the field; the text beside it says what it is."""
DUTCH = """
als bestand bij dan dat deze die er het hier kies kijk klik niet nog noteer nummers ook om onderin op opdracht staat tot
u uit van voor waar wachtwoord wat wie wordt zijn zo
"""
"""Words that the Dutch texts have, and that neither English nor French has."""


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    return Texts(tmp_path_factory.mktemp("texts"))


@pytest.fixture(scope="module", autouse=True)
def files(request: pytest.FixtureRequest, texts: Texts) -> dict[str, golden.Golden]:
    """The golden files by order; with `--golden` they are written first."""
    if request.config.getoption("golden"):
        made = list(texts.all(EVERYTHING))
        FOLDER.mkdir(exist_ok=True)
        for path in FOLDER.iterdir():
            path.unlink()
        for order in ORDERS:
            golden.write(golden.made((mix, said) for mix, said in made if mix.order == order), FOLDER, order)
        golden.write_whole(made, FOLDER)
    return {order: golden.read(FOLDER, order) for order in ORDERS}


# --- the files ------------------------------------------------------------------------------------------------------


def test_there_is_a_golden_file_for_each_order_and_none_beside_them() -> None:
    assert {path.name for path in FOLDER.iterdir()} == golden.names(ORDERS)


def test_the_golden_files_have_every_mixture_of_lines_and_no_sentence_that_none_of_them_has(
    files: dict[str, golden.Golden],
) -> None:
    assert {mix for each in files.values() for mix in each.orders} == set(EVERYTHING)
    for each in files.values():
        assert {place for places in each.orders.values() for place in places} == set(range(len(each.sentences)))
        assert len(set(each.sentences)) == len(each.sentences)


@pytest.mark.parametrize("group", GROUPS)
def test_what_is_handed_out_is_what_its_golden_file_says(
    texts: Texts, files: dict[str, golden.Golden], group: str
) -> None:
    most = size("lines beside the version")
    chosen = [mix for mix in GROUPS[group] if not mix.version or len(mix.kinds()) <= most + 1]
    for mix, said in texts.all(chosen):
        assert golden.sentences(said) + golden.questions(said) == files[mix.order].of(mix), mix
        steps = [int(number) for number in re.findall(r"^(\d+)\. ", said["nl"].text, re.MULTILINE)]
        assert steps == list(range(1, len(steps) + 1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_orders_are_what_is_handed_out_one_for_each_title(
    texts: Texts, files: dict[str, golden.Golden], language: str
) -> None:
    pages = golden.read_whole(FOLDER, language)
    made = {mix: said[language] for mix, said in texts.all(list(pages))}
    assert pages == {mix: golden.page(mix, order) for mix, order in made.items()}
    place = LANGUAGES.index(language)
    titles = {each[place] for found in files.values() for each in found.sentences if each[place].startswith("# ")}
    assert {f"# {order.title}" for order in made.values()} == titles


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.md")), ids=lambda path: path.name)
def test_every_sentence_of_a_text_stands_in_some_order(files: dict[str, golden.Golden], path: Path) -> None:
    order, language, _ = path.name.split(".")
    if order not in files:
        return  # the client machines have no bands; their own tests look at every line
    place = LANGUAGES.index(language)
    said = "\n".join(each[place] for each in files[order].sentences)
    for line in path.read_text("utf-8").splitlines():
        literal = max(re.split(r"\{\{.*?\}\}|\{%.*?%\}", line), key=len).strip("` ")
        assert literal in said, line


# --- three languages, one order -------------------------------------------------------------------------------------


@cache
def asked(text: str) -> tuple[Action, ...]:
    """What the clerk reads in a sentence."""
    return tuple(actions(text))


def test_every_text_that_comes_with_inregel_stands_in_every_language() -> None:
    library = Library(None)
    assert {name.partition("/")[0] for name in library.orders()} == {"assu", "afas", "asr"}
    for name in library.orders():
        for language in LANGUAGES:
            assert library.text(name, language)[0].endswith(f".{language}.md")
        for each in library.answers(name)["properties"].values():
            assert set(each["x-descriptions"]) == set(LANGUAGES) - {"en"}, name


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.nl.md")), ids=lambda path: path.name)
def test_the_texts_of_an_order_are_alike_line_by_line_but_for_their_words(path: Path) -> None:
    dutch = path.read_text("utf-8").splitlines()
    for language in OTHERS:
        other = path.with_name(path.name.replace(".nl.", f".{language}.")).read_text("utf-8").splitlines()
        assert [skeleton(line) for line in other] == [skeleton(line) for line in dutch], language


def skeleton(line: str) -> list[str]:
    """What stands in a line of a template beside words: headings and steps, conditions, labels and values."""
    line = re.sub(
        r"\.strftime\([^)]*\) \}\}(?!`)", " }}", line
    )  # a day within a sentence is written as its language does
    return re.findall(r"^#+|^1\.|\{%.*?%\}|\*\*.*?\*\*|`[^`]*`|\{\{.*?\}\}", line)


def test_the_clerk_reads_the_same_labels_and_values_in_every_language(files: dict[str, golden.Golden]) -> None:
    for each in files.values():
        for mix in each.orders:
            dutch, *others = (
                [action for text in column for action in asked(text)] for column in zip(*each.of(mix), strict=True)
            )
            assert dutch, mix
            assert all(other == dutch for other in others), mix


def every_sentence(files: dict[str, golden.Golden]) -> Iterator[tuple[str, ...]]:
    for each in files.values():
        yield from each.sentences


def marked(text: str) -> list[markdown.Token]:
    return [token for token in markdown.tokens(text) if token.kind != "text"]


def test_labels_and_values_stay_as_the_dutch_screen_has_them(files: dict[str, golden.Golden]) -> None:
    for nl, *others in every_sentence(files):
        assert all(marked(other) == marked(nl) for other in others), nl


def words(text: str) -> set[str]:
    """The words of a sentence without its labels, values and what it quotes."""
    plain = "".join(token.text for token in markdown.tokens(text) if token.kind == "text")
    named = re.sub(r"[Vv]an Dalen|^\w+, [^:]*: |\b(?:geen|ja|nee)\b", "", plain)
    return set(re.findall(r"\w+", named.lower()))


def test_no_sentence_is_left_in_dutch(files: dict[str, golden.Golden]) -> None:
    dutch = set(DUTCH.split())
    assert dutch <= {word for nl, *_ in every_sentence(files) for word in words(nl)}
    for nl, *others in every_sentence(files):
        for other in others:
            assert words(other).isdisjoint(dutch), other
            assert other != nl


@pytest.mark.parametrize("language", OTHERS)
def test_a_label_is_explained_where_it_first_stands(files: dict[str, golden.Golden], language: str) -> None:
    place = LANGUAGES.index(language)
    same = {"Portefeuille"} if language == "fr" else set()
    for each in files.values():
        for mix in each.orders:
            told = OWN_NAMES | TOLD_BEFORE | same
            for said in each.of(mix):
                for way, after in re.findall(r"(\*\*.+?\*\*(?: > \*\*.+?\*\*)*)(?!\w)( \(\w)?", said[place]):
                    label = way.replace("**", "")
                    assert after or label in told, f"{mix}: {label} in {said[place]}"
                    told.add(label)


# --- an order for the Aplaza user alone -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["look", "look_then_do", "do"])
@pytest.mark.parametrize("band", BANDS)
def test_an_order_for_only_the_aplaza_user_names_no_file_and_opens_no_wizard(
    texts: Texts, band: str, kind: str
) -> None:
    ((_, said),) = texts.all([Mix("wizard", band, aplaza=kind)])
    for language in LANGUAGES:
        order = said[language]
        done = [action.label for action in actions(order.text)]
        last = ["Annuleren"] if kind == "look" else ["OK"]
        assert done == ["Assu", "Portefeuille", "Versie", "Aplaza instellingen > Algemeen", "Gebruiker", *last]
        assert not re.search(r"\.abc|\.pfx|secret|bestand|fichier|\bfile|wizard|assistant", order.text, re.IGNORECASE)
        assert order.secrets == ()
        assert list(order.schema["properties"]) == ["assu_version", "aplaza_user"]
