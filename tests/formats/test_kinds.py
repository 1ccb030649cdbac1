"""What a file is that is no PKCS#12 file, on files that `openssl` and `keytool` wrote."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.canary import allow, canary
from inregel.formats import pkcs12
from inregel.formats.kinds import sniff

CONFIG = """[ca]
default_ca = own
[own]
database = index.txt
default_md = sha256
default_crl_days = 30
"""


def run(folder: Path, *commands: str) -> None:
    for command in commands:
        subprocess.run(shlex.split(command), cwd=folder, check=True, capture_output=True, timeout=20)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kinds")
    allow(folder / "secret").write_text(canary("pem") + "\n", "utf-8")
    (folder / "ca.cnf").write_text(CONFIG, "utf-8")
    (folder / "index.txt").write_text("", "utf-8")
    (folder / "mail.txt").write_text("Geachte heer,\n", "utf-8")
    run(
        folder,
        "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem",
        "openssl req -new -x509 -key rsa.pem -subj '/CN=Van Dalen' -days 30 -out cert.pem",
        "openssl req -new -key rsa.pem -subj '/CN=Van Dalen' -out csr.pem",
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem",
        "openssl ca -gencrl -config ca.cnf -keyfile rsa.pem -cert cert.pem -out crl.pem",
    )
    return folder


KINDS = [
    ("req -in csr.pem -outform DER", "a certificate signing request (CSR)"),
    ("x509 -in cert.pem -outform DER", "a certificate alone, without its key"),
    ("x509 -req -in csr.pem -signkey rsa.pem -days 9 -outform DER", "a certificate alone, without its key"),
    ("pkcs8 -topk8 -nocrypt -in rsa.pem -outform DER", "a private key alone, without its certificate"),
    ("pkcs8 -topk8 -nocrypt -in ec.pem -outform DER", "a private key alone, without its certificate"),
    ("rsa -traditional -in rsa.pem -outform DER", "a private key alone, without its certificate"),
    ("ec -in ec.pem -outform DER", "a private key alone, without its certificate"),
    (
        "pkcs8 -topk8 -in rsa.pem -passout file:secret -outform DER",
        "a private key alone (encrypted), without its certificate",
    ),
    (
        "pkcs8 -topk8 -v1 PBE-SHA1-3DES -in ec.pem -passout file:secret -outform DER",
        "a private key alone (encrypted), without its certificate",
    ),
    ("pkey -in rsa.pem -pubout -outform DER", "a public key alone"),
    ("pkey -in ec.pem -pubout -outform DER", "a public key alone"),
    ("rsa -in rsa.pem -RSAPublicKey_out -outform DER", "a public key alone"),
    ("crl -in crl.pem -outform DER", "a list of revoked certificates (CRL)"),
    ("crl2pkcs7 -nocrl -certfile cert.pem -outform DER", "PKCS#7 with certificates, without a key"),
    ("crl2pkcs7 -in crl.pem -outform DER", "PKCS#7 without any certificate"),
    ("cms -sign -in mail.txt -signer cert.pem -inkey rsa.pem -outform DER", "PKCS#7 with certificates, without a key"),
    (
        "cms -sign -stream -binary -in mail.txt -signer cert.pem -inkey rsa.pem -outform DER -nodetach",
        "PKCS#7 with certificates, without a key",
    ),
    ("cms -encrypt -in mail.txt -outform DER cert.pem", "a PKCS#7 message, which is not of certificates"),
]


@pytest.mark.parametrize(("command", "name"), KINDS, ids=[command for command, _ in KINDS])
def test_a_file_of_openssl_is_called_what_it_is(files: Path, tmp_path: Path, command: str, name: str) -> None:
    program, options = command.split(maxsplit=1)
    run(files, f"openssl {program} -out {tmp_path}/out.der {options}")
    data = (tmp_path / "out.der").read_bytes()
    assert sniff(data) == name
    with pytest.raises(pkcs12.NotPkcs12) as caught:
        pkcs12.open_container(data, "")
    assert str(caught.value) == f"It is not a PKCS#12 file but {name}."
    assert sniff(data[: max(200, len(data) // 2)]) == name, "also where it was cut off"


@given(st.binary(max_size=60), st.sampled_from([b"", b"\x30", b"\x30\x80", b"\x30\x30\x30\x20", b"\x30\x82\x01"]))
def test_any_bytes_are_called_something(data: bytes, head: bytes) -> None:
    assert isinstance(sniff(head + data), str)


def test_a_long_text_is_a_text_wherever_it_is_cut() -> None:
    assert sniff(("é" * 4_000).encode()) == sniff(("xé" * 4_000)[:6_000].encode()) == "a text file"
    assert sniff(b"\xe9" * 5_000) == "something unknown"


@pytest.mark.skipif(shutil.which("keytool") is None, reason="keytool is not installed")
def test_secret_keys_of_keytool_make_no_wrong_password_a_damaged_file(files: Path, tmp_path: Path) -> None:
    """`keytool` keeps them in a part that anybody can open, and that hides them one by one."""
    secret = canary("keytool")
    allow(tmp_path / "secret").write_text(secret, "utf-8")
    store = "-keystore store.p12 -storetype PKCS12 -storepass:file secret"
    run(tmp_path, f"keytool -genseckey -alias key -keyalg AES -keysize 256 {store}")
    run(tmp_path, f"keytool -importcert -noprompt -alias a -file {files}/cert.pem {store}")
    data = (tmp_path / "store.p12").read_bytes()
    with pytest.raises(pkcs12.WrongPassword):
        pkcs12.open_container(data, canary("another"))
    assert pkcs12.open_container(data, secret, need_key=False).subject == "CN=Van Dalen"
