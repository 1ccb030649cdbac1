"""`inregel secret`: set, show, encrypt, decrypt, rekey. No value comes from a command line or is shown unasked."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from inregel.commands import captured
from inregel.commands.context import Context
from inregel.config.model import Settings
from inregel.config.settings import find_root, load
from inregel.contract import Secret
from inregel.formats import vault
from inregel.secrets import ENVIRONMENT, open_source
from inregel.secrets.base import Ask, NotCaptured, SecretError, SecretMissing, checked
from inregel.secrets.chain import Chain
from inregel.secrets.entries import block, quoted
from inregel.secrets.files import Disk, locked, replace_all
from inregel.secrets.passwords import Password, Passwords
from inregel.secrets.rekey import Rekeyed
from inregel.secrets.rekey import rekey as rekeyed
from inregel.secrets.vault_file import VaultFile
from inregel.speech import Speech, phrase, said

Read = Callable[[], bytes]
Sleep = Callable[[float], None]


def read_input() -> bytes:
    """All of standard input."""
    return sys.stdin.buffer.read()


def set_(context: Context, name: str, *, file: str = "", read: Read = read_input, sleep: Sleep = time.sleep) -> int:
    """Sets the secret `name` in the project's store: from `file` as it is, a prompt (twice), or standard input.

    Of standard input one line end at the end is dropped, as `echo` adds it.
    """
    checked(name)
    chosen = load(find_root(context.directory))
    context.adopt(chosen.spoken)
    places = [place for place in chosen.secrets if place != ENVIRONMENT]
    if not places:
        raise SecretError(
            reason=said("inregel.yml names no file for secrets. Add this line to it: secrets: secrets.yml")
        )
    value = _read(context, file) if file else _typed(context, f"Value of {name}", read)
    if not value:
        raise SecretError(reason=said("The value of {name} is empty; nothing was changed.", name=name))
    passwords = _passwords(context)
    with locked(chosen.root, sleep):
        store = _store(chosen, places, name, passwords)
        new = store.set(name, value)
    text = phrase("{name} is set in {place}.") if new else phrase("{name} is changed in {place}.")
    context.tell(text, name=name, place=store.place)
    return 0


def show(context: Context, name: str = "", *, reveal: bool = False) -> int:
    """Lists the names of all secrets and where they stand; with `reveal`, the value of one."""
    chosen = load(find_root(context.directory))
    context.adopt(chosen.spoken)
    source = open_source(
        chosen.root,
        chosen.secrets,
        environ=context.environ,
        vault_ids=context.vault_ids,
        ask=context.ask,
        usable=context.secrets,
    )
    if reveal:
        if not name:
            raise SecretError(reason=said("Say which one to reveal: inregel secret show NAME --reveal"))
        value = _revealed(context, chosen, source, name).reveal_bytes()
        context.warn(context.speech("The value of {name} is shown in clear.", name=name))
        _write(context, value)
        return 0
    rows = [(each, store.place) for store in source.stores for each in store.names() if not name or _same(each, name)]
    rows += [each for each in captured.rows(context, chosen) if not name or each[0] == name]
    if name and not rows:
        raise SecretMissing(name, [each for store in source.stores for each in store.names()])
    width = max((len(each) for each, _ in rows), default=0)
    for each, place in rows:
        context.say(f"{each:{width}}  {place}")
    if not rows:
        context.tell("There are no secrets yet. Set one: inregel secret set NAME")
    elif name:
        context.warn(context.speech("To see its value: inregel secret show {name} --reveal", name=name))
    return 0


def _revealed(context: Context, settings: Settings, source: Chain, name: str) -> Secret:
    """From the stores and the environment, else what was captured under `NAME` or `IDENTITY:NAME`."""
    try:
        return source.get(name)
    except (SecretMissing, NotCaptured):
        found = captured.find(context, settings, name)
        if found is None:
            raise
        return found


def encrypt(
    context: Context, file: str, *, name: str = "", vault_id: str = "", in_place: bool = False, read: Read = read_input
) -> int:
    """Prints a `!vault |` block for YAML, of `file` or of what comes in (`-`); or encrypts the file itself."""
    if file == "-" and in_place:
        raise SecretError(reason=said("Standard input cannot be encrypted in place; name a file."))
    data = _typed(context, "Value", read) if file == "-" else _read(context, file)
    if vault.is_vault(data):
        raise SecretError(
            reason=said(
                "{file} is encrypted already; for another password: inregel secret rekey FILE", file=_called(file)
            )
        )
    password = _passwords(context).to_encrypt(_called(file), vault_id)
    sealed = vault.encrypt(data, password.value, password.label)
    if in_place:
        replace_all({context.directory / file: sealed}, Disk())
        context.tell(
            "{file} is encrypted. What was committed in clear stays readable in the history of git.", file=file
        )
        return 0
    context.out.write((f"{quoted(checked(name))}: " if name else "") + block(sealed))
    return 0


def decrypt(context: Context, file: str, *, in_place: bool = False, read: Read = read_input) -> int:
    """Prints what is in an encrypted file (or in what comes in, `-`), or decrypts the file itself."""
    if file == "-" and in_place:
        raise SecretError(reason=said("Standard input cannot be decrypted in place; name a file."))
    data = read() if file == "-" else _read(context, file)
    if not vault.is_vault(data) and vault.is_vault(data.lstrip()):
        data = b"\n".join(data.split()) + b"\n"  # pasted from a YAML block, with its indentation
    plain, _ = _passwords(context).open(data, _called(file))
    if in_place:
        replace_all({context.directory / file: plain}, Disk())
        context.tell(
            "{file} is in clear now. Do not commit it; to encrypt it: inregel secret encrypt --in-place {file}",
            file=file,
        )
        return 0
    context.warn(context.speech("The content of {file} is shown in clear.", file=_called(file)))
    _write(context, plain)
    return 0


def rekey(
    context: Context,
    files: Sequence[str],
    *,
    new_vault_id: str = "",
    new_vault_password_file: str = "",
    disk: Disk | None = None,
) -> int:
    """Gives files a new vault password: encrypted files as a whole, `!vault |` values in others. All, or none."""
    source = new_vault_id or (f"@{new_vault_password_file}" if new_vault_password_file else "")
    if not source or (new_vault_id and new_vault_password_file):
        reason = said(
            "Say where the new password comes from: --new-vault-id LABEL@SOURCE or --new-vault-password-file FILE"
        )
        raise SecretError(reason=reason)
    old = _passwords(context)
    new = Passwords([source], ask=context.ask).to_encrypt("the new vault")
    root = _root_or_none(context)
    if root is None:
        return _rekey(context, files, old, new, disk or Disk())
    with locked(root):
        return _rekey(context, files, old, new, disk or Disk())


def _became(each: Rekeyed, speech: Speech) -> Iterator[str]:
    """What became of the values of one file."""
    if each.changed:
        yield speech.many(
            each.changed,
            "{number} vault with the new password",
            "{number} vaults with the new password",
            number=each.changed,
        )
    if each.already:
        yield speech("{count} had it already", count=each.already)
    if not each.changed and not each.already:
        yield speech("nothing in it is encrypted")


def _rekey(context: Context, files: Sequence[str], old: Passwords, new: Password, disk: Disk) -> int:
    results = {file: rekeyed(_read(context, file), file, old, new) for file in dict.fromkeys(files)}
    replace_all({context.directory / file: each.data for file, each in results.items() if each.changed}, disk)
    for file, each in results.items():
        context.say(f"{file}: {', '.join(_became(each, context.speech))}")
    if any(each.changed for each in results.values()):
        context.tell("The old password still opens what is in the history of git: change the secrets that matter.")
    return 0


def _passwords(context: Context) -> Passwords:
    return Passwords(context.vault_ids, environ=context.environ, ask=context.ask, root=_root_or_none(context))


def _store(chosen: Settings, places: Sequence[str], name: str, passwords: Passwords) -> VaultFile:
    """The store that has `name` already, else the first."""
    stores = [VaultFile(chosen.root / place, place, passwords) for place in places]
    if len(stores) == 1:
        return stores[0]
    return next((store for store in stores if name in store.names()), stores[0])


def _same(one: str, other: str) -> bool:
    """Equal, or equal in the environment, which keeps neither case nor signs."""
    from inregel.secrets.environment import variable

    return one == other or variable(one) == variable(other)


def _typed(context: Context, question: str, read: Read) -> bytes:
    ask: Ask | None = context.ask
    if ask is None:
        data = read()
        return data.removesuffix(b"\n").removesuffix(b"\r") if data.endswith(b"\n") else data
    value = ask(f"{question}: ")
    if ask(f"{question}, once more: ") != value:
        raise SecretError(reason=said("The two are not the same; nothing was changed."))
    return value.encode()


def _read(context: Context, file: str) -> bytes:
    try:
        return (context.directory / Path(file).expanduser()).read_bytes()
    except OSError as error:
        raise SecretError(reason=said("{file} cannot be read ({reason}).", file=file, reason=error.strerror)) from error


def _called(file: str) -> str:
    return "Standard input" if file == "-" else file


def _write(context: Context, data: bytes) -> None:
    """To standard output as it is; a text ends with a line end on a terminal only."""
    buffer = getattr(context.out, "buffer", None)
    if buffer is not None:
        context.out.flush()
        buffer.write(data + (b"\n" if context.out.isatty() and not data.endswith(b"\n") else b""))
        buffer.flush()
        return
    try:
        context.out.write(data.decode())
    except UnicodeDecodeError as error:
        raise SecretError(
            reason=said("It is not text and cannot be shown here; use standard output, or a file.")
        ) from error


def _root_or_none(context: Context) -> Path | None:
    """The project's root, where there is one: files outside a project can be given a new password too."""
    from inregel.config.settings import NoProject

    try:
        return find_root(context.directory)
    except NoProject:
        return None
