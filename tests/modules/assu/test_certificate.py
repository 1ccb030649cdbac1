"""The module assu.certificate."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers.assu import EMAIL, FILE, NOW, World, change, office, wish
from helpers.canary import allow, canary
from inregel.contract import AtLeast, Blocked, Fault, Office, Step, Unknown
from inregel.formats import pkcs12
from inregel.sandbox.certificates import make_container

UNTIL = date(2028, 11, 14)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def step(world: World, where: Office | None = None, **changes: Any) -> Step:
    where = where or office()
    module = world.module("assu.certificate")
    after = {"serial": "5D2077", "valid_until": AtLeast(timedelta(days=45))}
    made = module.steps(change("assu.certificate", EMAIL, after, world.args(**changes), where), world.inputs())
    assert not isinstance(made, Blocked)
    (only,) = made
    assert isinstance(only, Step)
    return only


def test_what_is_desired_comes_out_of_the_file(world: World) -> None:
    desired = world.module("assu.certificate").desired(world.args(), office(), world.inputs())
    assert desired == {EMAIL: {"serial": "5D2077", "valid_until": AtLeast(timedelta(days=45))}}


def test_renew_before_is_45_days_where_it_is_not_given(world: World) -> None:
    args = world.args()
    del args["renew_before"]
    assert world.module("assu.certificate").desired(args, office(), world.inputs()) == {
        EMAIL: {"serial": "5D2077", "valid_until": AtLeast(timedelta(days=45))}
    }


def test_the_address_is_compared_without_regard_to_case(world: World) -> None:
    desired = world.module("assu.certificate").desired(
        world.args(email="VanDalen@certificate.example"), office(), world.inputs()
    )
    assert list(desired) == ["VanDalen@certificate.example"]


def shape(**changes: Any) -> Callable[[World], None]:
    return lambda world: world.wish(**changes)


def other_password(world: World) -> None:
    world.put(make_container(wish(), canary("the password that the file really has")))


FAULTS: list[tuple[str, Callable[[World], Any], dict[str, Any], str, str, str]] = [
    (
        "wrong password",
        other_password,
        {},
        "secret assu_pfx_utrecht does not open files/utrecht.abc (a sound PKCS#12 file)",
        "inregel secret set assu_pfx_utrecht",
        "you",
    ),
    (
        "missing",
        lambda world: (world.root / FILE).unlink(),
        {},
        "there is no file files/utrecht.abc",
        "put it there: files/utrecht.abc",
        "you",
    ),
    (
        "damaged",
        lambda world: world.put((world.root / FILE).read_bytes()[:100]),
        {},
        "files/utrecht.abc is a damaged PKCS#12 file: it ends at byte 100, and should go on to byte {size}",
        "copy the file to files/utrecht.abc once more, as binary",
        "you",
    ),
    (
        "keystore",
        lambda world: world.put(bytes.fromhex("feedfeed00000002")),
        {},
        "files/utrecht.abc is not a PKCS#12 file but a Java keystore (JKS)",
        "keytool -importkeystore -srckeystore files/utrecht.abc -destkeystore new.p12 -deststoretype PKCS12",
        "you",
    ),
    (
        "empty",
        lambda world: world.put(b""),
        {},
        "files/utrecht.abc is not a PKCS#12 file but an empty file",
        "put the file that the ABC-tool wrote at files/utrecht.abc",
        "you",
    ),
    (
        "not yet valid",
        shape(valid_from=datetime(2026, 12, 1, 12, tzinfo=UTC)),
        {},
        "files/utrecht.abc is not valid before 2026-12-01",
        "wait until that day",
        "you",
    ),
    (
        "another office",
        shape(email="hoorn@certificate.example"),
        {},
        f"files/utrecht.abc is the certificate of hoorn@certificate.example, not of {EMAIL}",
        "put the file of Van Dalen Assurantiën there, or correct email",
        "you",
    ),
    (
        "starting office",
        lambda world: None,
        {"kind": "starting"},
        "a starting office: A.i. Automatisering sets up its first certificate in the migration service",
        "afterwards write kind: renewal",
        "other",
    ),
    (
        "another holder",
        lambda world: None,
        {"holder": "De Hanze"},
        "files/utrecht.abc is in the name of CN=Van Dalen Assurantiën, not of De Hanze",
        "put the file of Van Dalen Assurantiën there, or correct holder",
        "you",
    ),
    (
        "renewing a new one",
        lambda world: None,
        {"route": "renew", "kind": "new"},
        "route renew renews a certificate, and kind says that it is new",
        "route: import, with file and password",
        "you",
    ),
    (
        "password in clear",
        lambda world: None,
        {"password": "in clear"},
        "password is not a secret",
        "password: \"{{ secret('assu_pfx_' ~ office.id) }}\"",
        "you",
    ),
]


@pytest.mark.parametrize(
    ("spoil", "changes", "reason", "remedy", "who"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_a_file_that_is_not_fit_blocks_this_office_in_these_words(
    world: World, spoil: Callable[[World], Any], changes: dict[str, Any], reason: str, remedy: str, who: str
) -> None:
    size = (world.root / FILE).stat().st_size
    spoil(world)
    with pytest.raises(Fault) as caught:
        world.module("assu.certificate").desired(world.args(**changes), office(), world.inputs())
    blocked = caught.value.blocked
    assert (blocked.reason, blocked.remedy, blocked.who) == (reason.format(size=size), remedy, who)
    assert caught.value.key == EMAIL


def test_renewing_in_the_wizard_names_the_version_that_it_needs(world: World) -> None:
    with pytest.raises(Fault, match=r"^route renew needs 1\.2628\.3\.16, here is 1\.2628\.3\.15$"):
        world.module("assu.certificate").desired(world.args(route="renew"), office("1.2628.3.15"), world.inputs())


def test_an_office_without_a_connection_is_told_what_to_write(world: World) -> None:
    with pytest.raises(Fault, match="^the office has no connection assu$"):
        world.module("assu.certificate").desired(world.args(), Office("ede", "Ede"), world.inputs())


def test_the_last_day_on_which_a_file_will_do_is_that_of_renew_before(world: World) -> None:
    module = world.module("assu.certificate")
    valid = AtLeast(timedelta(days=45))
    world.wish(valid_until=NOW.replace(hour=12) + timedelta(days=45))
    assert module.desired(world.args(), office(), world.inputs()) == {EMAIL: {"serial": "5D2077", "valid_until": valid}}
    world.wish(valid_until=NOW.replace(hour=12) + timedelta(days=44))
    world.shared.files.clear()
    assert module.desired(world.args(), office(), world.inputs()) == {EMAIL: {"valid_until": valid}}


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (datetime(2026, 11, 19, 12, tzinfo=UTC), "files/utrecht.abc expired on 2026-11-19"),
        (datetime(2026, 12, 18, 12, tzinfo=UTC), "files/utrecht.abc is valid until 2026-12-18: 28 days"),
    ],
)
def test_a_file_that_is_too_old_is_said_and_a_new_one_is_to_be_collected(
    world: World, until: datetime, told: str
) -> None:
    world.wish(valid_until=until, valid_from=datetime(2024, 12, 1, tzinfo=UTC))
    assert lint(world) == [f"{told}; a new one is to be collected"]
    before = {"serial": "4A910C", "valid_until": until.date()}
    after = {"valid_until": AtLeast(timedelta(days=45))}
    made = change("assu.certificate", EMAIL, after, world.args(), office(), before=before)
    (only,) = world.module("assu.certificate").steps(made, world.inputs())  # type: ignore[misc]  # not Blocked
    assert isinstance(only, Step)
    assert (only.operation, only.order, only.reaches) == ("assu.collect_certificate", "assu/collect", after)
    assert (only.arguments["serial"], only.arguments["least"]) == ("5D2077", date(2027, 1, 4))


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        (None, "new"),
        (Unknown.UNKNOWN, None),
        ({"serial": "4A910C", "valid_until": UNTIL}, "renewal"),
        ({"serial": "4A910C", "valid_until": UNTIL, "kind": "new"}, "renewal"),
        ({"serial": "not 5D2077", "valid_until": UNTIL}, "renewal"),
        ({"serial": "not 5D2077", "valid_until": UNTIL, "kind": "new"}, "new"),
    ],
)
def test_new_or_renewal_follows_from_what_was_there_before(world: World, before: Any, kind: str | None) -> None:
    args = world.args()
    del args["kind"]
    after = {"serial": "5D2077", "valid_until": AtLeast(timedelta(days=45))}
    made = change("assu.certificate", EMAIL, after, args, office(), before=before)
    (only,) = world.module("assu.certificate").steps(made, world.inputs())  # type: ignore[misc]  # not Blocked
    assert isinstance(only, Step)
    assert only.reaches is not None
    assert only.reaches.get("kind") == kind


def test_a_word_of_the_task_decides_whether_it_is_new(world: World) -> None:
    after = {"serial": "5D2077", "valid_until": AtLeast(timedelta(days=45))}
    before = {"serial": "4A910C", "valid_until": UNTIL}
    made = change("assu.certificate", EMAIL, after, world.args(kind="new"), office(), before=before)
    (only,) = world.module("assu.certificate").steps(made, world.inputs())  # type: ignore[misc]  # not Blocked
    assert isinstance(only, Step)
    assert only.arguments["kind"] == "new"


def test_the_step_says_all_that_the_wizard_asks_and_looks_first(world: World) -> None:
    made, held = step(world), (world.root / FILE).read_bytes()
    assert made == Step(
        "assu.import_certificate",
        {"serial": "5D2077", "valid_until": UNTIL, "kind": "renewal"},
        {
            "version": "1.2628.3.16",
            "band": "renewal",
            "file": FILE,
            "sealed": False,
            "password": world.secret,
            "email": EMAIL,
            "kind": "renewal",
            "administrator": "",
            "valid_until": UNTIL,
            "gap": False,
            "certificate": base64.b64encode(pkcs12.open_container(held, world.secret.reveal()).der).decode(),
        },
        look_first=True,
        order="assu/wizard",
        role="certificate.administrator",
        form="renewal",
        remark="No hand-in at a.s.r.: this is a renewal.",
    )


def test_the_contact_does_it_where_no_administrator_is_named(world: World) -> None:
    assert step(world, office(certificate={})).role == "contact"


def test_a_certificate_is_opened_once_for_equal_file_and_password(world: World) -> None:
    inputs = world.inputs()
    module = world.module("assu.certificate")
    module.desired(world.args(), office(), inputs)
    opened = dict(world.shared.memo)
    module.desired(world.args(), office(), inputs)
    assert len(opened) == 1
    assert dict(world.shared.memo) == opened
    assert world.secret.reveal() not in repr(opened)


def test_no_step_takes_a_certificate_out(world: World) -> None:
    made = world.module("assu.certificate").steps(
        change("assu.certificate", EMAIL, None, world.args(), office()), world.inputs()
    )
    assert made == Blocked(
        "the wizard reads a certificate in, it does not take one out", "other", "ask A.i. Servicedesk"
    )


# --- what a person answers ------------------------------------------------------------------------------------------

REACHES = {"serial": "5D2077", "valid_until": UNTIL}


@pytest.mark.parametrize(
    ("shown", "state"),
    [
        (UNTIL, REACHES),
        ("2028-11-14", REACHES),
        (date(2028, 11, 15), REACHES),
        (date(2026, 12, 18), {"serial": "not 5D2077", "valid_until": date(2026, 12, 18)}),
    ],
)
def test_the_date_tells_which_certificate_is_there(world: World, shown: Any, state: dict[str, Any]) -> None:
    seen = world.module("assu.certificate").actual({"valid_until": shown, "lines": {EMAIL: REACHES}})
    assert (seen.resources, seen.complete) == ({EMAIL: state}, False)


def test_no_certificate_is_an_answer_and_silence_is_none(world: World) -> None:
    module = world.module("assu.certificate")
    nothing = module.actual({"valid_until": "geen", "lines": {EMAIL: REACHES}})
    assert (nothing.resources, nothing.complete) == ({}, True)
    silent = module.actual({"postbussen": []})
    assert (silent.resources, silent.complete) == ({}, False)


def test_a_day_that_does_not_exist_is_refused(world: World) -> None:
    with pytest.raises(Fault, match="'2027-02-30' is not a date"):
        world.module("assu.certificate").actual({"valid_until": "2027-02-30"})


OTHER_BAND = (
    "Assu is 1.2628.3.9, but this order was written for 1.2628.3.16: "
    "correct the version in the inventory and apply again, which hands out the order for it"
)


@pytest.mark.parametrize(
    ("answers", "messages"),
    [
        ({"valid_until": UNTIL, "assu_version": "1.2628.3.16"}, []),
        ({"valid_until": "2028-11-13"}, []),
        ({"aplaza_user": "x"}, []),
        (
            {"valid_until": "2026-12-18"},
            ["the screen says 2026-12-18, but files/utrecht.abc is valid until 2028-11-14: another one was read in"],
        ),
        (
            {"valid_until": "geen"},
            ["the screen shows no certificate, and files/utrecht.abc was to be read in, valid until 2028-11-14"],
        ),
        (
            {"valid_until": UNTIL, "assu_version": "1.2628.3.14"},
            [
                "Assu is 1.2628.3.14, but this order was written for 1.2628.3.16: "
                "correct the version in the inventory and apply again, which hands out the order for it"
            ],
        ),
        ({"valid_until": UNTIL, "assu_version": "1.2628.3.9"}, [OTHER_BAND]),
        ({"valid_until": UNTIL, "assu_version": "1.2628.3.100"}, []),
        (
            {"valid_until": UNTIL, "assu_version": "1.2628"},
            ["Assu 1.2628 is cut short, and which screens it has hangs on the rest: answer all of it"],
        ),
        ({"valid_until": UNTIL, "assu_version": "1.2632"}, []),
    ],
)
def test_an_answer_that_contradicts_the_file_is_refused_in_these_words(
    world: World, answers: dict[str, Any], messages: list[str]
) -> None:
    findings = world.module("assu.certificate").check(step(world), answers)  # type: ignore[attr-defined]  # optional
    assert [finding.message for finding in findings] == messages


# --- allowed, but unwise --------------------------------------------------------------------------------------------


def lint(world: World, where: Office | None = None, **before: Any) -> list[str]:
    view = {"office": where or office(), "inputs": world.inputs(), "before": {EMAIL: before or None}}
    findings = world.module("assu.certificate").lint(world.args(), view)  # type: ignore[attr-defined]  # optional
    return [finding.message for finding in findings]


def test_a_sound_certificate_is_not_remarked_upon(world: World) -> None:
    assert lint(world, valid_until=date(2026, 12, 18)) == []


def test_a_gap_after_the_one_before_is_remarked_upon(world: World) -> None:
    text = "files/utrecht.abc begins on 2026-11-15, and the one before it ends on 2026-11-10: a gap"
    assert lint(world, valid_until=date(2026, 11, 10)) == [text]


def test_a_certificate_without_an_address_is_remarked_upon_and_not_refused(world: World) -> None:
    world.wish(email="")
    assert world.module("assu.certificate").desired(world.args(), office(), world.inputs())
    text = "files/utrecht.abc names no e-mail address, so nothing shows that it is this office's"
    assert lint(world) == [text]


def test_a_version_that_is_cut_short_is_remarked_upon(world: World) -> None:
    text = 'version "1.2628" is cut short, so it is taken for one before 1.2628.3.14; write all of it'
    assert lint(world, office("1.2628")) == [text]


def test_sha_1_is_remarked_upon_with_its_source(world: World) -> None:
    folder = world.root
    allow(folder / "password").write_bytes(world.secret.reveal_bytes())
    subprocess.run(
        ["openssl", "req", "-x509", "-sha1", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        + ["-days", "700", "-subj", f"/CN=A/emailAddress={EMAIL}", "-keyout", "key.pem", "-out", "certificate.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    subprocess.run(
        ["openssl", "pkcs12", "-export", "-in", "certificate.pem", "-inkey", "key.pem", "-out", FILE]
        + ["-passout", "file:password"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    findings = world.module("assu.certificate").lint(  # type: ignore[attr-defined]  # optional
        world.args(), {"office": office(), "inputs": world.inputs(), "before": {}}
    )
    text = "files/utrecht.abc is signed with SHA1, which is no longer given out"
    assert [(finding.message, finding.source) for finding in findings] == [
        (text, "ABZ Certification Practice Statement 1.9")
    ]


def test_one_certificate_at_two_offices_is_claimed_twice(world: World) -> None:
    module = world.module("assu.certificate")
    desired = module.desired(world.args(), office(), world.inputs())
    claims = [name for key, state in desired.items() for name in module.claims(key, state)]  # type: ignore[attr-defined]
    assert claims == [f"the certificate of {EMAIL}", "certificate:5D2077"]


def test_the_reader_is_never_asked_twice_for_a_wrong_password(world: World) -> None:
    other_password(world)
    inputs = world.inputs()
    for _ in range(2):
        with pytest.raises(Fault):
            world.module("assu.certificate").desired(world.args(), office(), inputs)
    ((_, error),) = world.shared.memo.values()
    assert isinstance(error, pkcs12.WrongPassword)


# --- files of other tools -------------------------------------------------------------------------------------------


def run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("way", [[], ["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"]])
def test_what_openssl_writes_is_taken_in_the_modern_and_in_the_old_form(world: World, way: list[str]) -> None:
    allow(world.root / "password").write_bytes(world.secret.reveal_bytes())
    subject = f"/CN=Van Dalen Assurantiën/emailAddress={EMAIL}"
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "700", "-utf8"]
    run(world.root, "openssl", *made, "-set_serial", "0x5D2077", "-subj", subject, "-keyout", "k.pem", "-out", "c.pem")
    packed = ["pkcs12", "-export", "-in", "c.pem", "-inkey", "k.pem", "-out", FILE, "-passout", "file:password"]
    run(world.root, "openssl", *packed, "-name", "Assurantiën", *way)
    world.shared.now = datetime.now(NOW.tzinfo) + timedelta(days=1)
    desired = world.module("assu.certificate").desired(world.args(holder="Van Dalen"), office(), world.inputs())
    assert desired == {EMAIL: {"serial": "5D2077", "valid_until": AtLeast(timedelta(days=45))}}


@pytest.mark.skipif(shutil.which("keytool") is None, reason="keytool is not installed")
def test_a_keystore_that_keytool_wrote_is_named_with_the_command_that_converts_it(world: World) -> None:
    (world.root / FILE).unlink()
    made = ["-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=Java", "-storetype", "JKS", "-keystore", FILE]
    run(world.root, "keytool", *made, "-storepass", "nothing-secret", "-keypass", "nothing-secret")
    with pytest.raises(Fault, match=r"is not a PKCS#12 file but a Java keystore \(JKS\)$") as caught:
        world.module("assu.certificate").desired(world.args(), office(), world.inputs())
    assert caught.value.blocked.remedy.startswith("keytool -importkeystore -srckeystore files/utrecht.abc")
