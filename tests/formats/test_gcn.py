"""The reader of GetConnector definitions, on files of the shape that AFAS exports, sound and damaged."""

import hashlib
import random
import struct
import time
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import gcn as made
from helpers.afas_files import GUID, container, elements, zipped
from helpers.sizes import seed, size
from inregel.formats import gcn
from inregel.sandbox.afas.definitions import read as as_the_emulator_does


def test_a_definition_says_what_it_is() -> None:
    days = {"at_4": datetime(2020, 2, 29, 8, 0), "at_5": datetime(2026, 9, 14, 13, 45, 30)}
    data = made.definition("Vendor - Product - BP_Employers_v2", at_14=made.inner("BP_Employers_v2"), **days)
    assert gcn.read(data) == gcn.Definition(
        name="Vendor - Product - BP_Employers_v2",
        guid=GUID,
        created=datetime(2020, 2, 29, 8, 0),
        changed=datetime(2026, 9, 14, 13, 45, 30),
        product="Hrm",
        system="Kn",
        format=7,
        digest=hashlib.sha256(made.inner("BP_Employers_v2")).hexdigest(),
        ids=("BP_Employers_v2",),
    )


def test_the_name_in_the_header_is_not_taken_for_the_id() -> None:
    found = gcn.read(made.definition("Vendor - VND_Users", "VND_Users_2026"))
    assert found.ids == ("VND_Users_2026", "VND_Users")
    assert gcn.read(made.definition("SH_AUDIT_MdwPerPlan")).ids == ("SH_AUDIT_MdwPerPlan",)
    assert gcn.read(made.definition("Met spatie", at_14=zipped({"ExternalData": b"binary"}))).ids == ()


def test_format_8_has_one_value_more_and_an_inner_part_that_is_not_read() -> None:
    found = gcn.read(container(elements("BP_Employers", format=8)))
    assert (found.format, found.name, found.ids) == (8, "BP_Employers", ("BP_Employers",))


def test_the_same_content_has_the_same_digest_and_another_content_another() -> None:
    first, later = gcn.read(made.definition()), gcn.read(made.definition(at_5=datetime(2026, 10, 1)))
    assert first.digest == later.digest
    assert gcn.read(made.definition(rest_id="Other")).digest != first.digest


@pytest.mark.parametrize("format", [7, 8])
@pytest.mark.parametrize(("id", "name"), [("Loonjaar", ""), ("VND_Users_v2", "Vendor - Product - VND_Users_v2")])
def test_the_emulated_afas_which_has_a_reader_of_its_own_reads_the_same(id: str, name: str, format: int) -> None:
    data = container(elements(id, name, format=format))
    ours, theirs = gcn.read(data), as_the_emulator_does("x.gcn", data)
    assert (ours.name, ours.guid, ours.ids[0], ours.digest) == (theirs.name, theirs.guid, theirs.id, theirs.content)
    assert f"{ours.changed:%Y-%m-%d}" == theirs.changed


def test_signs_of_windows_are_read() -> None:
    assert gcn.read(made.definition("Werkgevers – überzicht €")).name == "Werkgevers – überzicht €"


WRONG: dict[str, tuple[bytes, type[gcn.GcnError], str]] = {
    "nothing": (b"", gcn.NotGcn, "does not begin like one"),
    "a page": (b"<html>", gcn.NotGcn, "does not begin like one"),
    "a zip": (made.packed({"a": b"b"}), gcn.NotGcn, "does not begin like one"),
    "cut short": (made.definition()[:-1], gcn.Damaged, "in the middle of a value"),
    "more behind it": (made.definition() + b"\0", gcn.Damaged, "1 bytes follow behind its end"),
    "too many values": (struct.pack("<HHII", 0x200C, 1, 2**32 - 1, 0), gcn.Damaged, "4294967295 values"),
    "no values": (struct.pack("<HHII", 0x200C, 1, 0, 0), gcn.Unsupported, "it names no format"),
    "another format": (made.definition(at_0=9), gcn.Unsupported, "format 9"),
    "too few values": (container(elements()[:15]), gcn.Damaged, "has 16 values and not 15"),
    "no get connector": (made.definition(at_2=5), gcn.Unsupported, r"defines something else \(type 5\)"),
    "a GUID that is none": (made.definition(at_1="x" * 32), gcn.Damaged, "GUID"),
    "no name": (made.definition(at_3=" "), gcn.Damaged, "it has no name"),
    "a name that is a number": (made.definition(at_3=4), gcn.Damaged, "value 3 is not of the kind"),
    "an unknown kind": (made.definition().replace(struct.pack("<Hi", 3, 3000), struct.pack("<Hi", 99, 3000)),
                        gcn.Damaged, "unknown kind"),
    "a day that is none": (made.definition(at_5=float("nan")), gcn.Damaged, "one of its days is none"),
    "a day far away": (made.definition(at_5=1e300), gcn.Damaged, "one of its days is none"),
    "no inner part": (made.definition(at_14=b"x"), gcn.Damaged, "cannot be unpacked"),
    "two inner parts": (made.definition(at_14=made.packed({"ExternalData": b"", "b": b""})), gcn.Damaged, "not one"),
    "too large": (b"\0" * (gcn.MOST_BYTES + 1), gcn.Unsupported, "larger than 16 MiB"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_definition_is_said(name: str) -> None:
    data, kind, message = WRONG[name]
    with pytest.raises(kind, match=message):
        gcn.read(data)


def test_a_sign_that_windows_does_not_know_is_damage() -> None:
    data = made.definition("BP_Employers").replace(b"BP_Employers", b"BP_Employe\x81s", 1)
    with pytest.raises(gcn.Damaged, match="signs that Windows does not know"):
        gcn.read(data)


def test_an_inner_part_that_unpacks_to_far_too_much_is_refused_quickly() -> None:
    bomb = made.packed({"ExternalData": b"\0" * (40 * 2**20)})
    began = time.process_time()
    with pytest.raises(gcn.Unsupported, match="inner definition is larger than 32 MiB"):
        gcn.read(made.definition(at_14=bomb))
    assert time.process_time() - began < 1


def outcome(data: bytes) -> Any:
    """What reading gives, where only errors of its own are allowed."""
    try:
        return gcn.read(data)
    except gcn.GcnError as error:
        assert str(error)
        return type(error)


def test_a_flipped_byte_gives_another_definition_or_a_clear_error() -> None:
    rng = random.Random(seed("damaged files of AFAS"))
    sound = made.definition()
    for _ in range(size("damaged files of AFAS")):
        data = bytearray(sound)
        for _ in range(rng.choice((1, 1, 2, 8))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        outcome(bytes(data))
        outcome(bytes(data[: rng.randrange(len(data))]))


@given(st.binary(max_size=300))
def test_anything_behind_the_head_gives_a_clear_error(tail: bytes) -> None:
    assert isinstance(outcome(struct.pack("<HH", 0x200C, 1) + tail), type)
