"""The words around a work order on paper and in a sheet, in the languages of its readers. Screen labels stay Dutch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from inregel.frozen import frozen

NOBODY: Final = "nobody by name"
"""What stands where an order is for no person by name, on the screens of those who plan."""


@frozen
class Words:
    """One language."""

    order: str
    office: str
    person: str
    nobody: str
    handed_out: str
    secrets: str
    secret: str
    """`{name}`: what stands in a step in the place of a secret."""
    ask: str
    """How a secret is had; `{command}` shows it."""
    answer: str
    answer_intro: str
    nothing: str
    """Where nothing is asked."""
    screen: str
    where: str
    written: str
    example: str
    hidden: str
    """In place of the room for an answer that is a secret."""
    signed: str
    name: str
    day: str
    cannot: str
    cannot_intro: str
    closed: str
    """`{state}`: the order is not open."""
    yes: str
    no: str
    none: str
    """The answer that a list is empty."""
    a_list: str
    a_date: str
    one_of: str
    states: Mapping[str, str]
    columns: Mapping[str, str]
    """The fixed columns of a sheet, by what they are for."""
    sheets: Mapping[str, str]
    kinds: Mapping[str, str]


COLUMNS: Final = ("number", "office", "title", "person", "todo")
"""The columns of a sheet that nobody fills in; the answers stand between these and `FILLED`."""
FILLED: Final = ("by", "on", "evidence", "found", "cannot")
"""The columns that are filled in beside the answers: who, when, a file that backs it, it really is so, why not."""

_NL: Final = Words(
    order="Werkopdracht",
    office="Kantoor",
    person="Voor",
    nobody="niemand met name",
    handed_out="Uitgegeven",
    secrets="Geheimen",
    secret="[geheim: {name}]",
    ask="Staat niet op papier. Vraag het aan wie inregel beheert; die ziet het met: {command}",
    answer="Wat u doorgeeft",
    answer_intro="Schrijf op wat er op het scherm staat, ook als dat anders is dan u verwacht.",
    nothing="U hoeft niets over te nemen. Geef door dat het gedaan is.",
    screen="Op het scherm",
    where="Waar het staat",
    written="Uw antwoord",
    example="Bijvoorbeeld",
    hidden="Schrijf dit niet op: geef het alleen mondeling door aan wie inregel beheert.",
    signed="Gedaan door",
    name="Naam",
    day="Datum",
    cannot="Lukt het niet?",
    cannot_intro="Stop, verander niets meer, en schrijf op wat er gebeurde:",
    closed="Deze opdracht is {state}. Voer haar niet meer uit.",
    yes="ja",
    no="nee",
    none="geen",
    a_list="Allemaal, met een komma ertussen; zijn er geen: geen",
    a_date="Een datum, zoals 2028-11-14",
    one_of="Een van",
    states={"done": "al gedaan", "failed": "geweigerd", "superseded": "vervangen door {successor}",
            "withdrawn": "ingetrokken"},
    columns={"number": "Nummer", "office": "Kantoor", "title": "Opdracht", "person": "Voor", "todo": "Wat te doen",
             "by": "Gedaan door", "on": "Datum", "evidence": "Bewijs (bestand)", "found": "Staat echt zo",
             "cannot": "Lukt niet, omdat"},
    sheets={"answers": "Opdrachten", "lines": "Regels", "steps": "Stappen"},
    kinds={"do": "doen", "look": "kijken", "look_then_do": "kijken, en doen als het nog niet zo is",
           "number": "Nummer", "office": "Kantoor", "module": "Module", "key": "Wat", "kind": "Hoe",
           "becomes": "Wordt", "step": "Stap", "text": "Tekst", "gone": "weg"},
)  # fmt: skip
_FR: Final = Words(
    order="Ordre de travail",
    office="Bureau",
    person="Pour",
    nobody="personne en particulier",
    handed_out="Remis le",
    secrets="Secrets",
    secret="[secret : {name}]",
    ask="N'est pas sur papier. Demandez-le à qui gère inregel ; on le voit avec : {command}",
    answer="Ce que vous communiquez",
    answer_intro="Notez ce que montre l'écran, même si ce n'est pas ce que vous attendiez.",
    nothing="Il n'y a rien à noter. Dites seulement que c'est fait.",
    screen="À l'écran",
    where="Où le lire",
    written="Votre réponse",
    example="Par exemple",
    hidden="Ne le notez pas : dites-le seulement à qui gère inregel.",
    signed="Fait par",
    name="Nom",
    day="Date",
    cannot="Ce n'est pas possible ?",
    cannot_intro="Arrêtez, ne changez plus rien, et notez ce qui s'est passé :",
    closed="Cet ordre est {state}. Ne l'exécutez plus.",
    yes="oui",
    no="non",
    none="aucun",
    a_list="Tous, séparés par une virgule ; s'il n'y en a pas : aucun",
    a_date="Une date, comme 2028-11-14",
    one_of="Au choix",
    states={"done": "déjà fait", "failed": "refusé", "superseded": "remplacé par {successor}", "withdrawn": "retiré"},
    columns={"number": "Numéro", "office": "Bureau", "title": "Ordre", "person": "Pour", "todo": "À faire",
             "by": "Fait par", "on": "Date", "evidence": "Preuve (fichier)", "found": "C'est bien ainsi",
             "cannot": "Pas possible, parce que"},
    sheets={"answers": "Ordres", "lines": "Lignes", "steps": "Étapes"},
    kinds={"do": "faire", "look": "regarder", "look_then_do": "regarder, et faire si ce n'est pas encore ainsi",
           "number": "Numéro", "office": "Bureau", "module": "Module", "key": "Quoi", "kind": "Comment",
           "becomes": "Devient", "step": "Étape", "text": "Texte", "gone": "enlevé"},
)  # fmt: skip
_EN: Final = Words(
    order="Work order",
    office="Office",
    person="For",
    nobody=NOBODY,
    handed_out="Handed out",
    secrets="Secrets",
    secret="[secret: {name}]",
    ask="Not on paper. Ask whoever runs inregel, who sees it by: {command}",
    answer="What you report",
    answer_intro="Write down what the screen shows, also where it is not what you expected.",
    nothing="There is nothing to copy. Only say that it is done.",
    screen="On the screen",
    where="Where to read it",
    written="Your answer",
    example="Such as",
    hidden="Do not write this down: tell it only to whoever runs inregel.",
    signed="Done by",
    name="Name",
    day="Date",
    cannot="Can it not be done?",
    cannot_intro="Stop, change nothing more, and write down what happened:",
    closed="This order is {state}. Do not do it any more.",
    yes="yes",
    no="no",
    none="none",
    a_list="All of them, with a comma between them; where there are none: none",
    a_date="A date such as 2028-11-14",
    one_of="One of",
    states={"done": "done already", "failed": "refused", "superseded": "replaced by {successor}",
            "withdrawn": "withdrawn"},
    columns={"number": "Number", "office": "Office", "title": "Order", "person": "For", "todo": "What to do",
             "by": "Done by", "on": "Date", "evidence": "Evidence (file)", "found": "It really is so",
             "cannot": "Cannot be done, because"},
    sheets={"answers": "Orders", "lines": "Lines", "steps": "Steps"},
    kinds={"do": "do", "look": "look", "look_then_do": "look, and do it unless it is so already",
           "number": "Number", "office": "Office", "module": "Module", "key": "What", "kind": "How",
           "becomes": "Becomes", "step": "Step", "text": "Text", "gone": "gone"},
)  # fmt: skip
LANGUAGES: Final[Mapping[str, Words]] = {"nl": _NL, "fr": _FR, "en": _EN}


def words(language: str) -> Words:
    """The words of a language; of one that there is none of, the English ones."""
    return LANGUAGES.get(language, _EN)
