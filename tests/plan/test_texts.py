"""A planned work order as the person is shown it."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helpers.canary import canary
from inregel.contract import UNKNOWN, AtLeast, Connection, Office, Secret, Step
from inregel.formats import values
from inregel.library import Library, NoSuchText
from inregel.plan import texts
from inregel.plan.model import PlannedLine, PlannedOrder
from inregel.sandbox.clerk import Action, actions

MODULE = """
def desired(args, office, inputs): return {}
def actual(view): return None
def steps(change, inputs): return []
"""


@pytest.fixture
def project(tmp_path):
    """A function that writes a text (and a schema) and renders one order of two lines with it."""
    folder = tmp_path / "modules/toy/work_orders"
    folder.mkdir(parents=True)
    (tmp_path / "schemas/modules/toy").mkdir(parents=True)
    for name in ("box", "card"):
        (tmp_path / f"modules/toy/{name}.py").write_text(MODULE, "utf-8")
        (tmp_path / f"schemas/modules/toy/{name}.schema.json").write_text("{}", "utf-8")

    def render(text="# Titel\n", schema=None, language="nl", lines=None, others=None):
        (folder / "wizard.nl.md").write_text(text, "utf-8")
        for code, other in (others or {}).items():
            (folder / f"wizard.{code}.md").write_text(other, "utf-8")
        (folder / "wizard.answers.schema.json").write_text(json.dumps(schema or {}), "utf-8")
        order = PlannedOrder("id", "utrecht", "toy/wizard", "contact", lines or default_lines(), person="Ria van Dalen")
        connection = Connection("toy", "toy", "toy:here", {"place": "kamer 4"})
        office = Office("utrecht", "Van Dalen", connections={"toy": connection})
        return texts.render(order, office, language, Library(tmp_path))

    return render


def default_lines(**arguments):
    card = Step("toy.renew", {"valid_until": date(2028, 11, 14)}, arguments)
    box = Step("toy.link", {"linked": True})
    return PlannedLine("toy.card", "", "do", card, None), PlannedLine("toy.box", ("A", "B1"), "look", box, UNKNOWN)


def test_a_text_is_filled_in_with_the_order_the_office_and_the_person(project):
    text = """# Kaart voor `{{ office.name }}`
{{ person }}, {{ connections.toy.place }}, {{ language }}, {{ order.role }}
{% for line in lines %}
- {{ line.module }} {{ line.name }} {{ line.kind }} {{ line.operation }}
{% endfor %}
"""
    order = project(text)
    assert order.title == "Kaart voor Van Dalen"
    assert order.text == (
        "# Kaart voor `Van Dalen`\nRia van Dalen, kamer 4, nl, contact\n"
        "- toy.card  do toy.renew\n- toy.box A/B1 look toy.link\n"
    )
    assert (order.office, order.identity, order.name, order.role) == ("utrecht", "id", "toy/wizard", "contact")
    assert (order.person, order.language) == ("Ria van Dalen", "nl")


def test_values_stand_in_a_text_in_its_language(project):
    text = "# T\n{{ true }} {{ false }} {{ none }} {{ lines[1].before }} {{ lines[0].reaches.valid_until }} {{ 5 }}\n"
    assert project(text).text == "# T\nja nee afwezig onbekend 2028-11-14 5\n"
    english = project(text, language="en", others={"en": text})
    assert english.text == "# T\nyes no absent unknown 2028-11-14 5\n"


def test_an_order_without_a_text_in_the_language_of_the_office_is_all_in_dutch(project):
    schema = {"properties": {"place": {"description": "Where.", "x-descriptions": {"nl": "Waar.", "fr": "Où."}}}}
    order = project("# Kaart\n{{ true }}, {{ language }}\n", schema, language="fr")
    assert (order.title, order.text, order.language) == ("Kaart", "# Kaart\nja, nl\n", "nl")
    assert order.schema["properties"]["place"]["description"] == "Waar."


def test_a_module_without_a_line_has_none_and_a_module_that_is_not_there_is_a_mistake(project):
    order = project('# T\n{{ by_module["toy.box"] | length }}{{ by_module["toy.card"] | length }}\n',
                    lines=default_lines()[:1])  # fmt: skip
    assert order.text == "# T\n01\n"
    with pytest.raises(texts.TextError, match=r"(?s)wizard\.nl\.md:2: There is no module toy\.bxo"):
        project('# T\n{{ by_module["toy.bxo"] | length }}\n')


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("# T\n\n{{ offce.name }}\n", 3, "'offce' is undefined"),
        ("# T\n\n\n{% for x in lines %}\n", 4, "Unexpected end of template"),
        ("# T\n{{ office.nmae }}\n", 2, "no attribute 'nmae'"),
        ("# T\n{{ lines[0].arguments.pni }}\n", 2, "no attribute 'pni'"),
        ("# T\n{{ office.__class__ }}\n", 2, "unsafe"),
        ("# T\n{% include 'x' %}\n", 2, "no loader"),
        ("# T\n\n{{ 1 / 0 }}\n", 3, "division by zero"),
        ("# T\n{{ secret('open sesame') }}\n", 2, "which is not a secret"),
        ("no heading\n", 1, "no heading"),
    ],
)
def test_a_broken_text_is_named_with_file_and_line(project, text, line, reason):
    with pytest.raises(texts.TextError) as caught:
        project(text)
    assert f"modules/toy/work_orders/wizard.nl.md:{line}: " in str(caught.value)
    assert reason in str(caught.value)


def test_a_secret_stands_in_a_text_by_its_name_only(project):
    value = canary("pin")
    lines = default_lines(pin=Secret("pin_utrecht", value), more=[{"codes": [Secret("bcc", canary("bcc"))]}])
    order = project("# T\n{{ secret(lines[0].arguments.pin) }} {{ lines[0].arguments }}\n", lines=lines)
    assert "`<secret pin_utrecht>`" in order.text
    assert order.secrets == ("pin_utrecht", "bcc")
    assert order.lines[0].arguments == {"pin": "pin_utrecht", "more": [{"codes": ["bcc"]}]}
    assert value not in repr(order)


@pytest.mark.parametrize("way", ["reveal()", "reveal_bytes()", "_value", "fingerprint(key)"])
def test_a_text_cannot_bring_out_the_value_of_a_secret(project, way):
    value = canary("pin")
    lines = default_lines(pin=Secret("pin_utrecht", value), key=b"k")
    with pytest.raises(texts.TextError) as caught:
        project("# T\n{% set key = lines[0].arguments.key %}{{ lines[0].arguments.pin." + way + " }}\n", lines=lines)
    assert value not in str(caught.value)


def test_what_is_stored_of_a_line_can_be_stored(project):
    lines = default_lines(day=date(2026, 1, 2), names=frozenset({"b", "a"}), rule=AtLeast(timedelta(days=3)), count=4)
    stored = project(lines=lines).lines
    assert stored[0].arguments == {"day": "2026-01-02", "names": ["a", "b"], "rule": "at least 3 days", "count": 4}
    assert [(line.module, line.key, line.kind, line.operation) for line in stored] == [
        ("toy.card", "", "do", "toy.renew"),
        ("toy.box", ("A", "B1"), "look", "toy.link"),
    ]
    assert stored[0].reaches == {"valid_until": date(2028, 11, 14)}
    assert values.canonical([line.arguments for line in stored])


def test_only_what_the_lines_of_an_order_ask_is_asked_and_all_of_it(project):
    schema = {
        "title": "wizard",
        "properties": {
            "version": {"type": "string", "title": "Versie", "description": "At the bottom."},
            "boxes": {"type": "array", "x-modules": ["toy.box", "toy.other"]},
            "other": {"type": "string", "x-modules": ["toy.other"]},
            "until": {"format": "date", "description": "Last.", "x-descriptions": {"nl": "Laatste."}},
        },
        "required": ["version"],
    }
    asked = project(schema=schema).schema
    assert asked["required"] == ["version", "boxes", "until"]
    assert list(asked["properties"]) == asked["required"]
    assert asked["additionalProperties"] is False
    assert asked["properties"]["until"] == {"format": "date", "description": "Laatste."}
    assert asked["properties"]["version"]["description"] == "At the bottom."
    english = project(schema=schema, language="en", others={"en": "# T\n"}).schema
    assert english["properties"]["until"]["description"] == "Last."


def test_an_order_without_a_text_says_so(project, tmp_path):
    project()
    order = PlannedOrder("id", "utrecht", "toy/wizzard", "contact", default_lines())
    with pytest.raises(NoSuchText, match="toy/wizard"):
        texts.render(order, Office("utrecht", "U"), "nl", Library(tmp_path))


VALUES = st.text(st.sampled_from("` \\*_<>&[]()~|#-+.!ab1\n")) | st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp"))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=VALUES, menu=VALUES)
@example(name="a`b", menu="**x** <b>")
@example(name="one\ntwo", menu="1. x")
@example(name="<secret other>", menu="` > `")
def test_whatever_stands_in_a_value_the_clerk_types_it(project, name, menu):
    text = "# {{ lines[0].arguments.menu }}\n\n1. Type at **Name** `{{ lines[0].arguments.name }}`.\n"
    text += "1. Look at {{ lines[0].arguments.menu }} and press **Menu `x` {{ lines[0].arguments.menu }}**, now.\n"
    name, menu = name.replace("↵", "\n"), menu.strip() or "-"
    order = project(text, lines=default_lines(name=name, menu=menu))
    words = menu.replace("\n", " ")
    pressed = Action(f"Menu `x` {words}")
    assert list(actions(order.text)) == [Action("Name", name), pressed]
    assert order.title == " ".join(words.split())


def test_values_are_as_they_are_in_blocks_and_beside_others_in_a_code_span(project):
    lines = default_lines(name="a``b", menu="- x", empty="", text="1\n```\n2")
    text = """# T

