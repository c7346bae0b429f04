"""The PyPI package trafilatura as an extractor of copydesk: pages it finds nothing in go to the next one.

Needs `pip install trafilatura lxml_html_clean copydesk-plugin`.
"""

import trafilatura

from copydesk_plugin import Article, NotMine, Option, extractor, run

OPTIONS = {
    "comments": Option(False, "keep comments below the article"),
    "tables": Option(True, "keep tables"),
    "precise": Option(False, "rather lose some of the article than keep some of the page"),
}


@extractor(
    name="trafilatura",
    version="1.0.0",
    mime=["text/html", "application/xhtml+xml"],
    license="MIT OR Apache-2.0",
    description="Articles of web pages, as the Python package trafilatura finds them",
    options=OPTIONS,
)
def page(doc, comments, tables, precise):
    found = trafilatura.bare_extraction(
        doc.body,
        url=doc.url,
        with_metadata=True,
        include_comments=comments,
        include_tables=tables,
        favor_precision=precise,
    )
    if found is None or not (found.text or "").strip():
        raise NotMine
    article = Article(title=found.title, author=found.author, date=found.date, sitename=found.sitename)
    lines = [line for line in found.text.split("\n") if line.strip()]
    if found.title:
        article.block("title", found.title)
        lines = lines[1:] if lines[0].strip() == found.title.strip() else lines
    return article.paragraphs(lines)


if __name__ == "__main__":
    run(page)
