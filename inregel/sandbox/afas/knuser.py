"""The UpdateConnector KnUser: users and groups, changed by the codes 0 to 6 of `MtCd`.

Assumed: the texts of refusals; that a code of a user begins with the number of the environment; that code 6 on a user
who is not there makes a system user (AFAS' example has it so), and code 1 with InSite makes an ordinary one again.
"""

from __future__ import annotations

from typing import Any, Final

from inregel.sandbox.afas.calls import Refused, functional
from inregel.sandbox.afas.state import EVERYONE, Environment, Group, User
from inregel.sandbox.afas.switches import Switches

_TEXTS: Final = {
    **{"MtCd": 1, "GrId": 20, "GrDs": 50, "BcCo": 15, "UsIdNew": 80, "UsId": 80, "Nm": 80, "EmAd": 255},
    **{"XOEA": 255, "Upn": 255, "InLn": 80, "CAId": 80, "CANm": 80, "OcUs": 80, "PoMa": 80},
}
"""Fields with their lengths; those after EmAd are assumed."""
_FLAGS: Final = {
    **{"Awin": "windows", "Site": "outsite", "InSi": "insite", "Acon": "connector"},
    **{"AcUs": "", "Abac": "", "Acom": ""},
}
"""Fields that are true or false, with what they are called in the emulated user."""
_PLAIN: Final = {"Nm": "name", "EmAd": "email", "Upn": "upn"}
_OLD: Final = ("Acon", "Abac", "Acom")
_STEERING: Final = ("MtCd", "GrId", "GrDs", "UsId", "UsIdNew")
_TRUTHS: Final = {"1": True, "true": True, "0": False, "false": False}
_CREATING: Final = ("1", "3", "6")


def shape(name: str, description: str, *, nested: bool) -> dict[str, Any]:
    """What /metainfo/update says. KnUser has no objects inside, so nesting shows as an empty list."""
    fields = []
    if name == "KnUser":
        texts = [_field(each, "string", length) for each, length in _TEXTS.items()]
        fields = texts + [_field(flag, "boolean", 0) for flag in _FLAGS]
    if not nested:
        return {"name": name, "description": description, "fields": fields}
    return {"id": name, "description": description, "fields": fields, "objects": []}


def _field(name: str, kind: str, length: int) -> dict[str, Any]:
    mandatory = name in ("MtCd", "Nm", "UsId")
    told = {"fieldId": name, "primaryKey": name == "UsId", "dataType": kind, "label": name}
    return told | {"mandatory": mandatory, "length": length}


def write(environment: Environment, body: Any, *, insert: bool, switches: Switches) -> dict[str, Any]:
    """Does a POST (`insert`) or PUT; returns the results. Raises `Refused`, and then has changed nothing."""
    name, fields = _element(body)
    values = {each: _checked(each, value) for each, value in fields.items()}
    code = values.get("MtCd", "")
    if code not in "0123456" or not code:
        raise functional("The entered value for 'Mutatiecode' does not exist.")
    user = environment.users.get(name)
    _check_user(environment, name, user, insert=insert, code=code)
    if user is None:
        missing = [each for each in ("Nm", *(_OLD if switches.demands_old_fields else ())) if each not in values]
        if missing:
            raise functional(f"Field '{missing[0]}' is required.")
    _check_group(environment, values, code)
    if code == "4":
        name = _rename(environment, name, values.get("UsIdNew", ""))
    else:
        _apply(environment, name, values, code)
    environment.writes += 1
    return {"KnUser": {"UsId": name}}


def _element(body: Any) -> tuple[str, dict[str, Any]]:
    """The user's code and the fields. Raises `Refused` (400) where a part is missing, 500 where one is too many."""
    try:
        outer, element = body, body["KnUser"]["Element"]
        name, fields = element["@UsId"], element["Fields"]
        parts = {*outer, *body["KnUser"], *element} - {"KnUser", "Element", "@UsId", "Fields"}
        if not isinstance(fields, dict):
            raise TypeError(fields)
    except (KeyError, TypeError) as error:
        raise Refused(400, "The request has no KnUser/Element with @UsId and Fields.") from error
    if parts:
        raise functional(f"Unknown element '{sorted(parts)[0]}'.")
    if not isinstance(name, str) or not 0 < len(name) <= _TEXTS["UsId"]:
        raise functional("The entered value for 'UsId' is not valid.")
    return name, fields


def _checked(name: str, value: Any) -> Any:
    if name in _FLAGS:
        truth = _TRUTHS.get(str(value).lower())
        if truth is None:
            raise functional(f"The entered value for '{name}' is not valid.")
        return truth
    if name not in _TEXTS:
        raise functional(f"Field '{name}' does not exist.")
    text = "" if value is None else str(value)
    if isinstance(value, dict | list | bool) or len(text) > _TEXTS[name]:
        raise functional(f"The entered value for '{name}' is not valid or too long.")
    return text


def _check_user(environment: Environment, name: str, user: User | None, *, insert: bool, code: str) -> None:
    if insert and user is not None:
        raise functional(f"User '{name}' already exists.")
    if not insert and user is None:
        raise functional("The entered value for 'User' does not exist.")
    if user is None and code not in _CREATING:
        raise functional("The entered value for 'User' does not exist.")
    if user is None and not name.startswith(f"{environment.number}."):
        raise functional(f"User '{name}' does not begin with {environment.number}.")


def _check_group(environment: Environment, values: dict[str, Any], code: str) -> None:
    group = values.get("GrId", "")
    if code == "3" and not group:
        raise functional("Field 'GrId' is required.")
    if group and code == "1" and group not in environment.groups:
        raise functional("The entered value for 'User group' does not exist.")


def _rename(environment: Environment, name: str, new: str) -> str:
    if not new.startswith(f"{environment.number}.") or new in environment.users:
        raise functional("The entered value for 'UsIdNew' is not valid.")
    user = environment.users.pop(name)
    user.id = new
    environment.users[new] = user
    for group in environment.groups.values():
        group.members = [new if each == name else each for each in group.members]
    for app in environment.apps.values():
        app.client_user = new if app.client_user == name else app.client_user
        for token in app.tokens:
            token.user = new if token.user == name else token.user
    return new


def _apply(environment: Environment, name: str, values: dict[str, Any], code: str) -> None:
    made = name not in environment.users
    user = environment.users.setdefault(name, User(name))
    for field, value in values.items():
        if field in _PLAIN:
            setattr(user, _PLAIN[field], value)
        elif _FLAGS.get(field):
            setattr(user, _FLAGS[field], value)
        elif field not in _STEERING:
            user.other[field] = value
    if code in ("0", "2"):
        user.blocked = True
    if code == "6":
        user.blocked = False
        user.system = user.system or made
    if code == "1" and user.insite:
        user.system = False
    if code == "0":
        for group in environment.groups.values():
            if group.id != EVERYONE and name in group.members:
                group.members.remove(name)
    group_id = values.get("GrId", "")
    if code in ("1", "3") and group_id:
        group = environment.groups.setdefault(group_id, Group(group_id, values.get("GrDs", "") or group_id))
        if group_id != EVERYONE and name not in group.members:
            group.members.append(name)
