"""What `site-memory` finds on sites, and what it costs their articles.

    target/python/bin/python tests/bench/sites.py target/release/copydesk [--lines DIR] [--sites 40] [--pages 12]
                                                  [--set share=0.1 ...] [--show N]

Sites are made from labelled pages: what is noise on one page is the furniture of a site, round the headlines and
bodies of other pages. Of the furniture, a part is printed on every page, with other numbers; a part is left out here
and there; a part is another on each page, as teasers are. Into the articles goes what recurs lawfully: section
headings, labels of a dialogue, a byline, a sign-off, a paragraph of background, the head of a table; and on every fifth
site, one article stands on six pages. Each site comes with a URL; a last set of sites has two pages each.

Printed for each list of stages: the share of furniture lines struck, of passing noise (other on each page), of body
words lost, of documents that lost no line of their body, and of lawful repeats struck, by kind.
"""

import argparse
import gzip
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

SETS = ("aeb", "fundus", "wcxb")
STAGES = {
    "nothing": [],
    "site-memory": ["site-memory"],
    "boilerplate, headline": ["boilerplate", "headline"],
    "and site-memory": ["boilerplate", "headline", "site-memory"],
}
HEADINGS = ["Background", "What happens next", "Ingredients", "Method", "The verdict", "Key points", "In brief"]
BYLINES = ["By Ana Lund", "By Max Muster and Ida Holm", "Ola Berg", "Reporting by Tom Hale"]
SIGN_OFF = "And that, as they say on the north bank, is that."
BACKGROUND = (
    "The harbour was closed to cargo in 1998 after a fire in which nobody was hurt, and the council has looked for a new "
    "use of its three piers since then."
)


def labelled(folder):
    """Pages as lists of (text, label), in both ways of making text from a page."""
    for name in SETS:
        with gzip.open(folder / f"{name}_dev.jsonl.gz", "rt", encoding="utf-8") as handle:
            for row in map(json.loads, handle):
                if row["kind"].startswith("page_"):
                    lines = [(" ".join(line["text"].split()), line["label"]) for line in row["lines"]]
                    yield row["kind"], row["id"], [line for line in lines if line[0]]


def article(lines):
    """The headline and the body of a page."""
    headline = next((text for text, label in lines if label == "headline"), None)
    return headline, [text for text, label in lines if label == "body"]


def frame(lines):
    """The noise of a page, as lists of lines above its article, in it and below it."""
    at = [place for place, (_, label) in enumerate(lines) if label == "body"]
    noise = lambda lines: [text for text, label in lines if label == "boilerplate"]
    inside = noise(lines[at[0] : at[-1]])
    return noise(lines[: at[0]]), inside, noise(lines[at[-1] :])


def segments(lines, random):
    """Runs of one to eight lines."""
    while lines:
        length = random.randint(1, 8)
        yield lines[:length]
        lines = lines[length:]


class Site:
    """Furniture that is printed, and pages of it."""

    def __init__(self, host, page, others, random):
        self.host, self.random = host, random
        self.constant = random.choice([0.4, 0.6, 0.8, 1.0])
        self.noise = [line for other in others for part in frame(other) for line in part]
        self.parts = [[(lines, self.fate()) for lines in segments(part, random)] for part in frame(page)]
        self.headings = random.sample(HEADINGS, 2)
        self.habit = random.choice(["dialogue", "table", "sign-off", "background", "none"])

    def fate(self):
        if self.random.random() > self.constant:
            return "passing"
        return self.random.choice(["furniture", "furniture", "furniture", "left out at times"])

    def printed(self, part):
        for lines, fate in self.parts[part]:
            if fate == "passing":
                yield [(self.random.choice(self.noise), "passing") for _ in lines]
            elif fate == "furniture" or self.random.random() > 0.3:
                yield [(self.with_other_numbers(line), "furniture") for line in lines]

    def with_other_numbers(self, line):
        if self.random.random() < 0.5:
            return line
        return re.sub(r"[0-9]+", lambda found: str(self.random.randrange(1, 10 ** len(found[0]))), line)

    def body(self, headline, lines):
        body = [(line, "body") for line in lines]
        put = lambda line, kind: body.insert(self.random.randint(1, len(body) - 1), (line, kind))
        for heading in self.headings:
            if self.random.random() < 0.6:
                put(heading, "section heading")
        if self.habit == "dialogue":
            body = [row for pair in body for row in (("Question", "dialogue label"), pair)]
        if self.habit == "table":
            at = self.random.randint(1, len(body) - 1)
            rows = [(f"{self.random.choice('ABCDEFG')}. Town {self.random.randint(0, 99)}", "body") for _ in range(5)]
            body[at:at] = [("Pos Team Pts", "table head")] + rows
        if self.habit == "sign-off":
            body.append((SIGN_OFF, "sign-off"))
        if self.habit == "background" and self.random.random() < 0.3:
            put(BACKGROUND, "background")
        byline = [(self.random.choice(BYLINES), "byline")] if self.random.random() < 0.7 else []
        return [(headline, "headline")] * bool(headline) + byline + body

    def page(self, headline, lines):
        body = self.body(headline, lines)
        for segment in self.printed(1):
            at = self.random.randint(1, len(body))
            body[at:at] = segment
        above, below = ([row for segment in self.printed(part) for row in segment] for part in (0, 2))
        return above + body + below


