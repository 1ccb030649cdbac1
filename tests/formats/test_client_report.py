"""Reports of certificate stores, as PowerShell, Excel and people write them."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inregel.formats.client_report import COLUMNS, Collected, ReportError, Stored, of, read, serial_of
from inregel.library import Library, home

SCRIPT = home() / "modules/assu/scripts/collect-certificates.ps1"
PRINT = "AB" * 20
AT = "2026-11-19T08:30:00Z"
ROW = ["PC-01", "user", "ria", PRINT, "005D2077", "CN=Van Dalen", "VanDalen@certificate.example", "2028-11-14", "True",
       "True", AT]  # fmt: skip
HELD = Stored(PRINT, "5D2077", "vandalen@certificate.example", date(2028, 11, 14), True, True)
TIME = datetime(2026, 11, 19, 8, 30, tzinfo=UTC)


def row(**changes: str) -> list[str]:
    return list((dict(zip(COLUMNS, ROW, strict=True)) | changes).values())


def report(*rows: list[str], delimiter: str = ",", quote: str = '"', above: str = "") -> str:
    lines = [delimiter.join(f"{quote}{cell}{quote}" for cell in each) for each in (list(COLUMNS), *rows)]
    return above + "\r\n".join(lines) + "\r\n"


def one(text: str | bytes, name: str = "clients.csv") -> Stored:
    [store] = read(text.encode() if isinstance(text, str) else text, name)
    [certificate] = store.certificates
    return certificate


def test_the_script_writes_the_columns_that_are_read() -> None:
    text = SCRIPT.read_text("ascii")
    [columns] = re.findall(r"^\$columns = (.*)$", text, re.MULTILINE)
    assert tuple(re.findall(r"'(\w+)'", columns)) == COLUMNS
    objects = re.findall(r"\[PSCustomObject\] @\{\n(.*?)\n +\}", text, re.DOTALL)
    assert [tuple(re.findall(r"^ +(\w+) +=", each, re.MULTILINE)) for each in objects] == [COLUMNS, COLUMNS]
    [noted] = re.findall(r"Columns: (.*)\.\n", text)
    assert tuple(noted.split(", ")) == COLUMNS
    assert Library(None).module_schema("assu.client_certificates")["x-script"] == SCRIPT.name


def test_the_script_takes_no_key_out_of_a_machine() -> None:
    text = SCRIPT.read_text("ascii")
    assert not re.findall(r"Export-Pfx|\.Export\(|ExportParameters|ExportKey|Remove-Item|Import-", text)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("above", ["", "sep=;\r\n", "#TYPE System.Management.Automation.PSCustomObject\r\n", "\r\n"])
def test_a_report_is_read_however_it_was_saved(coding: str, delimiter: str, above: str) -> None:
    text = report(ROW, delimiter=delimiter, above=above)
    assert read(text.encode(coding), "clients.csv") == [Collected("PC-01", "user", "ria", TIME, (HELD,))]


@pytest.mark.parametrize("whole", [True, False])
def test_json_is_read_with_and_without_a_list_around_one_row(whole: bool) -> None:
    data = dict(zip(COLUMNS, ROW, strict=True)) | {"has_private_key": True, "exportable": None}
    text = json.dumps([data] if whole else data).encode("utf-8-sig")
    assert one(text, "clients.JSON") == Stored(PRINT, "5D2077", HELD.email, HELD.not_after, True, None)


@pytest.mark.parametrize(
    ("column", "text", "field", "value"),
    [
        ("thumbprint", " \u200e" + "ab " * 20, "thumbprint", PRINT),
        ("thumbprint", ":".join(["ab"] * 20), "thumbprint", PRINT),
        ("serial", "5d 20 77", "serial", "5D2077"),
        ("not_after", "14-11-2028", "not_after", date(2028, 11, 14)),
        ("not_after", "4-1-2028 9:05:00", "not_after", date(2028, 1, 4)),
        ("not_after", "14-11-2028 23:30", "not_after", date(2028, 11, 14)),
        ("not_after", "2028-11-14T12:00:00+01:00", "not_after", date(2028, 11, 14)),
        ("has_private_key", "Onwaar", "private_key", False),
        ("exportable", "FALSE", "exportable", False),
        ("exportable", "", "exportable", None),
    ],
)
def test_values_are_read_as_people_and_windows_write_them(column: str, text: str, field: str, value: object) -> None:
    assert getattr(one(report(row(**{column: text}))), field) == value


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"machine": ""}, "machine is empty"),
        ({"store": "Root"}, "store is 'Root', not user or machine"),
        ({"thumbprint": "AB12"}, "thumbprint 'AB12' is not 40 hex digits"),
        ({"serial": "zero"}, "serial 'zero' is not a number of hex digits"),
        ({"not_after": "11/14/2028"}, "not_after is '11/14/2028', not a day such as 2028-11-14"),
        ({"not_after": "31-02-2028"}, "not_after is '31-02-2028', not a day such as 2028-11-14"),
        ({"has_private_key": "perhaps"}, "has_private_key is 'perhaps', not True or False"),
        ({"has_private_key": ""}, "has_private_key is empty"),
        ({"collected_at": ""}, "collected_at is '', not a day such as 2028-11-14"),
    ],
)
def test_a_wrong_value_is_told_with_file_and_row(changes: dict[str, str], message: str) -> None:
    with pytest.raises(ReportError) as told:
        read(report(ROW, row(**changes)).encode(), "reports/clients.csv")
    assert str(told.value) == f"reports/clients.csv:3: {message}"


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "clients.csv", "clients.csv is empty: collect it again"),
        (b"\xef\xbb\xbf\r\n", "clients.csv", "clients.csv is empty: collect it again"),
        (b"machine;store\r\n", "clients.csv", "clients.csv has no column user, thumbprint, serial"),
        (b"\xff\xfeA", "clients.csv", "clients.csv is neither UTF-8 nor UTF-16"),
        (b"Caf\xe9", "clients.csv", "clients.csv is neither UTF-8 nor UTF-16"),
        (b"{", "clients.json", "clients.json is not JSON"),
        (b"[1]", "clients.json", "clients.json: row 1 is no object"),
        (b'[{"machine": "PC-01"}]', "clients.json", "clients.json has no column store"),
    ],
)
def test_a_file_that_is_no_report_is_told(data: bytes, name: str, message: str) -> None:
    with pytest.raises(ReportError, match=re.escape(message)):
        read(data, name)


def test_many_mistakes_are_counted() -> None:
    rows = [row(machine="") for _ in range(7)]
    with pytest.raises(ReportError, match=re.escape("clients.csv:2: machine is empty; 3: ")) as told:
        read(report(*rows).encode(), "clients.csv")
    assert str(told.value).endswith("; and 2 more")


def test_a_store_that_holds_nothing_was_looked_at() -> None:
    empty = row(thumbprint="", serial="", not_after="", has_private_key="", exportable="")
    assert read(report(empty).encode(), "clients.csv") == [Collected("PC-01", "user", "ria", TIME, ())]


def test_of_a_store_that_was_collected_again_the_last_counts_whatever_the_order() -> None:
    later = row(thumbprint="CD" * 20, collected_at="2026-11-20T08:00:00Z")
    for rows in ([ROW, later], [later, ROW]):
        assert one(report(*rows)).thumbprint == "CD" * 20
    emptied = row(thumbprint="", collected_at="2026-11-20T08:00:00Z")
    [store] = read(report(ROW, emptied).encode(), "clients.csv")
    assert store.certificates == ()


def test_the_same_row_twice_is_one_and_rows_that_contradict_are_told() -> None:
    assert one(report(ROW, ROW)) == HELD
    with pytest.raises(ReportError, match="clients.csv:3: thumbprint ABABABAB... stands here with other values"):
        read(report(ROW, row(serial="11")).encode(), "clients.csv")


def test_a_place_means_the_stores_of_a_machine_or_those_that_one_user_sees() -> None:
    rows = [ROW, row(user="DEHANZE\\Jan"), row(store="LocalMachine", user=""), row(machine="pc-02.office.example")]
    stores = read(report(*rows).encode(), "clients.csv")
    assert [(each.machine, each.store, each.user) for each in of(stores, "pc-01")] == [
        ("PC-01", "user", "ria"), ("PC-01", "user", "jan"), ("PC-01", "machine", ""),
    ]  # fmt: skip
    assert [each.user for each in of(stores, "PC-01\\jan")] == ["jan", ""]
    assert [each.machine for each in of(stores, "PC-02")] == ["PC-02"]


@given(st.integers(1, 2**159), st.integers(0, 4))
def test_a_serial_number_is_compared_without_zeros_in_front(number: int, zeros: int) -> None:
    assert serial_of("0" * zeros + f"{number:x}") == f"{number:X}"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_report_or_one_message(data: bytes) -> None:
    for name in ("clients.csv", "clients.json"):
        try:
            read(data, name)
        except ReportError as error:
            assert str(error).startswith(name)


def test_the_script_is_where_the_module_is() -> None:
    assert Path(SCRIPT).parent.parent == Library(None).origin("assu.client_certificates").parent
