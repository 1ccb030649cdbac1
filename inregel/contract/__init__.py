"""What a module and a driver are: the words that they share with the engine, and nothing that acts.

A module is a file of pure functions (`Module`); a driver reaches one system (`Driver`). Everything here is a value
or a protocol. All is imported from `inregel.contract` itself: the list below is what is public, and in which file of
this package something stands may change. What does not belong here: comparing (`inregel.plan`), reading and
performing (`inregel.engine`).
"""

from __future__ import annotations

from inregel.contract.differences import (
    NOT_KNOWN,
    VERIFIED,
    Blocked,
    Change,
    Fault,
    Finding,
    Kind,
    Proof,
    Provenance,
    Seen,
    Step,
    Table,
    Wait,
)
from inregel.contract.driver import (
    Checkpoint,
    Driver,
    Operation,
    Receipt,
    Scope,
    System,
    World,
)
from inregel.contract.handed import (
    Connection,
    File,
    Inputs,
    Office,
)
from inregel.contract.module import (
    Module,
)
from inregel.contract.values import (
    UNKNOWN,
    Answers,
    Args,
    AtLeast,
    Key,
    Resources,
    Secret,
    State,
    Unknown,
    Value,
    View,
    containers_of,
    key_text,
)

__all__ = [
    "Answers",
    "Args",
    "AtLeast",
    "Blocked",
    "Change",
    "Checkpoint",
    "Connection",
    "Driver",
    "Fault",
    "File",
    "Finding",
    "Inputs",
    "Key",
    "Kind",
    "Module",
    "NOT_KNOWN",
    "Office",
    "Operation",
    "Proof",
    "Provenance",
    "Receipt",
    "Resources",
    "Scope",
    "Secret",
    "Seen",
    "State",
    "Step",
    "System",
    "Table",
    "UNKNOWN",
    "Unknown",
    "VERIFIED",
    "Value",
    "View",
    "Wait",
    "World",
    "containers_of",
    "key_text",
]
