#!/usr/bin/env python3
"""The figures that copydesk promises, measured on the labelled data.

usage: figures.py [--long] [--program PATH] [--shared DIR]

  sample      the article that the project started with, from .txt, .txt.gz and JSONL, through `run` and `clean`
  unchanged   200 gold bodies, which hold no noise: how many come out as they went in
  lines       labelled dumps: noise found, article words lost, headlines kept, headline repeats gone
  evaluate    `copydesk eval` beside the scorers of ../shared, on labelled dumps and on gold bodies: the same figures
  speed       a made corpus through the whole text lane, beside copies of the same file; --long takes 210 MB, else 20

A figure below its bar fails the run. Speed has a bar on memory only: times are for reading, in MB per CPU second.
"""
import argparse
import gzip
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
failures = []


def figure(name, value, bar, good):
    print(f"{'ok  ' if good else 'FAIL'} {name:58} {value:>14}   bar {bar}")
    if not good:
        failures.append(name)


def run(args, inputs, out, *more):
    subprocess.run([args.program, "run", ROOT / "config/news-text.toml", *inputs, "--output", out, "--quiet", *more], check=True)


def exported(out):
    for part in sorted(pathlib.Path(out).glob("data/*.jsonl.zst")):
        text = subprocess.run(["zstd", "-dcq", part], stdout=subprocess.PIPE, check=True).stdout
        yield from map(json.loads, text.decode().splitlines())


def sample(args, scratch):
    path = args.shared / "data/sample/000_94e542c57a16e44a.txt"
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if line.strip()]
    expected = [line for line in lines[1:-1] if line != "Advertisement"]
    assert len(expected) == 18
    forms = {"txt": path, "txt.gz": scratch / "sample.txt.gz", "jsonl": scratch / "sample.jsonl"}
    forms["txt.gz"].write_bytes(gzip.compress(text.encode()))
    forms["jsonl"].write_text(json.dumps({"id": "sample", "text": text}) + "\n")
    for form, source in forms.items():
        run(args, [source], scratch / f"sample-{form}")
        rows = list(exported(scratch / f"sample-{form}"))
        exact = len(rows) == 1 and rows[0]["text"] == "\n".join(expected)
        figure(f"sample article through `run`, from {form}", "exact" if exact else "differs", "exact", exact)
        clean = subprocess.run([args.program, "clean", source], stdout=subprocess.PIPE, check=True).stdout.decode()
        exact = clean == "\n".join(expected) + "\n"
        figure(f"sample article through `clean`, from {form}", "exact" if exact else "differs", "exact", exact)


