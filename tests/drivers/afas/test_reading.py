"""One round through an environment: how few calls it takes, and what a module is given."""

from datetime import date
from typing import Any
from urllib.parse import parse_qs

import pytest

from helpers.afas_wire import Asked, Bench, Played, Wire, fault, metainfo, reply, rows, token, token_data
from helpers.canary import canary
from inregel.config.connections import PartlyKnown
from inregel.config.expressions import Absent
from inregel.contract import Secret
from inregel.drivers.afas.query import MOST_SIGNS, PAGE
from inregel.errors import Unavailable

NAME = "Benefits-Plaza"
THREE = {"afas.app_connector": [NAME], "afas.connector_access": [(NAME, "BP_Employers"), (NAME, "BP_Wages")],
         "afas.token": [NAME]}  # fmt: skip


def users(*names: str) -> list[dict[str, Any]]:
    """Rows of Profit_Users."""
    return [
        {"UserId": name, "Description": f"Naam {name}", "UPN": None, "Blocked": False, "Email": f"{name}@bp.example",
         "Windows": "false", "Connector": "1", "OutSite": None, "InSite": True, "PersonId": 1, "EmployeeId": None}
        for name in names
    ]  # fmt: skip


def member(group: str, user: str) -> dict[str, Any]:
    """A row of Profit_UserGroups."""
    return {"GroupId": group, "Decription": f"Groep {group}", "UserId": user}


def afas(**answers: Any) -> Wire:
    """Answers by the last part of the path; rows where they are a list."""

    def script(asked: Asked) -> Played:
        given = answers[asked.path.rpartition("/")[2]]
        return rows(*given) if isinstance(given, list) else given if isinstance(given, bytes) else reply(given)

    return Wire(script)


# --- tokens ---------------------------------------------------------------------------------------------------------


def test_three_modules_cost_one_call(bench: Bench) -> None:
    wire = afas(metainfo=metainfo("BP_Employers", "BP_Wages", tokenExpiry="2027-05-01T00:00:00Z"))
    view = bench.read(wire, THREE, tokens={NAME: token(NAME)})
    assert view == {
        "missing": {},
        "app_connectors": {
            NAME: {
                "state": "working",
                "envid": "O12345AA",
                "app_connector": NAME,
                "group": "BP",
                "user": "12345.BP",
                "expires": date(2027, 5, 1),
                "get_connectors": {"BP_Employers": "BP_Employers van a.s.r.", "BP_Wages": "BP_Wages van a.s.r."},
                "update_connectors": {"KnUser": "Gebruiker"},
            }
        },
    }
    assert [asked.path for asked in wire.asked] == ["metainfo"]


def test_what_a_token_tells_is_spelled_as_it_was_asked_for(bench: Bench) -> None:
    wire = afas(metainfo=metainfo("BP_Employers", "BP_Wages", group="BP (12345.BP)"))
    scope = {
        "afas.connector_access": [(NAME, "bp_employers"), ("Other", "bp_wages")],
        "afas.token": [(NAME, "12345.bp")],
    }
    view = bench.read(wire, scope, tokens={NAME: token(NAME)})
    found = view["app_connectors"][NAME]
    assert (found["user"], list(found["get_connectors"])) == ("12345.bp", ["bp_employers", "BP_Wages"])


def test_a_token_that_this_run_cannot_open_is_not_one_that_nobody_has(bench: Bench) -> None:
    hidden = {each: Secret("hidden", b"") for each in (NAME, "Lost")}
    absent = {
        NAME: Absent("The secret bp is not read without secrets", "leave out --no-secrets"),
        "Lost": Absent("There is no secret lost", "inregel secret set lost"),
    }
    view = bench.read(afas(), {"afas.token": [(NAME, "12345.BP")]}, tokens=PartlyKnown(hidden, absent))
    assert view["missing"] == {"Lost": "There is no secret lost"}
    why = {"why": "The secret bp is not read without secrets", "remedy": "leave out --no-secrets"}
    assert view["app_connectors"] == {NAME: {"state": "unreadable", **why}}


