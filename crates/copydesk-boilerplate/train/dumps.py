#!/usr/bin/env python3
"""Make labelled lines from pages with gold article bodies, in the form of ../shared/data/lines.

usage: dumps.py PAGES.jsonl.gz OUT.jsonl [--skip LINES.jsonl.gz] [--most N] | --gold

Each page becomes up to five plain-text dumps: the whole page, the smallest node that holds the article
(every block boundary a line; only headings, paragraphs and items), and what two other extractors make of it.
A line of eight words and more is `body` if four fifths of its words lie in runs of four that the gold body has, `boilerplate`
if at most one fifth do, else `ambiguous`; a shorter one is `body` if it equals a gold line that falls in
order between its labelled neighbours, `ambiguous` if it stands inside the gold text, else `boilerplate`.
Second copies of body lines are `ambiguous`. Pages that --skip names are passed over: they are labelled there.

With --gold, the gold bodies themselves: documents without noise, all of whose lines are `body`.
"""
import argparse
import gzip
import json
import re
import unicodedata

import readability
import trafilatura
from lxml import html as lxml_html

BLOCKS = set("address article aside blockquote body br button dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 "
             "h5 h6 header hr li main nav ol option p pre section select summary table tbody td tfoot th thead tr ul iframe video".split())
HIDDEN = set("script style noscript template svg head title meta link".split())
NAIVE = set("p h1 h2 h3 h4 h5 h6 li blockquote".split())
TOKEN = re.compile(r"[^\W_]+", re.UNICODE)


def tokens(text):
    words = []
    for word in TOKEN.findall(unicodedata.normalize("NFKC", text).lower()):
        if re.search("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]", word):
            words.extend(word)
        else:
            words.append(word)
    return words


def runs(words):
    return [tuple(words[at:at + 4]) for at in range(len(words) - 3)]


def lines_of(node):
    """The text of a node, a line for each stretch between two block boundaries."""
    lines, current = [], []

    def close():
        line = " ".join("".join(current).split())
        current.clear()
        if line:
            lines.append(line)

    stack = [(node, False)]
    while stack:
        element, is_leaving = stack.pop()
        if not isinstance(element.tag, str):
            if element is not node and element.tail:
                current.append(element.tail)
            continue
        is_block = element.tag in BLOCKS
        if is_leaving:
            if is_block:
                close()
            if element is not node and element.tail:
                current.append(element.tail)
            continue
        if element.tag in HIDDEN:
            if element.tail and element is not node:
                current.append(element.tail)
            continue
        if is_block:
            close()
        if element.text:
            current.append(element.text)
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    close()
    return lines


def naive_lines(node):
    lines = []
    for element in node.iter():
        is_leaf = element.tag == "div" and not any(child.tag in BLOCKS - {"br"} for child in element)
        if element.tag in NAIVE or is_leaf:
            if element.tag in NAIVE and any(parent.tag in NAIVE for parent in element.iterancestors()):
                continue
            line = " ".join(element.text_content().split())
            if line:
                lines.append(line)
    return lines


def article_node(tree, gold):
    """The smallest node that holds 95 % of the gold's runs of four words."""
    wanted = set(runs(tokens(gold)))
    if not wanted:
        return None
    node, found = tree, None
    while node is not None:
        found, best = node, None
        for child in node:
            if isinstance(child.tag, str) and child.tag not in HIDDEN:
                have = set(runs(tokens(" ".join(lines_of(child)))))
                if len(wanted & have) >= .95 * len(wanted):
                    best = child
                    break
        node = best
    have = set(runs(tokens(" ".join(lines_of(found)))))
    return found if len(wanted & have) >= .95 * len(wanted) else None


