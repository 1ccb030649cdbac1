"""What a person can do with the windows of any emulated system, and see of them; what is in them the system says."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from inregel.errors import InregelError
from inregel.sandbox.controls import Control, Kind


class NotOnScreen(InregelError):
    """{what} is not on this screen:
    {screen}"""


class Windows(ABC):
    """One person at one system. A label that is not on the screen, or does not work that way, raises `NotOnScreen`."""

    system: str
    """What the system is called: `Assu`."""

    # --- what the system says ---------------------------------------------------------------------------------------

    @abstractmethod
    def head(self) -> str:
        """The first line of every screen."""

    @abstractmethod
    def heading(self) -> tuple[str, str]:
        """Title and text of the window on top."""

    @abstractmethod
    def menus(self) -> list[str]:
        """What can be opened."""

    @abstractmethod
    def controls(self) -> list[Control]:
        """Everything on the screen, from top to bottom."""

    @abstractmethod
    def message(self) -> str:
        """What the system complains about, or ""."""

    @abstractmethod
    def enter(self, path: str) -> None:
        """Opens a menu that there is."""

    @abstractmethod
    def clear(self) -> None:
        """Takes the message away, since the person does something."""

    # --- what a person can do ---------------------------------------------------------------------------------------

    def open(self, path: str) -> None:
        """Opens a menu or window, such as "Beheer > Bedrijfscertificaat inlezen"."""
        if path not in self.menus():
            self._missing(path)
        self.enter(path)

    def press(self, label: str) -> None:
        """Presses a button."""
        self._do(self.control(label), "button")

    def fill(self, label: str, value: str) -> None:
        """Types into a field."""
        self._set(self.control(label), value, "field", "secret")

    def tick(self, label: str) -> None:
        """Ticks a box, or chooses one of several options."""
        self._do(self.control(label), "tick", "option")

    def select(self, label: str, value: str) -> None:
        """Chooses from a list."""
        control = self.control(label)
        if value not in control.options:
            self._missing(f"{value} at {label}")
        self._set(control, value, "choice")

    def control(self, label: str) -> Control:
        """The control with this label; `…` in it stands for any words. Raises `NotOnScreen`."""
        pattern = re.compile(".*".join(re.escape(part) for part in label.split("…")))
        found = [control for control in self.controls() if pattern.fullmatch(control.label)]
        if len(found) != 1:
            self._missing(label)
        return found[0]

    # --- what a person sees -----------------------------------------------------------------------------------------

    def screen(self) -> str:
        """The screen as text."""
        title, text = self.heading()
        controls = self.controls()
        lines = [self.head(), f"== {title} ==", *([text] if text else [])]
        lines += [control.line() for control in controls if control.kind != "button"]
        buttons = [f"[ {control.label} ]" for control in controls if control.kind == "button"]
        lines += [" ".join(buttons)] if buttons else []
        lines += [f"! {self.message()}"] if self.message() else []
        return "\n".join(lines) + "\n"

    def title(self) -> str:
        """The title of the window."""
        return self.heading()[0]

    # --- helpers ----------------------------------------------------------------------------------------------------

    def _do(self, control: Control, *kinds: Kind) -> None:
        if control.kind not in kinds or control.press is None:
            self._missing(f"{control.label}, to be pressed,")
        else:
            self.clear()
            control.press()

    def _set(self, control: Control, value: str, *kinds: Kind) -> None:
        if control.kind not in kinds or control.set is None:
            self._missing(f"{control.label}, to be filled in,")
        else:
            self.clear()
            control.set(value)

    def _missing(self, what: str) -> None:
        raise NotOnScreen(what=what, screen=self.screen().rstrip().replace("\n", "\n    "))
