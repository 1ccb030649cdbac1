"""The project as the rest sees it: offices with connections, people, extra variables, inputs."""

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.canary import canary
from helpers.projects import make, said, tree
from inregel.config import project
from inregel.config.mistakes import ConfigError
from inregel.config.project import BadOption, Project
from inregel.contract import Fault, Secret
from inregel.formats import vault
from inregel.secrets.memory import MemorySource

SITE = "- {offices: all, tasks: [{t.box: {user: '{{ text }}'}}]}"


def load(root: Path, inventory: str, secrets: MemorySource | None = None, **options: Any) -> Project:
    files = {"inventory.yml": inventory, "site.yml": SITE}
    return project.load(make(root, files), secrets=secrets or MemorySource(), **options)


def rendered(found: Project, office: str = "ede") -> Any:
    return found.declare(found.playbook("site.yml").plays[0], office)[0].args["user"]


def test_an_office_has_its_name_groups_variables_and_connections(tmp_path: Path) -> None:
    text = """
all:
  children:
    nl:
      vars: {city: "{{ office.id }}-city"}
      offices:
        ede:
          name: "De {{ city }}"
          connections:
            t: {installation: rds-1, part: Van Dalen}
            t.test: {installation: "{{ office.id }}"}
"""
    office = load(tmp_path, text).office("ede")
    assert (office.id, office.name, office.groups) == ("ede", "De ede-city", ("nl",))
    assert office.vars["city"] == "ede-city"
    assert "city" in office.vars
    assert office.vars.get("nowhere") is None
    assert set(office.vars) == {"city", "name", "connections"}
    one, test = office.connections["t"], office.connections["t.test"]
    assert (one.system, one.name, one.identity, one.limit) == ("t", "t", "t:rds-1/Van Dalen", 5)
    assert (test.system, test.name, test.settings) == ("t", "t.test", {"installation": "ede"})


def test_a_missing_secret_of_a_connection_blocks_only_who_asks_for_it(tmp_path: Path) -> None:
    text = tree({"ede": {"connections": {"t": {"installation": "x", "token": "{{ secret('none') }}"}}}})
    connection = load(tmp_path, text).office("ede").connections["t"]
    assert connection.settings["installation"] == "x"
    assert set(connection.settings) == {"installation", "token"}
    with pytest.raises(Fault, match=r"There is no secret none\.") as caught:
        connection.settings.get("token")
    assert caught.value.blocked.remedy == "inregel secret set none"


def test_of_several_secrets_in_one_setting_only_the_missing_one_is_missing(tmp_path: Path) -> None:
    tokens = {"one": "{{ secret('one') }}", "two": "{{ secret('none') }}"}
    text = tree({"ede": {"connections": {"t": {"installation": "x", "several": tokens}}}})
    value = canary("one")
    settings = load(tmp_path, text, MemorySource({"one": value})).office("ede").connections["t"].settings
    assert set(settings["several"]) == {"one", "two"}
    assert settings["several"]["one"] == Secret("one", value)
    with pytest.raises(Fault, match=r"There is no secret none\."):
        settings["several"]["two"]


def test_a_part_of_a_connection_needs_no_secret_that_stands_beside_it(tmp_path: Path) -> None:
    text = tree(
        {"ede": {"connections": {"t": {"installation": "x", "token": "{{ secret('none') }}"}}}},
        text="{{ connections.t.installation }}.y",
    )
    assert rendered(load(tmp_path, text)) == "x.y"