def label(lines, gold, titles):
    gold_lines = [" ".join(tokens(line)) for line in gold.split("\n") if line.strip()]
    gold_text = " " + " ".join(gold_lines) + " "
    gold_runs = set(runs(tokens(gold)))
    at_line = {}
    for at, line in enumerate(gold_lines):
        at_line.setdefault(line, []).append(at)
    words = [tokens(line) for line in lines]
    labels, place, seen = [None] * len(lines), [None] * len(lines), set()
    for index, own in enumerate(words):
        if len(own) < 8:
            continue
        covered = set()
        for at, run in enumerate(runs(own)):
            if run in gold_runs:
                covered.update(range(at, at + 4))
        share = len(covered) / len(own)
        labels[index] = "body" if share >= .8 else "boilerplate" if share <= .2 else "ambiguous"
        key = tuple(own)
        if labels[index] == "body":
            if key in seen:
                labels[index] = "ambiguous"
            seen.add(key)
            where = gold_text.find(" " + " ".join(own[:6]) + " ")
            place[index] = where if where >= 0 else None
    offsets, offset = [], 0
    for line in gold_lines:
        offsets.append(offset)
        offset += len(line) + 1
    anchors = [(index, place[index]) for index in range(len(lines)) if labels[index] == "body" and place[index] is not None]
    used = set()
    for index, own in enumerate(words):
        if labels[index] is not None:
            continue
        text = " ".join(own)
        before = max((p for i, p in anchors if i < index), default=-1)
        after = min((p for i, p in anchors if i > index), default=len(gold_text))
        spots = [at for at in at_line.get(text, []) if before <= offsets[at] <= after and at not in used]
        inside = bool(anchors) and anchors[0][0] < index < anchors[-1][0]
        if own and spots:
            labels[index] = "body"
            used.add(spots[0])
        elif own and inside and f" {text} " in gold_text:
            labels[index] = "ambiguous"
        else:
            labels[index] = "boilerplate"
    is_first = True
    for index, own in enumerate(words):
        if tuple(own) in titles and labels[index] != "body":
            labels[index] = "headline" if is_first else "headline_repeat"
            is_first = False
    return labels


def titles_of(tree, page):
    found = [page.get("title") or ""]
    found += tree.xpath("//meta[@property='og:title' or @name='twitter:title']/@content")
    title = tree.findtext(".//title") or ""
    found += [title, *re.split(r"\s[|\u2013\u2014-]\s", title)[:1]]
    found += [" ".join(h1.text_content().split()) for h1 in tree.xpath("//h1")[:1]]
    return {tuple(tokens(text)) for text in found if len(tokens(text)) >= 3}


def dumps(page):
    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", page["html"])
    tree = lxml_html.document_fromstring(source)
    titles = titles_of(tree, page)
    body = tree.find("body")
    yield "page_htmltext", lines_of(body if body is not None else tree), titles
    node = article_node(body if body is not None else tree, page["text"])
    if node is not None:
        yield "node_blocks", lines_of(node), titles
        yield "node_naive", naive_lines(node), titles
    text = trafilatura.extract(source, favor_recall=True, include_comments=False)
    if text:
        yield "ex_trafrecall", text.split("\n"), titles
    summary = readability.Document(source).summary()
    if summary:
        yield "ex_readability", lines_of(lxml_html.document_fromstring(summary)), titles


def gold_bodies(pages, out):
    for page in map(json.loads, pages):
        lines = [line.strip() for line in (page.get("text") or "").split("\n") if line.strip()]
        if lines and page.get("page_type", "article") == "article":
            marked = [{"text": line, "label": "body"} for line in lines]
            out.write(json.dumps({"id": page["id"], "url": page.get("url"), "kind": "gold", "lines": marked}, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages"), parser.add_argument("out")
    parser.add_argument("--skip"), parser.add_argument("--most", type=int, default=10**9)
    parser.add_argument("--gold", action="store_true")
    arguments = parser.parse_args()
    if arguments.gold:
        with gzip.open(arguments.pages, "rt", encoding="utf-8") as pages, open(arguments.out, "w", encoding="utf-8") as out:
            return gold_bodies(pages, out)
    skip = set()
    if arguments.skip:
        with gzip.open(arguments.skip, "rt", encoding="utf-8") as handle:
            skip = {json.loads(line)["id"] for line in handle}
    made = failed = 0
    with gzip.open(arguments.pages, "rt", encoding="utf-8") as pages, open(arguments.out, "w", encoding="utf-8") as out:
        for row in pages:
            page = json.loads(row)
            if page["id"] in skip or page.get("page_type") != "article" or len(tokens(page.get("text") or "")) < 50:
                continue
            if made >= arguments.most:
                break
            made += 1
            try:
                for kind, lines, titles in dumps(page):
                    lines = [" ".join(line.split()) for line in lines if line.strip()]
                    marked = [{"text": line, "label": mark} for line, mark in zip(lines, label(lines, page["text"], titles))]
                    out.write(json.dumps({"id": page["id"], "url": page.get("url"), "kind": kind, "lines": marked}, ensure_ascii=False) + "\n")
            except (ValueError, TypeError, AssertionError, readability.readability.Unparseable) as error:
                failed += 1
                print(f"{page['id']}: {error}")
    print(f"{made} pages, {failed} that another extractor could not read to the end")


main()