def test_only_tokens_that_are_asked_for_are_used(bench: Bench) -> None:
    tokens = {name: token(name) for name in (NAME, "Other", "Third")}
    wire = afas(metainfo=metainfo())
    assert set(bench.read(wire, {"afas.connector_access": [("Other", "x")]}, tokens=tokens)["app_connectors"]) == {
        "Other"
    }
    assert set(bench.read(wire, {"afas.token": [NAME, "Unknown"]}, tokens=tokens)["app_connectors"]) == {NAME}
    assert set(bench.read(wire, {"afas.token": None}, tokens=tokens)["app_connectors"]) == set(tokens)
    assert bench.read(wire, {"afas.token": ["Unknown"]}, tokens=tokens)["app_connectors"] == {}
    assert "app_connectors" not in bench.read(wire, {"afas.user": ["x"]}, tokens=tokens)
    assert len(wire.asked) == 1 + 1 + 3


def test_a_pasted_token_works_in_any_form(bench: Bench) -> None:
    data = token_data("digits")
    wire = afas(metainfo=metainfo())
    bench.read(wire, {"afas.token": None}, tokens={NAME: Secret("bp", f" {data}\r\n")})
    assert wire.asked[0].token == f"<token><version>1</version><data>{data}</data></token>"


def test_a_text_that_is_no_token_is_never_sent_nor_shown(bench: Bench) -> None:
    wrong = canary("something else")
    wire = afas(metainfo=metainfo())
    view = bench.read(wire, {"afas.token": None}, tokens={NAME: Secret("bp", wrong), "b": Secret("b", b"\xff\xfe")})
    assert view["app_connectors"][NAME]["state"] == view["app_connectors"]["b"]["state"] == "refused"
    assert "It is not a token of AFAS" in view["app_connectors"][NAME]["why"]
    assert wrong not in str(view)
    assert wire.asked == []


def test_a_token_that_afas_refuses_says_so_and_hides_no_other(bench: Bench) -> None:
    tokens = {name: token(name) for name in (NAME, "Old", "Inside")}
    answers = {tokens[NAME].reveal(): reply(metainfo()), tokens["Old"].reveal(): reply(b"", 401),
               tokens["Inside"].reveal(): reply(b"", 403)}  # fmt: skip
    view = bench.read(Wire(lambda asked: answers[asked.token]), {"afas.token": None}, tokens=tokens)
    found = view["app_connectors"]
    assert {name: each["state"] for name, each in found.items()} == {
        NAME: "working", "Old": "refused", "Inside": "unreadable",
    }  # fmt: skip
    assert found["Old"]["why"] == "AFAS refused GET metainfo: status 401"
    assert "not valid (any more) in this environment" in found["Old"]["remedy"]
    assert "A rule for IP addresses" in found["Inside"]["remedy"]


# --- users and groups -----------------------------------------------------------------------------------------------


def test_users_come_with_their_groups_and_the_spelling_that_was_asked_for(bench: Bench, own: Secret) -> None:
    wire = afas(
        Profit_Users=users("12345.BP", "12345.Ria"),
        Profit_UserGroups=[member("BP", "12345.BP"), member("Everyone", "12345.BP"), member("BP", "12345.Ria")],
    )
    view = bench.read(wire, {"afas.user": ["12345.bp", "12345.Ria", "12345.gone"]}, token=own)
    assert set(view["users"]) == {"12345.bp", "12345.Ria"}
    assert view["users"]["12345.bp"] == {
        "name": "Naam 12345.BP", "email": "12345.BP@bp.example", "upn": "", "blocked": False, "windows": False,
        "insite": True, "outsite": False, "connector": True, "groups": frozenset({"BP", "Everyone"}),
    }  # fmt: skip
    asked = parse_qs(wire.asked[0].query)
    assert asked["filtervalues"] == ["12345.Ria;12345.bp;12345.gone"]
    assert (asked["orderbyfieldids"], asked["operatortypes"]) == (["UserId"], ["1;1;1"])
    assert parse_qs(wire.asked[1].query)["orderbyfieldids"] == ["GroupId,UserId"]


