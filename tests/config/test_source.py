"""Reading YAML and JSON: what is read, what is refused, and what it costs whatever the input."""

import json
import math
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from helpers import hostile
from helpers.canary import canary
from inregel.config import scalars, source, yamltext
from inregel.config.events import FAST
from inregel.config.mistakes import ConfigError, Where

LIMITS = yamltext.Limits(10_000, source.MAX_DEPTH, "less")


def read(folder: Path, content: str | bytes, name: str = "x.yml", **options: Any) -> Any:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return source.read(path, folder, **options)


def refusal(folder: Path, content: str | bytes, name: str = "x.yml") -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, content, name)
    return str(caught.value)


def parse(text: str, *, fast: bool = FAST) -> tuple[Any, list[str]]:
    found, mistakes = yamltext.read_yaml(text.encode(), text, "x.yml", LIMITS, source.Vaulted, fast=fast)
    return found, [mistake.message for mistake in mistakes]


# --- what is read ---------------------------------------------------------------------------------------------------


def test_scalars_are_read_as_safe_load_reads_them(tmp_path: Path) -> None:
    written = ["yes", "No", "ON", "off", "true", "~", "null", "", "12", "-3", "+4", "1_000", "017", "0x1F", "0b101"]
    written += ["1.5", "-1.5", ".5", "1.0e+3", "1_0.5", "12:30", "12:30:45", "-1:30", "1:30.5", "2026-11-20", "0", "-0"]
    written += ["2026-11-20 09:14:00", "2026-11-20T09:14:00Z", "2026-11-20T09:14:00.25+01:00", "abc", "089", "0o", "n"]
    written += ["I09000123", "1.2628.3.16", "a:b", "12a", "yes!", "2026-11", "-", "+", ".", "1.", "00", "0_7", "y"]
    text = "".join(f"- {each}\n" for each in written)
    expected = yaml.safe_load(text)
    found = read(tmp_path, text)
    assert [(type(each), each) for each in found] == [(type(each), each) for each in expected]


def test_the_shapes_of_yaml_are_read(tmp_path: Path) -> None:
    text = """\
    base: &base {a: 1, b: [x, 'y', "z"]}
    own:
      <<: *base
      b: own
    both:
      <<: [*own, {c: 3, a: 9}]
    again: *base
    folded: >-
      one
      two
    literal: |
      one
      two
    !!str key: !!str 12
    quoted: ["no", '12', "1e3"]
    empty: {}
    """.replace("*own", "{b: 2}")
    assert read(tmp_path, text) == yaml.safe_load(text)


def test_keys_of_a_merge_give_way_to_own_keys_and_to_earlier_maps(tmp_path: Path) -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\n"
    assert read(tmp_path, text)["c"] == {"x": 1, "y": 1, "z": 3}


def test_an_alias_is_the_same_object_as_its_anchor(tmp_path: Path) -> None:
    found = read(tmp_path, "a: &a [1]\nb: *a\n")
    assert found["a"] is found["b"]


def test_a_vault_block_keeps_its_text_and_place_and_does_not_show_it(tmp_path: Path) -> None:
    text = f"$ANSIBLE_VAULT;1.1;AES256\n{canary('cipher').encode().hex()}\n"
    block = "".join(f"      {line}\n" for line in text.splitlines())
    found = read(tmp_path, f"offices:\n  - token: !vault |\n{block}")
    value = found["offices"][0]["token"]
    assert value == source.Vaulted(text, Where("x.yml", ("offices", 0, "token")))
    assert repr(value) == "<vault value at x.yml>"
    (tmp_path / "x.yml").unlink()


def test_json_is_read_as_json_and_not_as_yaml(tmp_path: Path) -> None:
    data = {"a": [1, 2.5, None, True, "no", "\U0001f600"], "1": {}}
    assert read(tmp_path, json.dumps(data), "x.json") == data


def test_a_file_without_a_value_may_be_allowed(tmp_path: Path) -> None:
    assert read(tmp_path, "# later\n", may_be_empty=True) is None
    assert read(tmp_path, "", may_be_empty=True) is None


def test_a_file_is_named_from_the_root_with_forward_slashes(tmp_path: Path) -> None:
    (tmp_path / "group_vars").mkdir()
    with pytest.raises(ConfigError, match=r"^group_vars/nl\.yml:2:1: the key `a` stands twice"):
        path = tmp_path / "group_vars" / "nl.yml"
        path.write_text("a: 1\na: 2\n")
        source.read(path, tmp_path)
    assert source.named(tmp_path / "x.yml", tmp_path / "group_vars") == "../x.yml"


