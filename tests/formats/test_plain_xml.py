"""XML without what XML can do to its reader."""

import time

import pytest

from inregel.formats import plain_xml

LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 if n > 1 else str()};" * 10}">' for n in range(1, 10))
    + "]><a>&a9;</a>"
)


def test_names_lose_their_namespace_and_texts_are_whole() -> None:
    root = plain_xml.parse(b'<s:a xmlns:s="urn:x" s:c="1"><b xmlns="urn:y">x&amp;y\r\n&#233;</b></s:a>')
    assert (root.tag, root.attrib, [each.tag for each in root]) == ("a", {"c": "1"}, ["b"])
    assert root[0].text == "x&y\né"


@pytest.mark.parametrize(
    "text",
    [LAUGHS, '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', '<!DOCTYPE a [<!ENTITY x SYSTEM "http://x/">]><a>&x;</a>',
     "<!DOCTYPE a><a/>"],
)  # fmt: skip
def test_a_document_type_is_refused_at_once(text: str) -> None:
    began = time.process_time()
    with pytest.raises(plain_xml.NotPlainXml, match="document type"):
        plain_xml.parse(text.encode())
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("text", ["", "<a>", "<a></b>", "x", "<a>&x;</a>", "<a/><b/>", '<?xml encoding="utf-99"?><a/>'])
def test_what_is_broken_is_said_by_its_line(text: str) -> None:
    with pytest.raises(plain_xml.NotPlainXml, match="broken at line 1"):
        plain_xml.parse(text.encode())


def test_depth_and_size_are_bounded() -> None:
    assert plain_xml.parse(b"<a>" * 64 + b"</a>" * 64).tag == "a"
    with pytest.raises(plain_xml.NotPlainXml, match="nested deeper than 64"):
        plain_xml.parse(b"<a>" * 100_000)
    with pytest.raises(plain_xml.NotPlainXml, match="larger than 16 MiB"):
        plain_xml.parse(b"<a>" + b" " * plain_xml.MOST_BYTES + b"</a>")