CONNECTIONS: dict[str, tuple[Any, str]] = {
    "no such system": ({"tt": {}}, "inventory.yml:4:21: there is no system `tt` (office ede) -> t"),
    "a setting missing": (
        {"t": {"part": "x"}},
        "inventory.yml:4:26: the key `installation` is missing in `t` (office ede) -> installation: ...",
    ),
    "a setting too many": (
        {"t": {"installation": "x", "prt": "y"}},
        "inventory.yml:4:48: unknown key `prt` (office ede) -> part:",
    ),
    "a setting undefined": (
        {"t": {"installation": "{{ nowhere }}"}},
        "inventory.yml:4:43: `nowhere` is not defined (office ede)",
    ),
    "text": (
        "{{ office.id }}",
        "inventory.yml:4:20: `connections` is a mapping of systems to how they are reached (office ede) -> assu: {...}",
    ),
}


@pytest.mark.parametrize("case", CONNECTIONS)
def test_a_mistake_in_a_connection_is_told_before_anything_is_read(tmp_path: Path, case: str) -> None:
    connections, expected = CONNECTIONS[case]
    text = "all:\n  offices:\n    ede:\n      connections: " + json.dumps(connections) + "\n      text: x\n"
    found = load(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        found.check([(play, ["ede"]) for play in found.playbook("site.yml").plays])
    assert said(caught.value) == [expected]


def test_people_and_languages_are_variables(tmp_path: Path) -> None:
    text = tree(
        {"ede": {"contact": "Ria", "certificate": {"administrator": "{{ contact }} B"}}, "gent": {"language": "fr"}}
    )
    found = load(tmp_path, text)
    assert found.person("ede", "contact") == "Ria"
    assert found.person("ede", "certificate.administrator") == "Ria B"
    assert found.person("gent", "contact") == ""
    assert (found.language("ede"), found.language("gent")) == ("nl", "fr")


def test_templates_see_the_other_offices(tmp_path: Path) -> None:
    text = tree(
        {"ede": {"text": "{{ offices.gent.name }} {{ offices | length }} {{ offices.gent.mail }}"},
         "gent": {"name": "Leie", "mail": "info@{{ office.id }}"}}
    )  # fmt: skip
    assert rendered(load(tmp_path, text)) == "Leie 2 info@gent"


def test_offices_that_ask_each_other_in_a_circle_are_a_mistake(tmp_path: Path) -> None:
    text = tree({"ede": {"text": "{{ offices.gent.text }}"}, "gent": {"text": "{{ offices.ede.text }}"}})
    with pytest.raises(ConfigError, match="in a circle"):
        rendered(load(tmp_path, text))


def test_extra_variables_win_over_everything(tmp_path: Path) -> None:
    text = tree({"ede": {"text": "own"}})
    assert rendered(load(tmp_path, text, extra_vars=["text=extra other='a b'"])) == "extra"
    assert rendered(load(tmp_path, text, extra_vars=["text=a", '{"text": "json"}'])) == "json"
    (tmp_path / "x.yml").write_text("text: '{{ more }}'\nmore: file")
    assert rendered(load(tmp_path, text, extra_vars=["@x.yml"])) == "file"


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("text", "--extra-vars: `text` is not name=value. Put a value with spaces in quotes: \"name='some text'\""),
        ("text='x", "--extra-vars: a quote is not closed: text='x"),
        ("@none.yml", "--extra-vars @none.yml: there is no file none.yml."),
        ("office=x", "--extra-vars: `office` always means inregel's own office; give it another name"),
    ],
)
def test_extra_variables_that_are_not_right_say_so(tmp_path: Path, extra: str, message: str) -> None:
    with pytest.raises(BadOption) as caught:
        load(tmp_path, tree({"ede": {}}), extra_vars=[extra])
    assert str(caught.value) == message


def test_extra_variables_belong_to_the_revision(tmp_path: Path) -> None:
    text = tree({"ede": {"text": "own"}})
    assert load(tmp_path, text).inputs() != load(tmp_path, text, extra_vars=["text=x"]).inputs()


