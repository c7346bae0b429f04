"""Write a plugin for copydesk in Python.

A whole plugin, `notes.py`:

    from copydesk_plugin import Article, NotMine, extractor, run

    @extractor(name="notes", version="1.0.0", extension=["note"])
    def notes(doc):
        sender, colon, text = doc.body.partition("\n")
        if not sender.startswith("From: "):
            raise NotMine
        return Article(author=sender[6:]).paragraphs(text.split("\n\n"))

    if __name__ == "__main__":
        run(notes)

`python3 notes.py --manifest > notes.copydesk.toml` writes the manifest; the two files in a folder of plugins
are all that copydesk needs. It starts the program once for each thread and sends it one document at a time.
What the program prints goes to standard error, and is shown when it breaks down.

`@document_filter` makes a filter of a function, `@text_transform` a transform and `@encoder` an encoder, in the same way.
"""

from ._article import ROLES, Article, Doc, Drop, NotMine
from ._encoder import Encoder, encoder
from ._extractor import Extractor, Option, extractor
from ._frames import run
from ._guest import Filter, Transform, document_filter, text_transform

__all__ = [
    "ROLES",
    "Article",
    "Doc",
    "Drop",
    "Encoder",
    "Extractor",
    "Filter",
    "NotMine",
    "Option",
    "Transform",
    "document_filter",
    "encoder",
    "extractor",
    "run",
    "text_transform",
]