def make(args):
    """Documents as {id, url, text} with their lines, in an order that no site keeps."""
    chance = random.Random(args.seed)
    kinds = defaultdict(list)
    for kind, name, lines in labelled(args.lines):
        body = article(lines)[1]
        if len(body) >= 3 and sum(label == "boilerplate" for _, label in lines) >= 20:
            kinds[kind].append(lines)
    documents = []
    for number in range(args.sites + args.small):
        pages = kinds[sorted(kinds)[number % len(kinds)]]
        # small sites print what the first sites do
        page = pages[(number - args.sites if number >= args.sites else number) % len(pages)]
        others = chance.sample([other for other in pages if other is not page], args.pages)
        site = Site(f"site-{number}.example", page, others, chance)
        count = args.pages if number < args.sites else 2
        copies = 6 if number % 5 == 4 and count > 6 else 0
        for place, other in enumerate(others[:count]):
            source = others[0] if place < copies else other
            rows = site.page(*article(source))
            rows = [(text, "copy" if place < copies and kind == "body" else kind) for text, kind in rows]
            documents.append({"id": f"{number}-{place}", "url": f"https://{site.host}/{place}", "rows": rows})
    chance.shuffle(documents)
    return documents


def run(args, documents, stages, scratch):
    """What was struck: for each document, the offsets of lines."""
    scratch.mkdir()
    dump, config, out = scratch / "dump.jsonl", scratch / "sites.toml", scratch / "out"
    with open(dump, "w", encoding="utf-8") as handle:
        for document in documents:
            text = "\n".join(text for text, _ in document["rows"])
            handle.write(json.dumps({"id": document["id"], "url": document["url"], "text": text}) + "\n")
    tables = ['[[stage]]\nuse = "extract"\nunwrap = "never"\n']
    for stage in stages:
        options = "\n".join(args.set) if stage == "site-memory" else ""
        tables.append(f'[[stage]]\nuse = "{stage}"\n{options}\n')
    tables.append('[[stage]]\nuse = "export"\ncompression = "none"\n')
    config.write_text("".join(tables))
    subprocess.run([args.program, "run", config, dump, "--output", out, "--quiet"], check=True)
    trail = out.glob("removed/*.jsonl")
    rows = (json.loads(line) for path in trail for line in path.read_text(encoding="utf-8").split("\n") if line)
    return {row["id"]: {removal["start"]: removal for removal in row["removals"]} for row in rows}


def score(args, documents, struck):
    """Lines and words by kind, and documents whose body is whole."""
    lines, gone, words, lost, examples = Counter(), Counter(), Counter(), Counter(), defaultdict(list)
    whole = 0
    for document in documents:
        removals, at, is_whole = struck.get(document["id"], {}), 0, True
        small = int(document["id"].split("-")[0]) >= args.sites
        for text, kind in document["rows"]:
            removal = removals.get(at)
            at += len(text) + 1
            kind = f"{kind}, small site" if small and kind == "furniture" else kind
            lines[kind] += 1
            words[kind] += len(text.split())
            if removal:
                gone[kind] += 1
                lost[kind] += len(text.split())
                is_whole &= kind not in ("body", "copy", "headline")
                examples[kind].append(f"{document['id']}: {text[:90]} [{removal['reason']}: {removal['evidence']}]")
            elif kind == "furniture":
                examples["kept furniture"].append(f"{document['id']}: {text[:110]}")
        whole += is_whole
    return lines, gone, words, lost, whole / len(documents), examples


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--lines", type=Path, default=Path("../shared/data/lines"))
    parser.add_argument("--sites", type=int, default=40)
    parser.add_argument("--small", type=int, default=20, help="sites of two pages beside them")
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--set", action="append", default=[], help="an option of site-memory: share=0.1")
    parser.add_argument("--only", choices=STAGES, action="append")
    parser.add_argument("--show", type=int, default=0, help="lines of each kind that went wrong")
    args = parser.parse_args()
    documents = make(args)
    print(f"{len(documents)} documents, {sum(len(document['rows']) for document in documents)} lines")
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(args.only or STAGES):
            struck = run(args, documents, STAGES[name], Path(folder) / str(number))
            lines, gone, words, lost, whole, examples = score(args, documents, struck)
            share = lambda kind: f"{kind} {gone[kind] / max(1, lines[kind]):.3f}"
            body = (lost["body"] + lost["copy"]) / (words["body"] + words["copy"])
            found = ", ".join(map(share, ("furniture", "furniture, small site", "passing")))
            print(f"\n{name}\n  struck: {found}\n  body words lost {body:.4%}, documents whole {whole:.1%}, headlines lost {gone['headline']} of {lines['headline']}")
            others = [kind for kind in sorted(lines) if not kind.startswith(("furniture", "passing", "body", "headline"))]
            print("  lawful: " + ", ".join(f"{kind} {gone[kind]} of {lines[kind]}" for kind in others))
            for kind, found in sorted(examples.items()) if args.show else []:
                if kind == "kept furniture" or not kind.startswith(("furniture", "passing")):
                    step = max(1, len(found) // args.show)
                    print(f"  {kind} ({len(found)})", *found[::step][: args.show], sep="\n      ")


if __name__ == "__main__":
    sys.exit(main())