def gold_bodies(args):
    """Headline and body of 200 article pages, evenly over all sets, as a scraper would hand them over."""
    pages = []
    for path in sorted((args.shared / "data/pages").glob("*-dev.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as handle:
            for page in map(json.loads, handle):
                if page.get("page_type", "article") == "article" and len((page.get("text") or "").split()) >= 50:
                    pages.append({"id": page["id"], "text": page["text"]})
    step = len(pages) / 200
    return [pages[int(n * step)] for n in range(200)]


def unchanged(args, scratch):
    pages = gold_bodies(args)
    source = scratch / "gold.jsonl"
    source.write_text("".join(json.dumps(page) + "\n" for page in pages))
    run(args, [source], scratch / "gold")
    out = {row["id"]: row["text"] for row in exported(scratch / "gold")}
    fold = lambda text: [line.strip() for line in text.split("\n") if line.strip()]
    changed = [page for page in pages if fold(page["text"]) != fold(out.get(page["id"], ""))]
    for page in changed:
        gone = [line for line in fold(page["text"]) if line not in fold(out.get(page["id"], ""))]
        print(f"     changed: {page['id']}: {gone[:3]}")
    share = 1 - len(changed) / len(pages)
    figure("gold bodies that come out unchanged", f"{share:.1%} of {len(pages)}", "97 %", share >= 0.97)


def headlines_by_trail(bench, source, out):
    """Shares of the headline repeats that went and of the first headlines that stayed, in whole pages. The scorer compares texts, and
    cannot tell which of two equal lines went; the trail says it by offset, in characters."""
    struck = {}
    for part in sorted(pathlib.Path(out).glob("removed/*.jsonl.zst")):
        text = subprocess.run(["zstd", "-dcq", part], stdout=subprocess.PIPE, check=True).stdout
        for row in map(json.loads, text.decode().splitlines()):
            struck[row["id"]] = {removal["start"] for removal in row["removals"]}
    seen, gone = {"headline": 0, "headline_repeat": 0}, {"headline": 0, "headline_repeat": 0}
    with gzip.open(bench, "rt", encoding="utf-8") as labels, open(source, encoding="utf-8") as inputs:
        for row, record in zip(map(json.loads, labels), map(json.loads, inputs)):
            at = 0
            for line in row["lines"]:
                if row["kind"].startswith("page") and line["label"] in seen:
                    seen[line["label"]] += 1
                    gone[line["label"]] += at in struck.get(record["id"], ())
                at += len(line["text"]) + 1
    return gone["headline_repeat"] / seen["headline_repeat"], 1 - gone["headline"] / seen["headline"]


def lines(args, scratch):
    scorer = args.shared / "tools/score_lines.py"
    bars = {"aeb": lambda r: [
        ("aeb node: recall of noise lines", r["node"]["recall"], "above .5", r["node"]["recall"] > 0.5),
        ("aeb node: article words lost", r["node"]["lost"], "at most .0002", r["node"]["lost"] <= 0.0002),
        ("aeb node: headlines kept", r["node"]["headline"], "1", r["node"]["headline"] == 1),
        # of what is left, half are aligned by the scorer with the copy that stayed, or labelled on the name of the site
        ("aeb page: headline repeats gone", r["page"]["repeats"], "at least .82", r["page"]["repeats"] >= 0.82),
    ]}
    # where nothing but the words of its article tells it, the headline of one page in fifty is taken for another line
    trail_bars = {"aeb": (0.85, 0.95), "fundus": (0.78, 0.97), "wcxb": (0.58, 0.97)}
    for name in ("aeb", "fundus", "wcxb"):
        bench = args.shared / f"data/lines/{name}_dev.jsonl.gz"
        source = scratch / f"{name}.jsonl"
        with open(source, "w") as handle:
            subprocess.run([sys.executable, scorer, "to-input", bench], stdout=handle, check=True)
        run(args, [source], scratch / name)
        cleaned = scratch / f"{name}-clean.jsonl"
        cleaned.write_text("".join(json.dumps(row) + "\n" for row in exported(scratch / name)))
        report = json.loads(subprocess.run([sys.executable, scorer, bench, cleaned, "--json"], stdout=subprocess.PIPE, check=True).stdout)
        for regime, row in report.items():
            print(f"     {name:7} {regime:10} " + "  ".join(f"{key} {row[key]:.4f}" for key in ("recall", "precision", "lost", "intact", "repeats", "headline")))
        repeats, headlines = headlines_by_trail(bench, source, scratch / name)
        least_gone, least_kept = trail_bars[name]
        figure(f"{name} page, by the trail: headline repeats gone", f"{repeats:.5f}", f"at least {least_gone}", repeats >= least_gone)
        figure(f"{name} page, by the trail: first headlines kept", f"{headlines:.5f}", f"at least {least_kept}", headlines >= least_kept)
        for text, value, bar, good in bars.get(name, lambda r: [])(report):
            figure(text, f"{value:.5f}", bar, good)


def evaluated(args, *more):
    command = [args.program, "eval", *more, "--config", ROOT / "config/news-text.toml", "--worst", "0", "--json"]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)["configs"][0]


def same_figures(name, expected, found):
    """Every figure of a scorer stands in the report of `eval`; a share of nothing is NaN there and null here."""
    number = lambda value: float("nan") if value is None else value
    pairs = [(number(value), number(found.get(group, {}).get(key, -1))) for group, row in expected.items() for key, value in row.items()]
    differ = sum(not (abs(a - b) < 1e-12 or (a != a and b != b)) for a, b in pairs)
    figure(name, f"{differ} of {len(pairs)} differ", "none", differ == 0 and len(pairs) > 0)


def evaluate(args, scratch):
    for name in ("aeb", "fundus", "wcxb"):
        bench = args.shared / f"data/lines/{name}_dev.jsonl.gz"
        source, out = scratch / f"eval-{name}.jsonl", scratch / f"eval-{name}"
        with open(source, "w") as handle:
            subprocess.run([sys.executable, args.shared / "tools/score_lines.py", "to-input", bench], stdout=handle, check=True)
        run(args, [source], out)
        cleaned = scratch / f"eval-{name}-clean.jsonl"
        cleaned.write_text("".join(json.dumps(row) + "\n" for row in exported(out)))
        for by in ("regime", "kind"):
            scorer = [sys.executable, args.shared / "tools/score_lines.py", bench, cleaned, "--by", by, "--json"]
            expected = json.loads(subprocess.run(scorer, stdout=subprocess.PIPE, check=True).stdout)
            same_figures(f"{name}: eval by {by} beside score_lines.py", expected, evaluated(args, bench, "--by", by)["groups"])
        same_bodies(args, scratch, name, bench, cleaned)


def same_bodies(args, scratch, name, bench, cleaned):
    """The same dumps against the gold bodies of their pages."""
    with gzip.open(args.shared / f"data/pages/{name}-dev.jsonl.gz", "rt", encoding="utf-8") as handle:
        bodies = {page["id"]: page for page in map(json.loads, handle)}
    pages, gold = scratch / f"{name}-pages.jsonl", scratch / f"{name}-gold.jsonl"
    with gzip.open(bench, "rt", encoding="utf-8") as handle, open(pages, "w") as out, open(gold, "w") as out_gold:
        for row in map(json.loads, handle):
            page = bodies.get(row["id"])
            if page is None:
                continue
            key, text = f"{row['id']}#{row['kind']}", "\n".join(line["text"] for line in row["lines"])
            body = {"text": page["text"], "lang": page.get("lang") or "none"}
            out.write(json.dumps({"id": key, "text": text, "url": row.get("url"), "gold": body["text"], "lang": body["lang"]}) + "\n")
            out_gold.write(json.dumps({"id": key, **body}) + "\n")
    scorer = [sys.executable, args.shared / "tools/score_extraction.py", gold, cleaned, "--by", "lang", "--json"]
    expected = json.loads(subprocess.run(scorer, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
    row = evaluated(args, pages, "--by", "language")
    same_figures(f"{name}: eval of gold bodies in rows beside score_extraction.py", expected, {"all": row["all"], **row["groups"]})
    beside = evaluated(args, pages, "--gold", gold)["all"]
    same_figures(f"{name}: eval with --gold beside score_extraction.py", {"all": expected["all"]}, {"all": beside})


def measured(command):
    """CPU seconds, seconds on the clock and peak resident MB of a command."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss / 1024


def speed(args, scratch):
    megabytes = 210 if args.long else 20
    corpus = args.corpus or scratch / "corpus"
    if not pathlib.Path(corpus, "truth.jsonl").exists():
        subprocess.run([sys.executable, args.shared / "tools/make_corpus.py", corpus, "--mb", str(megabytes)], stdout=subprocess.DEVNULL, check=True)
    parts = sorted(pathlib.Path(corpus, "jsonl").glob("*.jsonl"))
    size = sum(part.stat().st_size for part in parts) / 1e6
    single = scratch / "single.jsonl"
    with open(single, "wb") as handle:
        subprocess.run(["cat", *parts], stdout=handle, check=True)
    export_only = scratch / "export-only.toml"
    export_only.write_text('[[stage]]\nuse = "extract"\n[[stage]]\nuse = "export"\n')
    rows = {
        "cp": ["cp", single, scratch / "copy.jsonl"],
        "zstd -3, one thread": ["zstd", "-3", "-T1", "-q", "-f", single, "-o", scratch / "copy.zst"],
        "copydesk, extract + export": [args.program, "run", export_only, *parts, "--output", scratch / "export-only", "--quiet"],
        "copydesk, extract + headline + boilerplate + export": [args.program, "run", ROOT / "config/news-text.toml", *parts, "--output", scratch / "lane", "--quiet"],
    }
    for name, command in rows.items():
        cpu, clock, memory = measured([str(part) for part in command])
        print(f"     {name:52} {size / cpu:8.0f} MB per CPU s  {cpu / clock:5.2f} cores busy  {memory:6.0f} MB resident")
    figure("made corpus: peak memory of the text lane", f"{memory:.0f} MB", "at most 300 MB", memory <= 300)
    figure("made corpus: speed of the text lane", f"{size / cpu:.0f} MB/CPU s", "60, for reading", True)
    cleaned = scratch / "lane.jsonl"
    with open(cleaned, "w") as handle:
        handle.writelines(json.dumps(row) + "\n" for row in exported(scratch / "lane"))
    subprocess.run([sys.executable, args.shared / "tools/score_corpus.py", pathlib.Path(corpus, "truth.jsonl"), cleaned], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="the corpus of 210 MB")
    parser.add_argument("--only", choices=["sample", "unchanged", "lines", "evaluate", "speed"])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "target/release/copydesk")
    parser.add_argument("--shared", type=pathlib.Path, default=ROOT.parent / "shared")
    parser.add_argument("--corpus", type=pathlib.Path, help="a corpus that make_corpus.py has made before")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for part in (sample, unchanged, lines, speed, evaluate):
            if args.only in (None, part.__name__):
                print(f"{part.__name__}")
                part(args, pathlib.Path(scratch))
    print(f"{len(failures)} figures below their bar" if failures else "every figure is above its bar")
    sys.exit(bool(failures))


main()
