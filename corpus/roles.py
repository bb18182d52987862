"""What a clause is in its notice, and what a notice's status may be."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a clause is in its notice."""

    TITLE = "title"  # of the notice or of an attachment
    INFO = "info"  # information lines of the head
    HEADING = "heading"  # a heading, or a table's column heads, without text of its own
    PREAMBLE = "preamble"  # what stands before the first heading or item
    TEXT = "text"
    ROW = "row"  # of a table
    PEOPLE = "people"  # a list of people with their posts
    ATTACHMENTS = "attachments"  # the list of attachments
    CONTENTS = "contents"  # a plan's own table of contents
    SIGNATURE = "signature"  # issuer and date
    CONTACT = "contact"  # whom to ask, with telephone
    SHREDS = "shreds"  # a table whose rows and columns are lost


class ClauseKind(StrEnum):
    """The contract's coarser kinds, derived from roles (`KIND_OF`)."""

    CLAUSE = "clause"
    TABLE_ROW = "table_row"
    LIST = "list"
    PREAMBLE = "preamble"
    SIGNATURE = "signature"
    HEADING = "heading"


KIND_OF: dict[Role, ClauseKind] = {
    Role.TITLE: ClauseKind.HEADING,
    Role.INFO: ClauseKind.PREAMBLE,
    Role.HEADING: ClauseKind.HEADING,
    Role.PREAMBLE: ClauseKind.PREAMBLE,
    Role.TEXT: ClauseKind.CLAUSE,
    Role.ROW: ClauseKind.TABLE_ROW,
    Role.PEOPLE: ClauseKind.LIST,
    Role.ATTACHMENTS: ClauseKind.LIST,
    Role.CONTENTS: ClauseKind.LIST,
    Role.SIGNATURE: ClauseKind.SIGNATURE,
    Role.CONTACT: ClauseKind.SIGNATURE,
    Role.SHREDS: ClauseKind.TABLE_ROW,
}


class Status(StrEnum):
    """Whether a notice holds on a day. `IN_FORCE`: the corpus says nothing to the contrary."""

    IN_FORCE = "in_force"
    AMENDED = "amended"  # in force, but another notice amends it: its clauses say how they read now
    PARTLY_REPEALED = "partly_repealed"  # in force but for some articles
    REPLACED = "replaced"  # 已有新文本: the same title has a newer text, which is in force
    EXPIRED = "expired"
    REPEALED = "repealed"
    UPCOMING = "upcoming"  # 尚未施行: its first day is still to come

    @property
    def holds(self) -> bool:
        """Whether the text is in force, as a whole or but for what was amended."""
        return self in (Status.IN_FORCE, Status.AMENDED, Status.PARTLY_REPEALED)
