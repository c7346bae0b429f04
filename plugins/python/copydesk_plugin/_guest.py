"""Filters and transforms: functions that judge a document, or change its text.

Both see what the stages before them have left: `doc.body` has a line for each block, `doc.metadata` title, author
and date beside what the record said. They see every document unless `mime`, `extension` or `url` says otherwise.
"""

from typing import Any, Callable, Dict

from ._article import Doc
from ._extractor import Plugin, decorator


class Filter(Plugin):
    """A function that judges. Call it with a document to try it."""

    kind = "filter"

    def __call__(self, doc: Doc, **options: Any) -> Dict[str, float]:
        """The scores of a document that stays."""
        return self.ask(doc, options) or {}


class Transform(Plugin):
    """A function that changes a text. Call it with a document to try it."""

    kind = "transform"

    def __call__(self, doc: Doc, **options: Any) -> str:
        """The text that comes in the place of the document's."""
        text = self.ask(doc, options)
        if text is None:
            return doc.body
        if text.count("\n") != doc.body.count("\n"):
            raise ValueError("a transform adds no lines and takes none away: a line left empty is struck")
        return text


def document_filter(**facts: Any) -> Callable[[Callable[..., Any]], Filter]:
    """Makes a filter of a function that raises `Drop` for a document that goes, and returns nothing for one that
    stays, or its scores: numbers by their names, which are kept in its metadata."""
    return decorator(Filter, **facts)


def text_transform(**facts: Any) -> Callable[[Callable[..., Any]], Transform]:
    """Makes a transform of a function that returns what `doc.body` becomes, line by line."""
    return decorator(Transform, **facts)
