"""Encoders: functions that say which bytes a document is in a file.

They see what the stages have left: `doc.body` has a line for each block, `doc.metadata` title, author and date beside
what the record said.
"""

from typing import Any, Callable, Union

from ._article import Doc
from ._extractor import Plugin, decorator


class Encoder(Plugin):
    """A function that writes a format. Call it with a document to try it."""

    kind = "encoder"

    def __call__(self, doc: Doc, **options: Any) -> bytes:
        """The bytes of a document."""
        encoded: Union[str, bytes] = self.ask(doc, options)
        return encoded.encode("utf-8") if isinstance(encoded, str) else memoryview(encoded).tobytes()


def encoder(
    *, extension: str, header: str = "", footer: str = "", **facts: Any
) -> Callable[[Callable[..., Any]], Encoder]:
    """Makes an encoder of a function that returns what a document is in a file, its line end included: a text, or
    bytes. `extension` is that of the files, without a dot; `header` and `footer` stand above and below the documents of
    each."""
    file = {"extension": extension, "header": header, "footer": footer}
    return decorator(Encoder, file=file, **facts)
