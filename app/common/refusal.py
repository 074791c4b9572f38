"""How a rule says no: one sentence, its legal basis and what to do next; written once, shown everywhere."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reason:
    text: Any
    """What is wrong (lazy text)."""
    basis: Any = ""
    """Law and article, or the platform's own rule."""
    next: Any = ""
    """What the person can do now."""

    def __str__(self) -> str:
        """Both sentences; English ones are set apart by a blank, Chinese ones by their own full stop."""
        text, following = str(self.text), str(self.next)
        return text + following if not following or text.endswith("。") else f"{text} {following}"


class Refused(Exception):
    """An action that a rule refuses. A form shows it at `field`; any other page answers 409 with a way back."""

    def __init__(self, reason: Reason, *, field: str | None = None):
        super().__init__(str(reason.text))
        self.reason = reason
        self.field = field


def refuse_if(reason: Reason | None, *, field: str | None = None) -> None:
    """Turn a rule's answer into a refusal."""
    if reason is not None:
        raise Refused(reason, field=field)
