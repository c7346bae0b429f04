#!/usr/bin/env python3
"""How good and how fast our HTML extractor is beside trafilatura, readability-lxml, resiliparse, jusText and two in Rust, in one run.

    tests/bench/extract.py [--most 60] [--tools ours trafilatura ...] [--countries] [--kinds] [--shared DIR] [--rust PROGRAM]
    tests/bench/extract.py --speed [ROUNDS]     speeds alone, on the pages of aeb, as ratios beside what they are to be

The pages are the labelled ones of ../shared/data/pages. OURS HAS LEARNED FROM THESE PAGES, the others have not: its
lines say that all is in order, not how good it is on other sites. For that, crates/copydesk-extract/train/figures.txt
has the same figures of sites that the model had not seen.

Scored by ../shared/tools/score_extraction.py: F1, precision and recall of word 4-grams, and the share of exact texts.
Chinese, Japanese and Thai have no spaces between words, so the pages in their scripts are scored once more with a word
for every character. Speeds are pages in a CPU second of one process, from decoded pages in memory to text, after a first
page; ours makes blocks and metadata on the way. With `--speed`, each is the best of the rounds, in which the tools take turns.

What is asked for is the article, so the others leave comments out; `-comments` are their defaults, which take them in.

The first run installs what extract-requirements.txt names into target/bench-extract, and builds tests/bench/extract, where the
tools in Rust are; a page on which a tool fails counts as an empty one.
"""

import argparse
import gzip
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = Path(__file__).with_name("extract-requirements.txt")
ENVIRONMENT = ROOT / "target/bench-extract"
IN_SAMPLE = "`ours` has learned from these pages: see crates/copydesk-extract/train/figures.txt for sites it had not seen"
UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
STOPWORDS = {
    "af": "Afrikaans", "ar": "Arabic", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ko": "Korean", "ms": "Malay", "nb": "Norwegian_Bokmal",
    "nl": "Dutch", "no": "Norwegian_Bokmal", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sv": "Swedish", "sw": "Swahili", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
}


# ---- The others, each as a function from a page to its text

def trafilatura(**options):
    from trafilatura import extract

    return lambda html: extract(html, **options)


def readability():
    """Its answer is HTML; resiliparse makes that text, with everything in it."""
    from readability import Document

    plain = resiliparse(main_content=False)
    return lambda html: plain(Document(html).summary())


def resiliparse(**options):
    from resiliparse.extract.html2text import extract_plain_text

    return lambda html: extract_plain_text(html, preserve_formatting=True, list_bullets=False, alt_texts=False, **options)


def justext():
    """The stop words are of the language that the page names; without such a list, it decides by links and lengths alone."""
    from justext import get_stoplist, justext

    def text(html):
        named = re.search(r"<html[^>]*?\blang=[\"']?([a-z]+)", html, re.IGNORECASE)
        language = named and STOPWORDS.get(named[1].lower())
        asked = (get_stoplist(language),) if language else (frozenset(), 70, 200, 0, 0)
        # it reads declarations of encodings out of text, too, so it gets bytes
        return "\n".join(part.text for part in justext(html.encode(), *asked, encoding="utf-8") if not part.is_boilerplate)

    return text


TOOLS = {
    "trafilatura": lambda: trafilatura(include_comments=False),
    "trafilatura-precision": lambda: trafilatura(include_comments=False, favor_precision=True),
    "trafilatura-comments": trafilatura,
    "readability-lxml": readability,
    "resiliparse": lambda: resiliparse(main_content=True, comments=False),
    "resiliparse-comments": lambda: resiliparse(main_content=True),
    "justext": justext,
}
# What tests/bench/extract calls those in Rust.
RUST = {"ours": "ours", "dom_smoothie": "dom_smoothie", "trafilatura-crate": "trafilatura"}
# How many times as fast as others ours is to be, from bytes to blocks and metadata.
GOALS = {"resiliparse": 1.5, "dom_smoothie": 2.3, "trafilatura-crate": 9, "trafilatura": 18}


def attempt(extract, html):
    """The text of a page, or nothing where the tool fails: whatever it throws is its own, and costs the page."""
    try:
        return extract(html) or ""
    except Exception:
        return None


def run_tool(name, pages, out):
    """In a process of its own: writes the texts, prints the CPU seconds and how many pages it failed on."""
    logging.disable()
    rows = [json.loads(line) for line in open(pages, encoding="utf-8")]
    extract = TOOLS[name]()
    attempt(extract, rows[0]["html"])
    began = time.process_time()
    texts = [attempt(extract, row["html"]) for row in rows]
    seconds = time.process_time() - began
    write(out, ({"id": row["id"], "text": text or ""} for row, text in zip(rows, texts)))
    print(json.dumps({"seconds": seconds, "failed": texts.count(None)}))


