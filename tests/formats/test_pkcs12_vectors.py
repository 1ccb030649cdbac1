"""The reader of PKCS#12 on files of others: those that `cryptography` is tested with, of `openssl`, of `keytool`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from helpers.canary import canary
from helpers.containers import (
    NAME,
    OPENSSL,
    SERIAL,
    Made,
    certificate,
    export,
    has_keytool,
    keytool,
    mixed,
    openssl,
    pbmac1,
    write_pem,
)
from inregel.formats.pkcs12 import (
    ContainerError,
    KeyMismatch,
    NoCertificate,
    NoKey,
    NotPkcs12,
    WrongPassword,
    open_container,
)

VECTORS = Path(__file__).parents[1] / "vectors"
OTHER = "another-public-password"
CA, SITE, JAVA = "309 CN=cryptography CA,C=US", "3F20 CN=www.cryptography.io,OU=Domain Control Validated", "CN=Java"
TRUST = "A37352E0B2142F86 CN=PyCA DSA CA,O=Internet Widgits Pty Ltd,L=Austin"

# name: (password, number and holder, its key is there, friendly name), or the error.
THEIRS: dict[str, tuple[str, str, bool, str] | tuple[str, type[ContainerError]]] = {
    "cert-aes256cbc-no-key": ("cryptography", CA, False, ""),
    "cert-key-aes256cbc": ("cryptography", CA, True, ""),
    "cert-none-key-none": ("cryptography", CA, True, ""),
    "cert-rc2-key-3des": ("cryptography", CA, True, ""),
    "java-truststore": ("", TRUST, False, "cert1"),
    "name-1-no-pwd": ("", CA, True, "name"),
    "name-1-pwd": ("password", CA, True, "name"),
    "name-2-3-no-pwd": ("", CA, True, "name2"),
    "name-2-3-pwd": ("password", CA, True, "name2"),
    "name-2-no-pwd": ("", CA, True, "name2"),
    "name-2-pwd": ("password", CA, True, "name2"),
    "name-3-no-pwd": ("", CA, True, "name3"),
    "name-3-pwd": ("password", CA, True, "name3"),
    "name-all-no-pwd": ("", CA, True, "name"),
    "name-all-pwd": ("password", CA, True, "name"),
    "name-unicode-no-pwd": ("", CA, True, "☺"),
    "name-unicode-pwd": ("password", CA, True, "☺"),
    "no-cert-key-aes256cbc": ("cryptography", NoCertificate),
    "no-cert-name-2-no-pwd": ("", SITE, False, "name2"),
    "no-cert-name-2-pwd": ("password", SITE, False, "name2"),
    "no-cert-name-3-no-pwd": ("", SITE, False, "name3"),
    "no-cert-name-3-pwd": ("password", SITE, False, "name3"),
    "no-cert-name-all-no-pwd": ("", SITE, False, "name2"),
    "no-cert-name-all-pwd": ("password", SITE, False, "name2"),
    "no-cert-name-unicode-no-pwd": ("", SITE, False, "☹"),
    "no-cert-name-unicode-pwd": ("password", SITE, False, "☹"),
    "no-cert-no-name-no-pwd": ("", SITE, False, ""),
    "no-cert-no-name-pwd": ("password", SITE, False, ""),
    "no-name-no-pwd": ("", CA, True, ""),
    "no-name-pwd": ("password", CA, True, ""),
    "no-password": ("", CA, True, "cryptography CA"),
}


def test_every_file_that_cryptography_is_tested_with_stands_in_the_table() -> None:
    assert sorted(THEIRS) == sorted(path.stem for path in (VECTORS / "pkcs12").glob("*.p12"))


@pytest.mark.parametrize("name", THEIRS)
def test_a_file_of_others_says_what_the_table_says(name: str) -> None:
    data, (password, *wanted) = (VECTORS / f"pkcs12/{name}.p12").read_bytes(), THEIRS[name]
    with pytest.raises(WrongPassword):
        open_container(data, OTHER)
    if len(wanted) == 1:
        assert isinstance(wanted[0], type)
        with pytest.raises(wanted[0]):
            open_container(data, password)
        return
    found = open_container(data, password, need_key=False)
    assert f"{found.serial} {found.subject}".startswith(str(wanted[0]))
    assert ([found.key_matches, found.friendly_name], found.has_key) == (wanted[1:], wanted[1])
    if not wanted[1]:
        with pytest.raises(NoKey):
            open_container(data, password)


@pytest.mark.parametrize("name", ["modern", "legacy", "sha1", "sha512"])
def test_what_java_wrote_is_opened_also_where_there_is_no_java(name: str) -> None:
    data = (VECTORS / f"keytool/{name}.p12").read_bytes()
    found = open_container(data, "public-password")
    assert (found.subject, found.key_matches, found.friendly_name) == (JAVA, True, "a")
    with pytest.raises(WrongPassword):
        open_container(data, OTHER)


@pytest.mark.parametrize("kind", ["JKS", "JCEKS"])
def test_a_keystore_of_java_is_named(kind: str) -> None:
    with pytest.raises(NotPkcs12) as caught:
        open_container((VECTORS / f"keytool/store.{kind.lower()}").read_bytes(), "public-password")
    assert str(caught.value) == f"It is not a PKCS#12 file but a Java keystore ({kind})."


# --- made on the spot -----------------------------------------------------------------------------------------------


def check(made: Made, name: str = "Été") -> None:
    """It opens, and another password is told as that."""
    found = open_container(made.data, made.password)
    assert (found.serial, found.subject, found.friendly_name) == (SERIAL, f"CN={NAME}", name)
    assert (found.has_key, found.key_matches) == (True, True)
    with pytest.raises(WrongPassword):
        open_container(made.data, canary("another"))


@pytest.mark.parametrize("shape", ["{}", "wâchtwoord ☃ {}", ""], ids=["plain", "unicode", "empty"])
@pytest.mark.parametrize("family", OPENSSL)
def test_each_way_of_openssl_is_opened(family: str, shape: str) -> None:
    check(openssl(family, shape))


@pytest.mark.parametrize("shape", ["{}", "wâchtwoord ☃ {}", ""], ids=["plain", "unicode", "empty"])
def test_the_checksum_of_rfc_9579_is_known(shape: str) -> None:
    check(pbmac1(openssl("AES-256", shape)))


def test_openssl_writes_that_checksum_itself_where_it_can(tmp_path: Path) -> None:
    write_pem(tmp_path, certificate())
    secret = canary("pbmac1")
    try:
        data = export(tmp_path, secret, "-pbmac1_pbkdf2", "-name", "Été")
    except subprocess.CalledProcessError:
        pytest.skip("this openssl does not know PBMAC1 (it does from 3.4)")
    check(Made(data, secret))


@pytest.mark.skipif(not has_keytool(), reason="keytool is not installed; tests/vectors/keytool is tried all the same")
def test_what_the_keytool_of_this_machine_writes_is_opened() -> None:
    made = keytool()
    found = open_container(made.data, made.password)
    assert (found.subject, found.key_matches, found.friendly_name) == (JAVA, True, "a")
    with pytest.raises(WrongPassword):
        open_container(made.data, canary("another"))


def test_of_a_chain_the_certificate_of_the_key_is_told_wherever_it_stands(tmp_path: Path) -> None:
    write_pem(tmp_path, certificate())
    own = (tmp_path / "certificate.pem").read_bytes()
    others = [
        certificate(f"CA {number}", serial=number, private=ec.generate_private_key(ec.SECP256R1())) for number in (1, 2)
    ]
    first, second = (each.public_bytes(serialization.Encoding.PEM) for each in others)
    (tmp_path / "certificate.pem").write_bytes(first + own + second)
    secret = canary("chain")
    check(Made(export(tmp_path, secret, "-name", "Été", "-caname", "A", "-caname", "B"), secret))


def test_a_key_of_another_certificate_a_key_alone_and_a_certificate_alone_are_told(tmp_path: Path) -> None:
    write_pem(tmp_path, certificate())
    secret = canary("parts")
    whole, alone = export(tmp_path, secret, "-nomac"), export(tmp_path, secret, "-nocerts")
    with pytest.raises(NoCertificate, match=r"^It holds no certificate\.$"):
        open_container(alone, secret)
    with pytest.raises(NoKey, match=r"^It holds a certificate without its private key\.$"):
        open_container(export(tmp_path, secret, "-nokeys"), secret)
    other = ec.generate_private_key(ec.SECP256R1())
    write_pem(tmp_path, certificate(private=other), other)
    with pytest.raises(KeyMismatch, match=r"^It holds a private key that does not belong to its certificate\.$"):
        open_container(mixed(whole, export(tmp_path, secret, "-nomac")), secret)
