"""One literal message per kind of mistake: the table `mistakes.yml`, through the public functions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from inregel.config import schema, settings, source
from inregel.config.mistakes import ConfigError, Where
from inregel.config.positions import failure
from inregel.library import Library

ROWS = yaml.safe_load(Path(__file__).with_name("mistakes.yml").read_text(encoding="utf-8"))


def read(root: Path, row: Mapping[str, Any]) -> None:
    """Reads the file of a row as the product does."""
    path = root / row["file"]
    path.write_bytes(bytes.fromhex(row["bytes"]) if "bytes" in row else row["content"].encode())
    if row["reads"] == "settings":
        settings.load(root)
        return
    data = source.read(path, root)
    if row["reads"] != "read":
        found = schema.check(data, Library(None).schema(row["reads"]), Where(row["file"]))
        if found:
            raise failure(root, found)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_the_message_says_where_what_and_what_to_write(tmp_path: Path, row: Mapping[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, row)
    assert str(caught.value) == row["message"]


def test_no_two_rows_are_the_same() -> None:
    assert len({row["name"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", [row for row in ROWS if row["file"].endswith(".yml")], ids=lambda row: row["name"])
def test_the_same_mistake_in_a_crlf_file_has_the_same_message(tmp_path: Path, row: Mapping[str, Any]) -> None:
    if "bytes" in row:
        pytest.skip("another encoding")
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, {**row, "content": row["content"].replace("\n", "\r\n")})
    assert str(caught.value) == row["message"]