`{{ lines[0].arguments.name }}/{{ lines[0].arguments.menu }}` and `{{ lines[0].arguments.empty }}` {{ 7 }}
{{ lines[0].arguments.menu }}
- {{ lines[0].arguments.menu }} {{ lines[0].arguments.menu }}

```
{{ lines[0].arguments.text }}
```

`{{ lines[0].arguments.name }}`
"""
    assert (
        project(text, lines=lines).text
        == """# T

`a``b/- x` and (leeg) 7
\\- x
- \\- x - x

````
1
```
2
````

`` a``b ``
""".replace("`` a``b ``", "`a``b`")
    )


def test_what_a_macro_or_a_block_made_is_markdown_and_its_values_are_not(project):
    text = """{% macro bold(x) %}**{{ x }}**{% endmacro %}
{% set both %}{{ bold("a*b") }} `{{ "`" }}`{% endset %}
# T

{{ bold(lines[0].arguments.menu) }} {{ both }} {{ "**mine**" | safe }}
"""
    order = project(text, lines=default_lines(menu="x**y"))
    assert order.text == "# T\n\n**x\\*\\*y** **a\\*b** `` ` `` **mine**\n"


def test_the_steps_of_a_text_are_numbered(project):
    order = project("# T\n\n{% for _ in [1, 2, 3] %}\n1. Step\n{% endfor %}\n")
    assert order.text == "# T\n\n1. Step\n2. Step\n3. Step\n"