def test_groups_come_with_their_users(bench: Bench, own: Secret) -> None:
    wire = afas(Profit_UserGroups=[member("BP", "12345.BP"), member("BP", "12345.Ria"), member("IT", "12345.Ria")])
    view = bench.read(wire, {"afas.user_group": None}, token=own)
    assert view["groups"] == {
        "BP": {"description": "Groep BP", "users": frozenset({"12345.BP", "12345.Ria"})},
        "IT": {"description": "Groep IT", "users": frozenset({"12345.Ria"})},
    }
    assert "filterfieldids" not in wire.asked[0].query


def test_nothing_is_asked_about_nobody(bench: Bench, own: Secret) -> None:
    wire = afas()
    view = bench.read(wire, {"afas.user": [], "afas.user_group": [], "afas.get_connector": []}, token=own)
    assert (view["users"], view["groups"], view["get_connectors"], wire.asked) == ({}, {}, {}, [])


def paged(found: list[dict[str, Any]]) -> Wire:
    """A GetConnector with so many rows."""

    def script(asked: Asked) -> bytes:
        query = parse_qs(asked.query)
        skip, take = int(query["skip"][0]), int(query["take"][0])
        assert skip >= 0
        assert 0 < take <= PAGE
        return rows(*found[skip : skip + take], skip=skip)

    return Wire(script)


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (PAGE - 1, 1), (PAGE, 2), (2 * PAGE + 1, 3)])
def test_all_pages_are_read_and_no_more(bench: Bench, own: Secret, count: int, pages: int) -> None:
    wire = paged([member(f"G{number:05}", "12345.BP") for number in range(count)])
    assert len(bench.read(wire, {"afas.user_group": None}, token=own)["groups"]) == count
    assert len(wire.asked) == pages


def test_rows_that_move_while_they_are_read_are_not_believed(bench: Bench, own: Secret) -> None:
    found = [member(f"G{number:05}", "12345.BP") for number in range(PAGE + 5)]

    def script(asked: Asked) -> bytes:
        skip = int(parse_qs(asked.query)["skip"][0])
        # One row was added in front after the first page.
        listed = [member("A", "12345.BP"), *found] if skip else found
        return rows(*listed[skip : skip + PAGE], skip=skip)

    with pytest.raises(Unavailable, match="its rows changed while they were read"):
        bench.read(Wire(script), {"afas.user_group": None}, token=own)


def test_many_names_are_asked_for_in_queries_that_afas_takes(bench: Bench, own: Secret) -> None:
    names = [f"G{number:04}" for number in range(500)]

    def script(asked: Asked) -> bytes:
        assert len(asked.query) <= MOST_SIGNS
        return rows(*(member(name, "12345.BP") for name in parse_qs(asked.query)["filtervalues"][0].split(";")))

    wire = Wire(script)
    assert set(bench.read(wire, {"afas.user_group": names}, token=own)["groups"]) == set(names)
    assert 1 < len(wire.asked) < 10


@pytest.mark.parametrize(
    "answer",
    [{"rows": None}, {}, [], {"rows": [1]}, {"rows": [{"GroupId": "BP"}]}, {"rows": [{"GroupId": None, "UserId": ""}]},
     {"rows": [member("BP", "a")] * (PAGE + 1)}],
)  # fmt: skip
def test_an_answer_that_holds_no_rows_is_not_taken_for_an_empty_one(bench: Bench, own: Secret, answer: Any) -> None:
    with pytest.raises(Unavailable, match="connectors/Profit_UserGroups got no answer that can be used"):
        bench.read(Wire([reply(answer)]), {"afas.user_group": None}, token=own)


# --- GetConnectors --------------------------------------------------------------------------------------------------