scalar = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(min_value=date(1000, 1, 1)),
    st.datetimes(min_value=datetime(1000, 1, 1)),  # noqa: DTZ001 - YAML has times without a zone
    st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Cn")), max_size=12),
    st.sampled_from(["no", "1e3", "0o7", "1.2630", "<<", "=", "*a", "!x", "{{ x }}", "2026-01-01", "12:30", "~", "-"]),
)
key = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Cn")), max_size=8)
tree = st.recursive(
    scalar, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(key, inner, max_size=4), max_leaves=15
)


@given(tree, st.booleans(), st.sampled_from([None, "'", '"', "|"]))
def test_whatever_is_dumped_is_read_back(data: Any, flow: bool, style: str | None) -> None:
    text = yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow, default_style=style)
    found, mistakes = parse(text)
    assert found == yaml.safe_load(text)
    assert all("in YAML 1.2" in message for message in mistakes)


@given(tree)
def test_both_parsers_read_the_same(data: Any) -> None:
    text = yaml.safe_dump(data, allow_unicode=True)
    assert parse(text, fast=False) == parse(text)


@given(st.from_regex(r"[-+0-9.:_xobeEfTZ ]{1,12}", fullmatch=True).map(str.strip).filter(bool))
@example("0x")
@example("1__0.5")
def test_a_number_is_read_as_safe_load_reads_it_or_refused(text: str) -> None:
    """The one difference: what YAML 1.2 reads otherwise is refused."""
    try:
        expected = yaml.safe_load(f"[{text}]")
    except (ValueError, OverflowError, IndexError):
        assert not isinstance(_plain_or_trap(text), int | float)
        return
    except yaml.YAMLError:
        return
    if not isinstance(expected[0], str) or expected[0] != text:
        found, mistakes = parse(f"[{text}]")
        assert mistakes or found == expected
        return
    found = _plain_or_trap(text)
    assert found == expected[0] or isinstance(found, scalars.Trap)


