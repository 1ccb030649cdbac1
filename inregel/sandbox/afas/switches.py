"""What nobody has confirmed about AFAS, as switches: a client has to cope with either."""

from __future__ import annotations

from typing import Literal

from inregel.frozen import frozen


@frozen
class Switches:
    """One per thing that rests on a single unofficial source, or on nothing. The default is what seems likely."""

    otp_tells_wrong_keys: bool = False
    """/OtpRequest answers 401 to wrong keys; a third party says that it answers success."""
    nested_update_metainfo: bool = True
    """/metainfo/update nests objects, with what is mandatory and allowed; the specification has it flat."""
    existing_definition: Literal["kept", "duplicated"] = "kept"
    """What an import without /O does where the definition is there already."""
    imports: bool = True
    """Whether the command connector takes DEFINITIEIMPORT at all: older help names other commands only."""
    overwrites: bool = True
    """Whether the command connector takes /O, which overwrites."""
    signature_holds: bool = True
    """Whether the last text of a .gcn file is a signature: one that came with other content is refused."""
    token_expiry: Literal["iso", "date", "dutch", "epoch"] = "iso"
    """How /metainfo writes the end of a token. Only "0", for none, is documented."""
    token_service: str = "tokenconnector.asmx"
    """Where the SOAP token service is."""
    obtain_token: str = "GetTokenFromOTP"
    """What its function is called that gives a token for a one-time password."""
    demands_old_fields: bool = False
    """A new user needs Acon, Abac and Acom, as older help says."""
    steady_without_order: bool = False
    """Pages that are asked without an order come in the same order each time."""
    at_once: int = 8
    """Calls of one environment at a time; AFAS names 5 on one page and 8 on another. What comes on top gets a 503."""
    polls: int = 1
    """How often the state of a command is asked in vain before there is a result."""
    import_log: str = "log.txt"
    """How the log is called in the ZIP that a command leaves."""
