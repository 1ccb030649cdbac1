"""What an emulated environment holds: plain objects that tests see and set. Times are aware, in UTC.

What AFAS shows once (tokens, client secrets, access tokens) is kept as a SHA-256 digest only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal

Tier = Literal["production", "test", "accept", "course"]
Authentication = Literal["classic", "hybrid", "oauth"]

EVERYONE: Final = "Everyone"
"""The group that each user is in."""


def digest(secret: str) -> str:
    """How a secret is kept."""
    return sha256(secret.encode()).hexdigest()


@dataclass(slots=True)
class Field:
    """A column of a GetConnector. `type` is AFAS' `dataType`; the values of `date` are kept in UTC, as ISO text."""

    id: str
    type: Literal["string", "int", "decimal", "date", "boolean"] = "string"
    label: str = ""
    length: int = 0
    decimals: int = 0
    needs: str = ""
    """The custom field that it shows; without that field in the environment each row has the text "(replaced)"."""


@dataclass(slots=True)
class GetConnector:
    """A GetConnector definition and the rows behind it."""

    id: str
    """What it is called by over REST."""
    description: str = ""
    fields: list[Field] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    blocked: bool = False
    guid: str = ""
    name: str = ""
    """What the head of its .gcn file says."""
    changed: str = ""
    """The date of the change in its .gcn file."""
    called: str = ""
    """The day of the last call, or ""."""


@dataclass(slots=True)
class User:
    """A user of an environment, called `12345.name`."""

    id: str
    name: str = ""
    email: str = ""
    upn: str = ""
    blocked: bool = False
    windows: bool = False
    insite: bool = False
    outsite: bool = False
    connector: bool = False
    system: bool = False
    roles: list[str] = field(default_factory=list)
    rights: dict[str, str] = field(default_factory=dict)
    """Menu rights by path."""
    only: dict[str, dict[str, str]] = field(default_factory=dict)
    """Filter authorisation: by GetConnector, the values that a row must have to be seen."""
    other: dict[str, Any] = field(default_factory=dict)
    """Further fields of KnUser, as they were sent."""


@dataclass(slots=True)
class Group:
    """A user group."""

    id: str
    description: str = ""
    members: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Token:
    """A classic token of an app connector."""

    digest: str
    user: str
    description: str
    created: datetime
    expires: datetime | None = None
    last_used: str = ""
    """The day, or ""."""


@dataclass(slots=True)
class ClientSecret:
    """A secret of an OAuth client."""

    digest: str
    expires: datetime | None = None


@dataclass(slots=True)
class AccessToken:
    """What OAuth gives for an hour."""

    digest: str
    expires: datetime


@dataclass(slots=True)
class AppConnector:
    """An app connector: what its tokens may use."""

    name: str
    group: str
    blocked: bool = True
    """A new one is."""
    authentication: Authentication = "classic"
    validity_days: int | None = None
    """Of tokens that are made from now on; None for as long as classic tokens may live."""
    get_connectors: list[str] = field(default_factory=list)
    update_connectors: list[str] = field(default_factory=list)
    tells_version: bool = False
    """ProfitVersion is ticked on the tab Connectors."""
    remote: bool = False
    """AFAS Remote Cmd is ticked there."""
    ip_kind: Literal["", "allow", "exclude"] = ""
    ip_addresses: list[str] = field(default_factory=list)
    api_key: str = ""
    tokens: list[Token] = field(default_factory=list)
    client_id: str = ""
    client_user: str = ""
    """Whom an access token acts as (assumed: a user is chosen when the client is made)."""
    secrets: list[ClientSecret] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """Certificates or public keys of private_key_jwt, as PEM."""
    access: list[AccessToken] = field(default_factory=list)
    assertions: dict[str, datetime] = field(default_factory=dict)
    """By `jti`, until when a signed assertion could be sent again."""


@dataclass(slots=True)
class Mail:
    """A message in the mailbox of an environment."""

    to: str
    subject: str
    text: str
    sent: datetime


@dataclass(slots=True)
class Otp:
    """A one-time password that was mailed."""

    digest: str
    app: str
    user: str
    description: str
    expires: datetime


@dataclass(slots=True)
class Command:
    """A command that came over SOAP, with the log that it leaves. Its result can be read once."""

    id: str
    app: str
    log: str
    begun: datetime
    polls: int = 0
    read: bool = False


@dataclass(slots=True)
class Environment:
    """One environment of a participant."""

    number: str
    """Five digits."""
    name: str
    """`O12345AA`."""
    tier: Tier = "production"
    profit: int = 9
    """The major version."""
    key: str = ""
    """The environment key ("Omgevingssleutel")."""
    mail_server: bool = True
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    apps: dict[str, AppConnector] = field(default_factory=dict)
    get_connectors: dict[str, GetConnector] = field(default_factory=dict)
    behind: dict[str, GetConnector] = field(default_factory=dict)
    """By REST id: fields and rows that a definition has once it is imported. The SQL in a .gcn file is not run."""
    custom_fields: list[str] = field(default_factory=list)
    """The custom fields that the environment has. They come in .fie files, apart from the definitions."""
    signatures: dict[str, str] = field(default_factory=dict)
    """By the signature of a definition, the SHA-256 of the content that it came with first."""
    mails: list[Mail] = field(default_factory=list)
    otps: list[Otp] = field(default_factory=list)
    commands: dict[str, Command] = field(default_factory=dict)
    imports: int = 0
    """How many definitions were imported: tests see that nothing was done twice."""
    writes: int = 0
    """How many writes of KnUser were done."""

    @property
    def identity(self) -> str:
        """`12345`, or `12345-test` of another tier."""
        return self.number if self.tier == "production" else f"{self.number}-{self.tier}"

    def groups_of(self, user: str) -> list[Group]:
        """The groups that a user is in, without Everyone."""
        return [group for group in self.groups.values() if user in group.members and group.id != EVERYONE]