def _plain_or_trap(text: str) -> Any:
    try:
        return scalars.plain(text)
    except scalars.Trap as trap:
        return trap


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "inventory.yml").touch()
    with pytest.raises(ConfigError) as caught:
        source.read(tmp_path / "inventry.yml", tmp_path)
    assert str(caught.value) == "inventry.yml: there is no such file\n    write instead: inventory.yml"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    with pytest.raises(ConfigError) as caught:
        source.read(tmp_path / "inventory", tmp_path)
    assert str(caught.value) == (
        "inventory: this is a folder, and a file is meant\n    write instead: inventory/NAME.yml"
    )


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read everything")
def test_a_file_that_you_may_not_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text("a: 1\n")
    path.chmod(0)
    with pytest.raises(ConfigError, match=r"^x\.yml: you are not allowed to read this file$"):
        source.read(path, tmp_path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a system without devices")
def test_a_device_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not a file that can be read twice"):
        source.read(Path("/dev/zero"), tmp_path)


def test_a_file_that_is_too_large_is_refused_and_its_limit_named(tmp_path: Path) -> None:
    text = refusal(tmp_path, "a: " + "x" * source.MAX_BYTES)
    assert text.startswith(
        "x.yml: the file is larger than 8 MiB\n    write instead: fewer values in one file: big lists"
    )
    assert read(tmp_path, "a: " + "x" * (source.MAX_BYTES - 3))
    assert "larger than 16 MiB" in refusal(tmp_path, " " * (source.MAX_JSON_BYTES + 1), "x.json")


def test_a_name_that_no_system_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the file cannot be read"):
        source.read(tmp_path / "a\0b.yml", tmp_path)


def test_all_mistakes_come_in_one_go_and_no_more_than_a_hundred(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, "a: 1\n" * 500)
    assert len(caught.value.mistakes) == 100


def test_a_secret_stands_in_no_message(tmp_path: Path) -> None:
    value = canary("password")
    texts = [
        f"password: {value}: x\n",
        f"password: '{value}\n",
        f"password: '{value}' x\n",
        f"assu: {{password: {value}, x: 1\n",
        f"token: !valt {value}\n",
        f"api_key: @{value}\n",
        f'secret: "\\z{value}"\n',
        f"passphrase:\n  - {value}\n  - !x {value}\n",
        f"passphrase:\n- {value}\n- !x {value}\n",
        f"token:{value}\nb: 1\n",
        f"token: !vault |\n  {value}\n",
        f"x: postgresql://ria:{value}@db/x\nx: 2\ny: postgresql://ria:{value}@db/x: 3\n",
        f"wachtwoord: {{{{ {value} }}}} x\n",
    ]
    for text in texts:
        assert value not in refusal(tmp_path, text), text
    (tmp_path / "x.yml").unlink()


def test_without_libyaml_files_may_be_smaller(tmp_path: Path) -> None:
    limits = yamltext.Limits(100, 100, "less")
    text = "[" + "a," * 200 + "]"
    _, mistakes = yamltext.read_yaml(text.encode(), text, "x.yml", limits, source.Vaulted, fast=False)
    assert [mistake.message for mistake in mistakes] == ["the file has more than 100 values"]


# --- what it costs --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="a process there does not say what it used")
@pytest.mark.parametrize("name", hostile.FILES)
@pytest.mark.timeout(30)
def test_whatever_the_file_it_takes_two_seconds_and_256_mib(name: str) -> None:
    """In a process of its own. The limit of CPU is generous to a busy machine; `bench/` measures."""
    done = subprocess.run(
        [sys.executable, hostile.__file__, name], capture_output=True, text=True, timeout=25, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["seconds"] <= 2
    assert told["mib"] <= 256
    assert "Traceback" not in done.stderr


def test_a_bomb_is_named_with_its_place(tmp_path: Path) -> None:
    assert refusal(tmp_path, hostile.FILES["billion laughs"][1]()).startswith(
        "x.yml:6:45: with what `*a4` repeats, the file has more than 600,000 values\n"
    )


def test_depth_is_bounded_at_its_limit(tmp_path: Path) -> None:
    deepest = "[" * source.MAX_DEPTH + "]" * source.MAX_DEPTH
    for name in ("x.yml", "x.json"):
        assert read(tmp_path, deepest, name) is not None
        assert "nested deeper than 100 levels" in refusal(tmp_path, f"[{deepest}]", name)


# --- whatever the bytes, only ConfigError ---------------------------------------------------------------------------

SEEDS = [
    b"all:\n  vars: &v {a: 1}\n  children:\n    nl: {vars: {<<: *v}, offices: {utrecht: {name: 'x', n: [1, 2.5]}}}\n",
    b'- name: x\n  offices: all\n  tasks:\n    - assu.postbus: {numbers: "{{ n }}"}\n      when: [a, "b"]\n',
    b'{"a": [1, 2.5e3, null, true, "\\u00e9"], "b": {"c": "d"}}',
    b"a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\nb: 2026-01-01\nc: >\n  x\n  y\n",
]
PIECES = st.sampled_from(
    [b"\t", b"\0", b"\xff", b"{", b"}", b"[", b"]", b"*a", b"&a", b"!!", b"!", b"|", b">", b"? ", b": ", b"- ", b"---"]
    + [
        b"...",
        b"%",
        b"'",
        b'"',
        b"\\",
        b"\r",
        b"\n",
        b"\n\n",
        b" ",
        b"<<: ",
        b"\xef\xbb\xbf",
        b"@",
        b"`",
        b"#",
        b"\x85",
    ]
    + [b"\xe2\x80\xa8", b"0x_", b".inf", b"1e999", b"9" * 500, b"2026-99-99", b"{{ x }}", b"\xed\xa0\x80", b"{%", b","]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        piece = draw(PIECES)
        if draw(st.booleans()):
            data[at:at] = piece
        else:
            data[at : at + draw(st.integers(1, 5))] = piece
    return bytes(data)


@given(st.one_of(mutated(), st.binary(max_size=60), st.lists(PIECES, max_size=12).map(b"".join)), st.booleans())
@example(b"", False)
def test_only_config_errors_come_out(tmp_path_factory: pytest.TempPathFactory, data: bytes, as_json: bool) -> None:
    folder = tmp_path_factory.getbasetemp()
    path = folder / ("fuzz.json" if as_json else "fuzz.yml")
    path.write_bytes(data)
    try:
        found = source.read(path, folder, may_be_empty=True)
    except ConfigError as error:
        assert str(error)
        assert error.mistakes
    else:
        _sound(found)


@given(st.one_of(mutated(), st.lists(PIECES, max_size=12).map(b"".join)))
def test_only_mistakes_come_out_of_the_other_parser_too(data: bytes) -> None:
    text = data.decode("utf-8", "ignore").replace("\0", "").replace("\ufeff", "")
    found, mistakes = yamltext.read_yaml(text.encode(), text, "x.yml", LIMITS, source.Vaulted, fast=False)
    assert mistakes or found is None or _sound(found)


def _sound(value: Any) -> bool:
    """Nothing but plain values with text for keys."""
    if isinstance(value, dict):
        assert all(isinstance(key, str) for key in value)
        return all(map(_sound, value.values()))
    if isinstance(value, list):
        return all(map(_sound, value))
    assert value is None or isinstance(value, str | int | float | date | source.Vaulted)
    return not (isinstance(value, float) and not math.isfinite(value))


def test_times_keep_their_zone(tmp_path: Path) -> None:
    assert read(tmp_path, "a: 2026-11-20T09:14:00Z\n") == {"a": datetime(2026, 11, 20, 9, 14, tzinfo=UTC)}
