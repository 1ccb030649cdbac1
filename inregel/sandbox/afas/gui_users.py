"""The windows of **Algemeen > Beheer > Autorisatietool**: users, groups, menu rights.

From the manual: the path, the role applicatiebeheerder, Profit Windows, the action Omzetten naar systeemgebruiker, and
the rights below Tabbladen with their value onderhouden. Assumed: all other labels and buttons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from inregel.sandbox.afas.state import EVERYONE, Group, User
from inregel.sandbox.afas.window import DONE, NEW, OK, OPEN, Room, Window, shown
from inregel.sandbox.controls import Control, button

TABS: Final = "Autorisatie > Algemeen > Beheer > Appconnector > Tabbladen"
RIGHTS: Final = ("Activering", "Gebruikerstokens", "Getconnectoren")
MAINTAIN: Final = "onderhouden"
ADMINISTRATOR: Final = "applicatiebeheerder"
_LEVELS: Final = ("geen", "raadplegen", MAINTAIN)
_ROLES: Final = (ADMINISTRATOR, "gebruiker")
_USER, _NAME, _EMAIL, _ROLE, _GROUP = "Gebruiker", "Naam", "E-mailadres", "Rol", "Gebruikersgroep"
_WINDOWS, _INSITE, _BLOCKED = "Profit Windows", "InSite", "Geblokkeerd"


class Users(Window):
    """The users of the environment."""

    title = "Autorisatietool"

    def controls(self) -> list[Control]:
        opens = [button(OPEN, self._open)] if self.said(_USER) else []
        return [
            self.choice(_USER, self.room.environment.users),
            button(NEW, lambda: self.room.go(NewUser(self.room))),
            *opens,
            button("Nieuwe gebruikersgroep", lambda: self.room.go(NewGroup(self.room))),
            self.close(),
        ]

    def _open(self) -> None:
        self.room.go(OneUser(self.room, self.said(_USER)))


class NewUser(Window):
    """A user is made. The code begins with the number of the environment."""

    title = "Nieuwe gebruiker"

    def controls(self) -> list[Control]:
        return [
            self.field(_USER, f"{self.room.environment.number}."),
            self.field(_NAME),
            self.field(_EMAIL),
            self.choice(_ROLE, _ROLES),
            self.tick(_WINDOWS),
            self.tick(_INSITE),
            self.choice(_GROUP, self.room.environment.groups),
            button(DONE, self._make),
            self.leave(),
        ]

    def _make(self) -> None:
        name, number = self.said(_USER), self.room.environment.number
        if not name.startswith(f"{number}.") or name == f"{number}.":
            self.complain(f"De gebruiker moet beginnen met {number}.")
        elif name in self.room.environment.users:
            self.complain("De gebruiker bestaat al.")
        elif not self.said(_NAME):
            self.complain("Vul een naam in.")
        else:
            made = User(name, self.said(_NAME), self.said(_EMAIL))
            made.windows, made.insite = bool(self.said(_WINDOWS)), bool(self.said(_INSITE))
            made.roles = [self.said(_ROLE)] if self.said(_ROLE) else []
            with self.room.change() as environment:
                environment.users[name] = made
                if self.said(_GROUP) not in ("", EVERYONE):
                    environment.groups[self.said(_GROUP)].members.append(name)
            self.room.back()


class NewGroup(Window):
    """A user group is made."""

    title = "Nieuwe gebruikersgroep"

    def controls(self) -> list[Control]:
        return [self.field("Code"), self.field("Omschrijving"), button(DONE, self._make), self.leave()]

    def _make(self) -> None:
        code = self.said("Code")
        if not 0 < len(code) <= 20 or code in self.room.environment.groups:
            self.complain("De code is leeg, te lang of bestaat al.")
            return
        with self.room.change() as environment:
            environment.groups[code] = Group(code, self.said("Omschrijving") or code)
        self.room.back()


class OneUser(Window):
    """One user. The action that makes a system user is there only where the user is none yet."""

    def __init__(self, room: Room, user: str) -> None:
        super().__init__(room)
        self._id = user
        self.title = f"Gebruiker {user}"

    @property
    def _user(self) -> User:
        return self.room.environment.users[self._id]

    def controls(self) -> list[Control]:
        user = self._user
        groups = [group.id for group in self.room.environment.groups_of(self._id)]
        converts = [] if user.system else [button("Omzetten naar systeemgebruiker", self._convert)]
        return [
            self.field(_NAME, user.name),
            self.field(_EMAIL, user.email),
            self.choice(_ROLE, _ROLES, user.roles[0] if user.roles else ""),
            self.tick(_WINDOWS, user.windows),
            self.tick(_INSITE, user.insite),
            self.tick(_BLOCKED, user.blocked),
            shown("Systeemgebruiker", user.system),
            shown("Gebruikersgroepen", groups),
            self.choice(_GROUP, self.room.environment.groups),
            *converts,
            button("Toevoegen aan groep", lambda: self._join(inside=True)),
            button("Verwijderen uit groep", lambda: self._join(inside=False)),
            button(OK, self._keep),
            self.leave(),
        ]

    def menus(self) -> Mapping[str, Callable[[], Window]]:
        return {TABS: lambda: Rights(self.room, self._id)}

    def _convert(self) -> None:
        with self.room.change() as environment:
            environment.users[self._id].system = True

    def _join(self, *, inside: bool) -> None:
        group = self.said(_GROUP)
        if group in ("", EVERYONE):
            self.complain("Kies een gebruikersgroep.")
            return
        with self.room.change() as environment:
            members = environment.groups[group].members
            environment.groups[group].members = [each for each in members if each != self._id]
            environment.groups[group].members += [self._id] if inside else []

    def _keep(self) -> None:
        with self.room.change() as environment:
            user = environment.users[self._id]
            user.name, user.email = self.said(_NAME), self.said(_EMAIL)
            user.roles = [self.said(_ROLE)] if self.said(_ROLE) else []
            user.windows, user.insite = bool(self.said(_WINDOWS)), bool(self.said(_INSITE))
            user.blocked = bool(self.said(_BLOCKED))
        self.room.back()


class Rights(Window):
    """What a user may do on the tabs of an app connector."""

    title = "Appconnector, Tabbladen"

    def __init__(self, room: Room, user: str) -> None:
        super().__init__(room)
        self._id = user

    def controls(self) -> list[Control]:
        held = self.room.environment.users[self._id].rights
        choices = [self.choice(name, _LEVELS, held.get(f"{TABS} > {name}", _LEVELS[0])) for name in RIGHTS]
        return [*choices, button(OK, self._keep), self.leave()]

    def _keep(self) -> None:
        with self.room.change() as environment:
            rights = environment.users[self._id].rights
            rights |= {f"{TABS} > {name}": self.said(name) for name in RIGHTS}
        self.room.back()