LISTED = [{"Naam": "BP_Employers", "Omschrijving": "Werkgevers", "Geblokkeerd": False},
          {"Naam": "BP_Wages", "Omschrijving": None, "Geblokkeerd": True}]  # fmt: skip


def test_get_connectors_come_with_whether_they_are_blocked(bench: Bench, own: Secret) -> None:
    wire = afas(ProfitGetConnectoren=LISTED)
    view = bench.read(wire, {"afas.get_connector": ["BP_Employers", "bp_wages"]}, token=own)
    assert view["get_connectors"] == {
        "BP_Employers": {"description": "Werkgevers", "blocked": False},
        "bp_wages": {"description": "", "blocked": True},
    }
    assert len(wire.asked) == 1


def test_fields_are_read_where_the_connection_says_so_with_a_token_that_may(bench: Bench, own: Secret) -> None:
    fields = {"name": "x", "fields": [{"id": "EmployerId", "fieldId": "U001", "dataType": "string", "length": 16}]}
    wire = afas(ProfitGetConnectoren=LISTED, metainfo=metainfo("BP_Employers"), BP_Employers=fields)
    mine = token(NAME)
    view = bench.read(
        wire, {"afas.get_connector": ["BP_Employers", "BP_Wages"]}, token=own, tokens={NAME: mine}, field_shapes=True
    )
    assert view["fields"] == {"BP_Employers": {"EmployerId": "string 16"}}
    assert [(asked.path, asked.token == mine.reveal()) for asked in wire.asked] == [
        ("metainfo", True), ("connectors/ProfitGetConnectoren", False), ("metainfo/get/BP_Employers", True),
    ]  # fmt: skip


def test_without_credentials_of_its_own_the_tokens_say_what_they_may_use(bench: Bench) -> None:
    wire = afas(metainfo=metainfo("BP_Employers"))
    view = bench.read(wire, {"afas.get_connector": ["BP_Employers"], "afas.user": ["x"]}, tokens={NAME: token(NAME)})
    assert set(view) == {"missing", "app_connectors"}
    assert set(view["app_connectors"][NAME]["get_connectors"]) == {"BP_Employers"}


def test_a_part_that_may_not_be_read_is_blocked_alone(bench: Bench, own: Secret) -> None:
    wire = afas(ProfitGetConnectoren=reply(b"", 401), Profit_Users=users("12345.BP"), Profit_UserGroups=[],
                metainfo=metainfo())  # fmt: skip
    scope = {"afas.get_connector": None, "afas.user": None, **THREE}
    view = bench.read(wire, scope, token=own, tokens={NAME: token(NAME)})
    assert set(view["blocked"]) == {"afas.get_connector"}
    assert "ProfitGetConnectoren is not assigned to the app connector" in view["blocked"]["afas.get_connector"].remedy
    assert set(view["users"]) == {"12345.BP"}
    assert view["app_connectors"][NAME]["state"] == "working"


def test_the_version_is_read_with_whatever_token_there_is(bench: Bench, own: Secret) -> None:
    wire = afas(profitversion={"version": "22.22.5"})
    assert bench.read(wire, {"afas.version": ["version"]}, token=own)["version"] == "22.22.5"
    assert bench.read(wire, {"afas.version": None}, tokens={NAME: token(NAME)})["version"] == "22.22.5"
    assert "version" not in bench.read(wire, {"afas.version": None})
    refused = bench.read(Wire([reply(b"", 401)]), {"afas.version": None}, token=own)
    assert "profitversion is not assigned" in refused["blocked"]["afas.version"].remedy


def test_a_service_that_fails_leaves_nothing_half_read(bench: Bench, own: Secret) -> None:
    wire = afas(Profit_Users=users("a"), Profit_UserGroups=fault(502))
    with pytest.raises(Unavailable, match="connectors/Profit_UserGroups got no answer that can be used: status 502"):
        bench.read(wire, {"afas.user": None}, token=own)
