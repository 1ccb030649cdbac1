"""The module afas.get_connector."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from helpers.afas_files import zipped
from helpers.afas_office import Desk, change, messages, module, office, operations, working
from helpers.gcn import definition, packed
from inregel.contract import UNKNOWN, Blocked, Fault, Step

IMPORTED = {"blocked": False}
FILE = "files/bp.zip"
MODULE = module("afas.get_connector")


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Writes a file and gives the arguments of a task that pins it."""

    def write(data: bytes, path: str = FILE, **more: Any) -> dict[str, Any]:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
        return {"archive": path, "sha256": sha256(data).hexdigest(), **more}

    return write


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def archive(*names: str) -> bytes:
    return packed({f"Supplier {name}.gcn": definition(f"Supplier - BP - {name}", name) for name in names})


def test_what_a_connector_is_called_by_is_read_from_its_definition(put: Callable[..., Any], desk: Desk) -> None:
    desired = MODULE.desired(put(archive("BP_A_v2", "BP_B_v2")), office(), desk.inputs())
    assert desired == {"BP_A_v2": IMPORTED, "BP_B_v2": IMPORTED}


def test_ids_choose_among_what_the_file_defines(put: Callable[..., Any], desk: Desk) -> None:
    desired = MODULE.desired(put(archive("BP_A_v2", "BP_B_v2"), ids=["BP_B_v2"]), office(), desk.inputs())
    assert list(desired) == ["BP_B_v2"]


def test_an_id_may_be_given_for_a_file_that_does_not_tell_it(put: Callable[..., Any], desk: Desk) -> None:
    data = packed(
        {"one.gcn": definition("Een naam met spaties", at_14=zipped({"ExternalData": b"nothing that is known"}))}
    )
    with pytest.raises(Fault, match=r"one\.gcn does not tell what Een naam met spaties is called by"):
        MODULE.desired(put(data), office(), desk.inputs())
    assert MODULE.desired(put(data, ids={"BP_Own": "one.gcn"}), office(), desk.inputs()) == {"BP_Own": IMPORTED}


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        (["BP_C"], "no file defines BP_C; there is BP_A, BP_B"),
        ({"BP_A": "x.gcn"}, "the archive has no file x.gcn; there is Supplier BP_A.gcn, Supplier BP_B.gcn"),
    ],
)
def test_an_id_that_the_file_does_not_define_names_those_that_it_does(
    put: Callable[..., Any], desk: Desk, ids: Any, reason: str
) -> None:
    with pytest.raises(Fault) as found:
        MODULE.desired(put(archive("BP_A", "BP_B"), ids=ids), office(), desk.inputs())
    assert (found.value.blocked.reason, found.value.blocked.field) == (reason, "ids")


def test_other_content_under_the_old_name_is_refused(put: Callable[..., Any], desk: Desk) -> None:
    pinned = put(archive("BP_A"))["sha256"]
    args = put(archive("BP_B")) | {"sha256": pinned}
    with pytest.raises(Fault, match="is not the file that was pinned") as found:
        MODULE.desired(args, office(), desk.inputs())
    assert found.value.blocked.field == "sha256"


def test_a_damaged_file_blocks_with_the_reason(put: Callable[..., Any], desk: Desk) -> None:
    with pytest.raises(Fault, match=r"files/bp\.zip: The ZIP file of GetConnectors cannot be used") as found:
        MODULE.desired(put(archive("BP_A")[:-30]), office(), desk.inputs())
    assert found.value.blocked.field == "archive"


def test_one_definition_needs_no_archive(put: Callable[..., Any], desk: Desk) -> None:
    args = put(definition("BP_One"), "files/one.gcn")
    way = MODULE.steps(change("afas.get_connector", "BP_One", IMPORTED, args, before=None), desk.inputs())
    assert isinstance(way, list)
    assert isinstance(way[0], Step)
    assert (way[0].arguments["file"], "member" in way[0].arguments) == ("files/one.gcn", False)


def test_an_import_names_the_file_its_fingerprint_and_its_version(put: Callable[..., Any], desk: Desk) -> None:
    args = put(archive("BP_A"))
    way = MODULE.steps(change("afas.get_connector", "BP_A", IMPORTED, args, before=None), desk.inputs())
    assert isinstance(way, list)
    assert isinstance(way[0], Step)
    given = way[0].arguments
    assert (way[0].operation, way[0].order) == ("afas.import_get_connector", "afas/setup")
    assert (given["file"], given["member"], given["sha256"]) == (FILE, "Supplier BP_A.gcn", args["sha256"])
    assert (given["name"], given["changed"]) == ("Supplier - BP - BP_A", date(2026, 3, 14))


def test_one_that_afas_blocked_is_unblocked_and_not_imported_again(put: Callable[..., Any], desk: Desk) -> None:
    blocked = change("afas.get_connector", "BP_A", IMPORTED, put(archive("BP_A")), before={"blocked": True})
    assert operations(MODULE.steps(blocked, desk.inputs())) == ["afas.unblock_get_connector"]


def test_none_is_removed(put: Callable[..., Any], desk: Desk) -> None:
    gone = change("afas.get_connector", "BP_A", None, put(archive("BP_A")), before=IMPORTED)
    assert isinstance(MODULE.steps(gone, desk.inputs()), Blocked)


def test_the_list_of_the_driver_is_whole_and_tells_what_is_blocked() -> None:
    view = {"get_connectors": {"BP_A": {"description": "", "blocked": True}}, "app_connectors": {"X": working()}}
    seen = MODULE.actual(view)
    assert (seen.resources, seen.complete) == ({"BP_A": {"blocked": True}}, True)


def test_a_token_shows_what_is_there_and_not_whether_it_is_blocked() -> None:
    seen = MODULE.actual({"app_connectors": {"X": working(), "Y": {"state": "refused", "why": "", "remedy": ""}}})
    assert (seen.resources, seen.complete) == ({"BP_Employers": {"blocked": UNKNOWN}}, False)


def test_an_answer_that_leaves_one_out_is_refused() -> None:
    step = Step("afas.import_get_connector", IMPORTED, {"id": "BP_A"})
    lines = {"BP_A": IMPORTED, "BP_B": IMPORTED}
    assert MODULE.actual({"imported": ["bp_a"], "lines": lines}).resources == {"BP_A": IMPORTED}
    assert MODULE.check(step, {"imported": ["bp_a"]}) == []  # type: ignore[attr-defined]  # optional
    found = MODULE.check(step, {"imported": ["BP_B"]})  # type: ignore[attr-defined]  # optional
    assert messages(found) == ["BP_A is not among those that the screen shows"]
