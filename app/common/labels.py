"""Enumerations that carry their own words and colours, so that no page decides either."""

from collections.abc import Iterable
from enum import Enum

from sqlalchemy import Enum as EnumType
from wtforms.fields.choices import SelectChoice

COLOURS = ("open", "soon", "wait", "done", "info", "badge")


class LabelledEnum(str, Enum):
    """`DRAFT = "draft", _l("草稿"), "wait"`: value kept in the database, label and colour shown on pages."""

    def __new__(cls, value: str, label, colour: str = "info"):
        if colour not in COLOURS:
            raise ValueError(f"{cls.__name__} {value}: {colour!r} is no tag colour")
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.colour = colour
        return member

    def __str__(self) -> str:
        return self.value

    @classmethod
    def choices(cls) -> list[SelectChoice]:
        """Options for a WTForms select: value and label."""
        return choices_of(cls)


def choices_of(members: Iterable[LabelledEnum]) -> list[SelectChoice]:
    """Options for a WTForms select of some of an enumeration's members."""
    return [SelectChoice(member.value, member.label) for member in members]


def enum_column(enum: type[LabelledEnum]) -> EnumType:
    """Column type: text with a CHECK of the enum's values."""
    return EnumType(
        enum,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=enum.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )
