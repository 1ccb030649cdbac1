"""The reader of a supplier's ZIP file: what it takes, and everything that it refuses."""

import hashlib
import io
import random
import stat
import struct
import zipfile

import pytest

from helpers import gcn as made
from helpers.sizes import seed, size
from inregel.formats import connector_zip as zips


def read(data: bytes) -> zips.Contents:
    """Reads it under its own hash."""
    return zips.read(data, hashlib.sha256(data).hexdigest())


FILES = {"BP_Employers.gcn": made.definition("BP_Employers"), "BP_Wages.gcn": made.definition("BP_Wages")}


def test_the_definitions_and_the_other_files_are_found() -> None:
    found = read(
        made.packed({**FILES, "Map/": b"", "Map/BP_Days.GCN": made.definition("BP_Days"), "Lees mij.txt": b"."})
    )
    assert [(each.path, each.definition.name) for each in found.definitions] == [
        ("BP_Employers.gcn", "BP_Employers"),
        ("BP_Wages.gcn", "BP_Wages"),
        ("Map/BP_Days.GCN", "BP_Days"),
    ]
    assert found.others == ("Lees mij.txt",)
    first = found.definitions[0]
    assert (first.data, first.digest) == (
        FILES["BP_Employers.gcn"],
        hashlib.sha256(FILES["BP_Employers.gcn"]).hexdigest(),
    )


def test_a_zip_that_was_changed_is_refused_before_it_is_opened() -> None:
    pinned = hashlib.sha256(made.packed(FILES)).hexdigest()
    with pytest.raises(zips.OtherFile, match=f"the playbook says {pinned}"):
        zips.read(made.packed({**FILES, "BP_Wages.gcn": made.definition("BP_Wages", "Other")}), pinned)
    with pytest.raises(zips.OtherFile):
        zips.read(b"not even a ZIP", pinned)
    assert zips.read(made.packed(FILES), f" {pinned.upper()}\n").definitions


@pytest.mark.parametrize(
    "name",
    [
        "../x.gcn",
        "/etc/x.gcn",
        "a/../../x.gcn",
        "..\\x.gcn",
        "C:\\x.gcn",
        "C:x.gcn",
        "a//x.gcn",
        "./x.gcn",
        "x\x07.gcn",
    ],
)
def test_a_name_that_leads_out_of_its_folder_is_refused(name: str) -> None:
    with pytest.raises(zips.ZipError, match="leads out of its folder"):
        read(made.packed([("ok.gcn", FILES["BP_Wages.gcn"]), (name, FILES["BP_Wages.gcn"])]))


def test_a_name_that_hides_its_end_behind_a_nul_is_refused() -> None:
    data = made.packed({"aaaa.gcn_exe": FILES["BP_Wages.gcn"]}).replace(b"aaaa.gcn_exe", b"aaaa.gcn\0exe")
    with pytest.raises(zips.ZipError, match="leads out of its folder, or is none"):
        read(data)


@pytest.mark.parametrize("second", ["BP_Wages.gcn", "bp_wages.GCN", "Map/BP_Wages.gcn"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(second: str) -> None:
    with pytest.raises(zips.ZipError, match="two files are called"):
        read(made.packed([("BP_Wages.gcn", FILES["BP_Wages.gcn"]), (second, FILES["BP_Employers.gcn"])]))


def test_an_encrypted_file_is_refused_with_what_to_ask_for() -> None:
    data = bytearray(made.packed(FILES))
    for head, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(head) + at] |= 1
    with pytest.raises(zips.ZipError, match=r"is encrypted: ask the supplier for a file without a password"):
        read(bytes(data))


@pytest.mark.parametrize("name", ["BP_Wages.gcn", "inside.zip", "manual.pdf"])
def test_an_archive_within_is_refused_whatever_it_is_called(name: str) -> None:
    with pytest.raises(zips.ZipError, match="is an archive itself"):
        read(made.packed([("ok.gcn", FILES["BP_Wages.gcn"]), (name, made.packed(FILES))]))


def test_a_link_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("BP_Wages.gcn")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(zips.ZipError, match="is a link or a device"):
        read(buffer.getvalue())


def test_a_bomb_is_refused_also_where_it_lies_about_its_size() -> None:
    half = b"\0" * (17 * 2**20)
    data = made.packed({"a.txt": half, "b.txt": half})
    assert len(data) < 2**18
    with pytest.raises(zips.ZipError, match="unpacked it is larger than 32 MiB"):
        read(data)
    lying = data.replace(struct.pack("<I", len(half)), struct.pack("<I", 10))
    assert lying != data
    with pytest.raises(zips.ZipError):
        read(lying)


def test_too_many_files_are_refused() -> None:
    with pytest.raises(zips.ZipError, match="it has 501 files"):
        read(made.packed([(f"{each}.gcn", b"") for each in range(501)]))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"Rar!", made.packed(FILES)[:-30], made.packed(FILES)[30:]])
def test_what_is_no_zip_or_was_cut_short_is_said(data: bytes) -> None:
    with pytest.raises(zips.ZipError, match="damaged, was cut short, or is no ZIP file"):
        read(data)


def test_a_damaged_definition_is_named_with_its_file() -> None:
    with pytest.raises(zips.ZipError, match=r"'BP_Wages.gcn': The definition of a GetConnector is damaged"):
        read(made.packed({**FILES, "BP_Wages.gcn": FILES["BP_Wages.gcn"][:-1]}))
    with pytest.raises(zips.ZipError, match="there is no definition"):
        read(made.packed({"Lees mij.txt": b"."}))


def test_a_flipped_byte_gives_other_contents_or_a_clear_error() -> None:
    rng = random.Random(seed("damaged files of AFAS"))
    sound = made.packed(FILES)
    for _ in range(size("damaged files of AFAS")):
        data = bytearray(sound)
        for _ in range(rng.choice((1, 1, 2, 8))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        for each in (bytes(data), bytes(data[: rng.randrange(len(data))])):
            try:
                read(each)
            except zips.ZipError as error:
                assert str(error)
