"""The words of the reports that go to managers and calendars, in the language of the project. Pure.

A phrase is asked for by its English text. One that stands not in the table is a mistake in every language, so that
none is left out of a translation unseen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

Say: TypeAlias = Callable[..., str]
"""`say("{count} dates", count="3")`: the phrase in one language. Raises `KeyError` for one that is not in the table."""

_BETWEEN: Final = {"nl": ".", "fr": "\u202f", "en": ","}
"""What stands between thousands."""

PHRASES: Final[dict[str, tuple[str, str]]] = {
    # English: (Dutch, French)
    "{what} ends": ("{what} loopt af", "{what} prend fin"),
    "look again": ("opnieuw nakijken", "à vérifier de nouveau"),
    "{what} answers at the latest": ("uiterlijk antwoord van {what}", "réponse de {what} au plus tard"),
    "its turn (quota)": ("aan de beurt (quotum)", "son tour (quota)"),
    "Office: {name}": ("Kantoor: {name}", "Bureau : {name}"),
    "Resource: {name}": ("Instelling: {name}", "Réglage : {name}"),
    "How it is known: {source}": ("Hoe dit bekend is: {source}", "D'où on le sait : {source}"),
    "attested {day} by {name}": ("verklaard op {day} door {name}", "déclaré le {day} par {name}"),
    "read by the program": ("gelezen door het programma", "lu par le programme"),
    "Work order {number}, {name}": ("Werkopdracht {number}, {name}", "Ordre de travail {number}, {name}"),
    "Look: {command}": ("Bekijken: {command}", "Voir : {command}"),
    "{project}: dates of the offices": ("{project}: datums van de kantoren", "{project} : dates des bureaux"),
    "No dates in this plan": ("Geen datums in dit plan", "Aucune date dans ce plan"),
    "{project}: the offices on {day}": ("{project}: de kantoren op {day}", "{project} : les bureaux au {day}"),
    "Playbook {playbook}, revision {revision}, made on {day} at {time}.": (
        "Playbook {playbook}, revisie {revision}, gemaakt op {day} om {time}.",
        "Playbook {playbook}, révision {revision}, fait le {day} à {time}.",
    ),
    "In short": ("In het kort", "En bref"),
    "By setting": ("Per soort instelling", "Par réglage"),
    "By office": ("Per kantoor", "Par bureau"),
    "When what ends": ("Wanneer loopt wat af", "Ce qui prend fin et quand"),
    "Until {day}": ("Tot en met {day}", "Jusqu'au {day}"),
    "Work orders in hand": ("Werkopdrachten in handen", "Ordres de travail en main"),
    "What is blocked, and who can act": (
        "Wat geblokkeerd is, en wie iets kan doen",
        "Ce qui est bloqué, et qui peut agir",
    ),
    "setting": ("instelling", "réglage"),
    "office": ("kantoor", "bureau"),
    "all": ("alle", "tous"),
    "offices": ("kantoren", "bureaux"),
    "settings": ("instellingen", "réglages"),
    "in sync": ("in orde", "en ordre"),
    "for people": ("voor mensen", "pour des personnes"),
    "to do": ("te doen", "à faire"),
    "to look at": ("nakijken", "à vérifier"),
    "machine": ("machine", "machine"),
    "waiting": ("wacht", "en attente"),
    "blocked": ("geblokkeerd", "bloqué"),
    "failed": ("mislukt", "échoué"),
    "work orders": ("werkopdrachten", "ordres de travail"),
    "in hand": ("in handen", "en main"),
    "first end": ("eerste einde", "première fin"),
    "in sync of all": ("in orde van alle", "en ordre sur tous"),
    "Of each setting of an office the sort that asks most, and how many of its number are so.": (
        "Van elke instelling van een kantoor de stand die het meest vraagt, en hoeveel van het aantal zo staan.",
        "Pour chaque réglage d'un bureau, l'état qui demande le plus, et combien sur le nombre sont ainsi.",
    ),
    "not begun": ("nog niet begonnen", "pas commencé"),
    "could not be read": ("niet te lezen", "illisible"),
    "overdue": ("voorbij", "dépassé"),
    "later": ("later", "plus tard"),
    "ends": ("loopt af", "prend fin"),
    "to be looked at again": ("opnieuw nakijken", "à revoir"),
    "others answer, quota": ("antwoord, quotum", "réponse, quota"),
    "Bars per month: {counts}. The table below says the same.": (
        "Balken per maand: {counts}. De tabel eronder zegt hetzelfde.",
        "Barres par mois : {counts}. Le tableau ci-dessous dit la même chose.",
    ),
    "day": ("dag", "jour"),
    "what": ("wat", "quoi"),
    "number": ("aantal", "nombre"),
    "week of {day}": ("week van {day}", "semaine du {day}"),
    "before {day}": ("vóór {day}", "avant le {day}"),
    "{count} more rows: {command}": ("nog {count} regels: {command}", "encore {count} lignes : {command}"),
    "Nothing ends and nothing is to be looked at.": (
        "Er loopt niets af en er is niets na te kijken.",
        "Rien ne prend fin et rien n'est à vérifier.",
    ),
    "person": ("persoon", "personne"),
    "{count} others": ("{count} anderen", "{count} autres"),
    "nobody by name": ("niemand met name", "personne nommément"),
    "{days} days": ("{days} dagen", "{days} jours"),
    "oldest, days": ("oudste, dagen", "plus ancien, jours"),
    "which": ("welke", "lesquels"),
    "Nobody has a work order in hand.": (
        "Niemand heeft een werkopdracht in handen.",
        "Personne n'a d'ordre de travail.",
    ),
    "Not handed out yet: {count}.": ("Nog niet uitgereikt: {count}.", "Pas encore remis : {count}."),
    "who can act": ("wie iets kan doen", "qui peut agir"),
    "you": ("u zelf", "vous"),
    "others": ("anderen", "d'autres"),
    "why": ("waarom", "pourquoi"),
    "what can be done": ("wat er kan gebeuren", "ce qu'on peut faire"),
    "It waits for another setting that is blocked.": (
        "Wacht op een andere instelling die geblokkeerd is.",
        "Attend un autre réglage qui est bloqué.",
    ),
    "{count} other reasons": ("{count} andere redenen", "{count} autres raisons"),
    "Nothing is blocked.": ("Er is niets geblokkeerd.", "Rien n'est bloqué."),
}


def sayer(language: str) -> Say:
    """The phrases in a language: nl, fr, or else en."""
    place = {"nl": 0, "fr": 1}.get(language)

    def say(phrase: str, **values: object) -> str:
        texts = PHRASES[phrase]
        text = phrase if place is None else texts[place]
        return text.format_map(values) if values else text

    return say


def count(number: int, language: str) -> str:
    """A whole number as the language writes it: `2.175`, `2,175`."""
    return f"{number:,}".replace(",", _BETWEEN.get(language, ","))
