"""Enumerations that carry their own words and colours, so that no page decides either."""

from enum import Enum

from sqlalchemy import Enum as EnumType

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
    def choices(cls) -> list[tuple[str, object]]:
        """Pairs for a WTForms select: value and label."""
        return [(member.value, member.label) for member in cls]


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