# ---- Running and scoring

def write(path, rows):
    with open(path, "w", encoding="utf-8") as handle:
        handle.writelines(json.dumps(row) + "\n" for row in rows)


def read(path):
    with open(path, encoding="utf-8") as handle:
        return {row["id"]: row["text"] for row in map(json.loads, handle)}


def timed(args, tool, pages, found):
    """Writes what a tool finds on the pages; the CPU seconds that it took, and how many pages it failed on."""
    command = [args.rust, RUST[tool], pages, found] if tool in RUST else [sys.executable, __file__, "--run", tool, pages, found]
    answer = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return answer["seconds"], answer["failed"]


def scored(args, gold, found):
    """The figures of all pages, and of each group of them."""
    command = [sys.executable, args.shared / "tools/score_extraction.py", gold, found, "--by", "group", "--json"]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def spread(rows, most):
    """At most so many of the rows, from everywhere among them."""
    return [rows[n * len(rows) // most] for n in range(most)] if most and most < len(rows) else rows


def page_sets(args):
    """Names of sets with their pages; a page's group is its country in fundus, and else its kind."""
    for name in ("aeb", "fundus", "wcxb"):
        with gzip.open(args.shared / f"data/pages/{name}-dev.jsonl.gz", "rt", encoding="utf-8") as handle:
            rows = [json.loads(line) for line in handle]
        for row in rows:
            row["group"] = row["id"].split("-")[1] if name == "fundus" else row["page_type"]
        if name != "wcxb":
            yield name, spread(rows, args.most)
            continue
        yield "wcxb-article", spread([row for row in rows if row["group"] == "article"], args.most)
        yield "wcxb-other", spread([row for row in rows if row["group"] != "article"], args.most)


def is_unspaced(text):
    letters = sum(map(str.isalpha, text))
    return letters > 0 and len(UNSPACED.findall(text)) > letters / 3


def spelled(row):
    """The row with every letter as a word."""
    return {**row, "text": " ".join(re.findall(r"\w", row["text"] or ""))}


def line(name, tool, pages, figures, speed="", failed=0):
    numbers = "  ".join(f"{figures[key]:9.4f}" for key in ("f1", "precision", "recall"))
    note = f"  failed on {failed}" if failed else ""
    print(f"{name:20} {tool:22} {pages:5}  {numbers}  {figures['exact']:6.3f}  {speed:>7}{note}", flush=True)


def halves(article, other):
    """A set of which half the pages are articles, as where all kinds of pages are measured alike."""
    mean = {key: (article[key] + other[key]) / 2 for key in ("precision", "recall", "exact")}
    total = mean["precision"] + mean["recall"]
    return {**mean, "f1": 2 * mean["precision"] * mean["recall"] / total if total else 0.0}


def unspaced(args, scratch, rows, texts):
    """Pages without spaces between words, of all sets, by words and by characters."""
    rows = [row for row in rows if is_unspaced(row["text"])]
    for name, form in (("zh ja th, words", dict), ("zh ja th, characters", spelled)) if rows else ():
        write(scratch / "gold.jsonl", map(form, rows))
        for tool in args.tools:
            found = ({"id": row["id"], "text": texts[tool].get(row["id"])} for row in rows)
            write(scratch / "found.jsonl", map(form, found))
            line(name, tool, len(rows), scored(args, scratch / "gold.jsonl", scratch / "found.jsonl")["all"])


def groups(title, tools, counts, reports):
    """F1 of each group, the largest first."""
    print(f"\n{title:20} {'pages':>5}  " + "  ".join(tools))
    for group, pages in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        print(f"{group:20} {pages:5}  " + "  ".join(f"{reports[tool][group]['f1']:{len(tool)}.3f}" for tool in tools))


def countries(tools, counts, reports):
    groups("F1 by country", tools, counts, reports)
    for tool in tools:
        low = [group for group, pages in counts.items() if pages >= 3 and reports[tool][group]["f1"] < 0.9]
        print(f"{tool}: of 3 pages or more and under .90: {', '.join(sorted(low)) or 'none'}")


def bench(args, scratch):
    print(f"note: {IN_SAMPLE}\n")
    print(f"{'set':20} {'tool':22} {'pages':>5}  {'F1':>9}  {'precision':>9}  {'recall':>9}  {'exact':>6}  {'pages/s':>7}")
    everything, texts, reports, counts = [], defaultdict(dict), defaultdict(dict), {}
    for name, rows in page_sets(args):
        gold = [{key: row[key] for key in ("id", "text", "group")} for row in rows]
        everything += gold
        write(scratch / "gold.jsonl", gold)
        counts[name] = Counter(row["group"] for row in rows)
        write(scratch / "pages.jsonl", rows)
        for tool in args.tools:
            seconds, failed = timed(args, tool, scratch / "pages.jsonl", scratch / "found.jsonl")
            texts[tool].update(read(scratch / "found.jsonl"))
            reports[name][tool] = scored(args, scratch / "gold.jsonl", scratch / "found.jsonl")
            line(name, tool, len(rows), reports[name][tool]["all"], f"{len(rows) / seconds:.1f}", failed)
    for tool in args.tools:
        mean = halves(reports["wcxb-article"][tool]["all"], reports["wcxb-other"][tool]["all"])
        line("wcxb, half articles", tool, counts["wcxb-article"].total() + counts["wcxb-other"].total(), mean)
    unspaced(args, scratch, everything, texts)
    if args.kinds:
        groups("F1 by kind of page", args.tools, counts["wcxb-other"], reports["wcxb-other"])
    if args.countries:
        countries(args.tools, counts["fundus"], reports["fundus"])


def speeds(args, scratch):
    """How many times as fast as each of the others ours is."""
    _, rows = next(page_sets(args))
    write(scratch / "pages.jsonl", rows)
    best = dict.fromkeys(["ours", *GOALS], float("inf"))
    for _ in range(args.speed):
        for tool in best:
            best[tool] = min(best[tool], timed(args, tool, scratch / "pages.jsonl", scratch / "found.jsonl")[0])
    print(f"{'aeb':20} {'pages/s':>8}  {'ours is':>8}  {'goal':>5}")
    for tool, seconds in best.items():
        ratio = f"{seconds / best['ours']:7.2f}x  {GOALS[tool]:4.1f}x" if tool in GOALS else ""
        print(f"{tool:20} {len(rows) / seconds:8.1f}  {ratio}")


# ---- Getting ready

def enter_environment():
    """Goes on in the environment of the others, made first where it is missing or old."""
    python, done = ENVIRONMENT / "bin/python", ENVIRONMENT / "installed.txt"
    if not done.exists() or done.read_text() != REQUIREMENTS.read_text():
        quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
            # the pip that comes with some Pythons cannot resolve what these need
            subprocess.run([python, *quiet, "--upgrade", "pip"], check=True)
            subprocess.run([python, *quiet, "--requirement", REQUIREMENTS], check=True)
        except subprocess.CalledProcessError:
            sys.exit(f"the packages in {REQUIREMENTS} could not be installed in {ENVIRONMENT}")
        done.write_text(REQUIREMENTS.read_text())
    if Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        os.execv(python, [python, __file__, *sys.argv[1:]])


def built():
    """The program that runs the tools in Rust."""
    target = ROOT / "target/bench-extract-rust"
    manifest = ROOT / "tests/bench/extract/Cargo.toml"
    command = ["cargo", "build", "--release", "--quiet", "--locked", "--manifest-path", manifest, "--target-dir", target]
    subprocess.run(command, cwd=ROOT, check=True)
    return target / "release/extract-bench"


def two_or_more(text):
    if not text.isdigit() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"2 pages or more, not `{text}`")
    return int(text)


def main():
    if sys.argv[1:2] == ["--run"]:
        return run_tool(*sys.argv[2:])
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--most", type=two_or_more, help="so many pages of a set, from everywhere in it; else all")
    ap.add_argument("--tools", nargs="+", choices=[*RUST, *TOOLS], default=[*RUST, *TOOLS], metavar="TOOL")
    ap.add_argument("--countries", action="store_true", help="F1 by country of fundus, and which are under .90")
    ap.add_argument("--kinds", action="store_true", help="F1 by kind of the pages that are no articles")
    ap.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the folder with data/pages and tools")
    ap.add_argument("--rust", type=Path, help="the program of tests/bench/extract, if it is built")
    ap.add_argument("--speed", type=int, nargs="?", const=5, metavar="ROUNDS", help="speeds alone, as ratios; so many rounds, or five")
    args = ap.parse_args()
    if not (args.shared / "data/pages").is_dir():
        sys.exit(f"{args.shared} has no data/pages; name the folder with --shared")
    enter_environment()
    args.rust = args.rust or built()
    with tempfile.TemporaryDirectory() as scratch:
        (speeds if args.speed else bench)(args, Path(scratch))


main()
