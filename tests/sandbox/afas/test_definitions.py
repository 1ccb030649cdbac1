"""Facts §4: the container of a GetConnector definition."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.afas_files import GUID, container, elements, gcn, variant, zipped
from inregel.sandbox.afas.definitions import BadDefinition, import_into, read
from inregel.sandbox.afas.state import Environment, Field, GetConnector
from inregel.sandbox.afas.switches import Switches


@pytest.mark.parametrize("format", [7, 8])
def test_s4_both_formats_are_read(format: int) -> None:
    found = read("Loonjaar.gcn", gcn(format=format))
    assert (found.name, found.guid, found.id, found.changed) == ("Loonjaar", GUID, "Loonjaar", "2026-03-14")


def test_s4_the_rest_id_stands_inside_and_not_in_the_name_of_the_file_or_the_head() -> None:
    found = read("Leverancier.gcn", gcn("VND_Loon_v2", "Leverancier - Product - Iets anders"))
    assert (found.name, found.id) == ("Leverancier - Product - Iets anders", "VND_Loon_v2")


def test_s4_where_no_rest_id_is_found_inside_the_last_part_of_the_name_is_it() -> None:
    found = read("x.gcn", gcn("VND_Loon_v2", "Leverancier - Product - VND_Loon_v2", format=8))
    assert found.id == "VND_Loon_v2"


def _with(index: int, value: Any) -> bytes:
    parts = elements()
    parts[index] = value
    return container(parts)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"<xml/>",
        gcn()[:-1],
        gcn() + b"\0",
        container(elements()[:-1]),
        container([*elements(), True]),
        gcn()[:12] + b"\xff\x7f" + gcn()[14:],
        b"\x0c\x20\x01\x00\xff\xff\xff\xff\0\0\0\0",
        _with(0, 6),
        _with(1, "guid"),
        _with(2, 9),
        _with(3, 9),
        _with(14, b"no zip"),
        _with(14, zipped({"Other": b""})),
        _with(15, "c2hvcnQ="),
        _with(15, "*" * 192),
    ],
)
def test_s4_what_is_not_such_a_container_to_its_last_byte_is_refused(data: bytes) -> None:
    with pytest.raises(BadDefinition, match="x.gcn cannot be imported"):
        read("x.gcn", data)


def test_s4_a_byte_array_has_one_dimension() -> None:
    odd = variant(b"x")
    head = b"\x0c\x20\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00"
    with pytest.raises(BadDefinition, match="more than one dimension"):
        read("x.gcn", head + odd[:2] + b"\x02\x00" + odd[4:])


def test_s4_a_zip_bomb_inside_is_refused() -> None:
    with pytest.raises(BadDefinition, match="has not one file ExternalData"):
        read("x.gcn", _with(14, zipped({"ExternalData": bytes(16 * 1024**2 + 1)})))


# --- import ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def environment() -> Environment:
    made = Environment("12345", "O12345AA")
    made.behind["Loonjaar"] = GetConnector("Loonjaar", "Loon per jaar", [Field("Naam")], [{"Naam": "Piet"}])
    return made


def _import(environment: Environment, data: bytes, *, overwrite: bool = False, **switches: Any) -> str:
    return import_into(environment, read("x.gcn", data), overwrite=overwrite, switches=Switches(**switches))


def test_s3_3_an_imported_definition_has_the_fields_and_rows_behind_it(environment: Environment) -> None:
    assert _import(environment, gcn()) == "Loonjaar: geimporteerd"
    made = environment.get_connectors["Loonjaar"]
    assert (made.description, made.guid, made.rows) == ("Loon per jaar", GUID, [{"Naam": "Piet"}])


def test_s3_3_without_overwrite_a_definition_that_is_there_stays(environment: Environment) -> None:
    environment.get_connectors["Loonjaar"] = GetConnector("Loonjaar", "oud")
    assert "bestaat al" in _import(environment, gcn())
    assert (environment.get_connectors["Loonjaar"].description, environment.imports) == ("oud", 0)


def test_s3_3_that_it_stays_is_a_switch(environment: Environment) -> None:
    for _ in range(3):
        _import(environment, gcn(), existing_definition="duplicated")
    assert list(environment.get_connectors) == ["Loonjaar", "Loonjaar_2", "Loonjaar_3"]


def test_s3_3_with_overwrite_it_is_replaced_and_stays_blocked(environment: Environment) -> None:
    environment.get_connectors["Loonjaar"] = GetConnector("Loonjaar", "oud", blocked=True)
    _import(environment, gcn(), overwrite=True)
    made = environment.get_connectors["Loonjaar"]
    assert (made.description, made.blocked, len(environment.get_connectors)) == ("Loon per jaar", True, 1)


def test_s4_a_signature_that_came_with_other_content_is_refused(environment: Environment) -> None:
    _import(environment, gcn())
    with pytest.raises(BadDefinition, match="signature belongs to another definition"):
        _import(environment, gcn(sql="drop table"), overwrite=True)


def test_s4_that_it_is_a_signature_is_a_switch(environment: Environment) -> None:
    _import(environment, gcn())
    _import(environment, gcn(sql="drop table"), overwrite=True, signature_holds=False)
    assert environment.imports == 2
