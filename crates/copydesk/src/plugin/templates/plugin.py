"""Notes: a line `From: SENDER`, then paragraphs with a blank line between them."""

from copydesk_plugin import Article, NotMine, Option, extractor, run


@extractor(
    name="NAME",
    version="0.1.0",
    extension=["note"],
    description="Notes: a sender, then paragraphs",
    options={"keep-sender": Option(True, "keep the sender, as the author")},
)
def note(doc, keep_sender):
    sender, line, text = doc.body.partition("\n")
    if not line or not sender.startswith("From: "):
        raise NotMine
    return Article(author=sender[6:] if keep_sender else None).paragraphs(text.split("\n\n"))


if __name__ == "__main__":
    run(note)