def test_a_vault_value_is_a_secret_with_the_name_of_its_place(tmp_path: Path) -> None:
    password, value = canary("vault"), canary("value")
    armoured = vault.encrypt(value.encode(), password)
    block = (armoured if isinstance(armoured, str) else armoured.decode()).strip().replace("\n", "\n        ")
    text = f"all:\n  offices:\n    ede:\n      text: !vault |\n        {block}\n"
    found = rendered(load(tmp_path, text, MemorySource(password=password)))
    assert found == Secret("any", value)
    assert found.name == "inventory.yml:all.offices.ede.text"
    locked = load(tmp_path, text)
    declared = locked.declare(locked.playbook("site.yml").plays[0], "ede")[0]
    assert "no vault password" in declared.fault


def test_without_secrets_only_what_needs_one_is_blocked(tmp_path: Path) -> None:
    text = tree({"ede": {"text": "{{ secret('a') }}"}, "hoorn": {"text": "plain"}})
    found = load(tmp_path, text, MemorySource({"a": canary("a")}, usable=False))
    [play] = found.playbook("site.yml").plays
    found.check([(play, ["ede", "hoorn"])])
    assert found.declare(play, "ede")[0].fault == "The secret a is not read without secrets (--no-secrets)."
    assert found.declare(play, "hoorn")[0].args == {"user": "plain"}


def test_every_file_that_was_read_counts_for_the_revision(tmp_path: Path) -> None:
    found = load(tmp_path, tree({"ede": {}}))
    assert [name for name, _ in found.inputs()] == ["inregel.yml", "inventory.yml"]
    found.playbook("site.yml")
    assert [name for name, _ in found.inputs()] == ["inregel.yml", "inventory.yml", "site.yml"]


def test_a_locked_file_of_variables_blocks_its_play_and_a_locked_playbook_is_a_mistake(tmp_path: Path) -> None:
    password = canary("vault")
    data = vault.encrypt(b"text: shut\n", password)
    site = (
        "- {offices: all, vars_files: more.yml, tasks: [{t.box: {user: x}}]}\n- {offices: all, tasks: [{t.box: {}}]}\n"
    )
    root = make(tmp_path, {"inventory.yml": tree({"ede": {}}), "site.yml": site})
    for name in ("more.yml", "shut.yml"):
        (root / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    found = project.load(root, secrets=MemorySource())
    one, two = found.playbook("site.yml").plays
    assert found.declare(one, "ede")[0].fault.startswith("more.yml is encrypted")
    assert found.declare(two, "ede")[0].fault == ""
    opened = project.load(root, secrets=MemorySource(password=password))
    assert opened.playbook("site.yml").plays[0].vars == {"text": "shut"}
    with pytest.raises(ConfigError, match="shut.yml: shut.yml is encrypted"):
        found.playbook("shut.yml")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            "assu.certificate: until valid_untill",
            ["inregel.yml:2:34: assu.certificate has no field `valid_untill`; it has serial, valid_until "
             "-> until valid_until"],
        ),
        ("assu.postbus: until never", ["inregel.yml:2:30: assu.postbus has no field `never`; it has status -> 365d"]),
        ("assu.postbs: 5d", ["inregel.yml:2:16: there is no module `assu.postbs`; all modules: inregel doc "
                             "-> assu.postbus"]),
        ("assu.certificate: until valid_until", []),
        ("t.box: until whatever", []),
        ("default: 365d spread 30d", []),
        (
            "default: 10d spread 11d",
            ["inregel.yml:2:25: `10d spread 11d` is spread over more days than it counts -> 10d spread 10d"],
        ),
    ],
)  # fmt: skip
def test_a_rule_about_a_field_that_the_module_does_not_have_is_a_mistake(
    tmp_path: Path, rule: str, expected: list[str]
) -> None:
    make(tmp_path, {"inventory.yml": tree({"ede": {}})}, settings=f"project: x\nattestations: {{{rule}}}\n")
    try:
        found = project.load(tmp_path, secrets=MemorySource())
    except ConfigError as error:
        assert said(error) == expected
    else:
        assert expected == []
        assert found.settings.attestations
