"""What an extractor reads and what it returns."""

from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Optional, Tuple

ROLES = {
    "title": 1,
    "byline": 2,
    "dateline": 3,
    "heading": 4,
    "paragraph": 5,
    "list-item": 6,
    "quote": 7,
    "caption": 8,
    "table": 9,
    "verbatim": 10,
}


class NotMine(Exception):
    """Raised for a document that another extractor is to be asked for."""


class Drop(Exception):
    """Raised for a document that was understood and is no article; the message says why."""


@dataclass
class Doc:
    """A document that copydesk read."""

    id: str
    url: Optional[str]
    mime: str
    language: Optional[str]
    file: str
    body: str
    metadata: Dict[str, Any]


class Article:
    """Blocks of text and fields. `id`, `title`, `url`, `author`, `date` and `language` become the document's
    own; all other fields, which may be anything that JSON can hold, become its metadata."""

    def __init__(self, **fields: Any) -> None:
        self.fields: Dict[str, Any] = {key: value for key, value in fields.items() if value is not None}
        self.blocks: List[Tuple[str, str]] = []

    def block(self, role: str, text: str) -> "Article":
        """Adds a block; the roles are the keys of `ROLES`."""
        if role not in ROLES:
            raise ValueError(f"there is no role {role!r}; there are {', '.join(ROLES)}")
        self.blocks.append((role, text))
        return self

    def paragraph(self, text: str) -> "Article":
        """Adds running text."""
        return self.block("paragraph", text)

    def heading(self, text: str) -> "Article":
        """Adds a heading."""
        return self.block("heading", text)

    def paragraphs(self, texts: Iterable[str]) -> "Article":
        """Adds paragraphs."""
        for text in texts:
            self.paragraph(text)
        return self
