#!/usr/bin/env python3
"""What `dedup` finds, costs and leaves the same, on corpora with planted copies.

    tests/bench/dedup.py target/release/copydesk ../shared/tools [--mb 210] [--corpus DIR] [--kills 20]

Two corpora are made by `make_corpus.py` of the tools, of two seeds. Similarities are worked out anew, over words as Unicode
segments them: the corpus has them over runs of letters, which differs where words have marks inside. Speeds are of one thread, in
megabytes of input per CPU second, the best of three; memory is the largest of them.
"""
import argparse
import collections
import json
import math
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile

LETTER = r"[^\W\d_]"
WORD = re.compile(rf"\w+(?:(?:(?<={LETTER})[.:'\u2019\u00b7](?={LETTER})|(?<=\d)[.,;'\u2019](?=\d))\w+)*")
EXPORT = '[[stage]]\nuse = "export"\n'
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
EXTRACT = '[[stage]]\nuse = "extract"\n'


def shingles(text):
    words = [word.replace("\u2019", "'") for word in WORD.findall(text.lower()) if re.search(r"[^\W_]", word)]
    return {tuple(words[i:i + 5]) for i in range(max(1, len(words) - 4))}


class Corpus:
    """A made corpus: its texts, and the true similarity of each copy with what it was made from."""

    def __init__(self, folder):
        self.folder, self.files = folder, sorted((folder / "jsonl").glob("*.jsonl"))
        self.size = sum(file.stat().st_size for file in self.files) / 1e6
        self.truth = {row["id"]: row for row in map(json.loads, open(folder / "truth.jsonl"))}
        wanted = {i for row in self.truth.values() if row["kind"] == "near" for i in (row["id"], row["orig"])}
        texts = {}
        for file in self.files:
            for row in map(json.loads, open(file)):
                if row["id"] in wanted:
                    texts[row["id"]] = shingles(row["text"])
        self.pairs = []
        for row in self.truth.values():
            if row["kind"] == "near":
                one, two = texts[row["id"]], texts[row["orig"]]
                self.pairs.append((len(one & two) / len(one | two), row["id"], row["orig"]))


class Bench:
    def __init__(self, binary, scratch):
        self.binary, self.scratch = binary, scratch

    def config(self, options):
        path = self.scratch / "bench.toml"
        stage = "" if options is None else f'[[stage]]\nuse = "dedup"\n{options}\n'
        path.write_text(EXTRACT + stage + EXPORT)
        return path

    def arguments(self, options, inputs, out, *more):
        return [self.binary, "run", self.config(options), *inputs, "--output", out, "--quiet", *map(str, more)]

    def run(self, options, inputs, name, *more):
        """An output folder, the CPU seconds and the megabytes that it took."""
        out = self.scratch / name
        shutil.rmtree(out, ignore_errors=True)
        # in a small process between: a child's memory counts from what its parent had
        command = [sys.executable, "-c", MEASURE, *map(str, self.arguments(options, inputs, out, *more))]
        measured = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        cpu, memory = map(float, measured.split())
        return out, cpu, memory / 1024


def rows(out, folder="data"):
    for path in sorted((out / folder).glob("*.zst")):
        for line in subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout.splitlines():
            yield json.loads(line)


def kept(out):
    return {row["id"] for row in rows(out)}


def tree(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def figure(name, value, wanted=""):
    print(f"{name:64} {value:>28}  {wanted}", flush=True)


def exact(bench, corpus, name):
    stay = kept(bench.run('method = "exact"', corpus.files, "exact")[0])
    copies = [row for row in corpus.truth.values() if row["kind"] == "exact"]
    found = sum(row["id"] not in stay or row["orig"] not in stay for row in copies)
    groups = collections.defaultdict(set)
    for ident, row in corpus.truth.items():
        origin = row
        while origin.get("orig"):
            origin = corpus.truth[origin["orig"]]
        groups[origin["id"]].add(ident)
    lost = sum(len(members) > 1 and not members & stay for members in groups.values())
    alone = {ident for ident, members in groups.items() if len(members) == 1 and corpus.truth[ident]["kind"] != "low"}
    unrelated = len(alone - stay)
    figure(f"{name}: exact copies found / unrelated gone / groups lost", f"{found}/{len(copies)} / {unrelated} / {lost}", "all / 0 / 0")


def near(bench, corpus, name):
    out = bench.run("", corpus.files, "near")[0]
    stay = kept(out)
    for low, high, least in ((0.9, 1.01, 0.999), (0.8, 0.9, 0.99), (0.75, 0.8, None), (0, 0.75, None)):
        tier = [pair for pair in corpus.pairs if low <= pair[0] < high]
        found = sum(one not in stay or two not in stay for _, one, two in tier)
        figure(f"{name}: near copies found, similarity {low} to {high}", f"{found}/{len(tier)} {found / max(1, len(tier)):.4f}", least or "")
    reported = [row for row in corpus.truth.values() if row["kind"] == "near"]
    for low, high in ((0.9, 1.01), (0.8, 0.9)):
        tier = [row for row in reported if low <= row["jaccard"] < high]
        found = sum(row["id"] not in stay or row["orig"] not in stay for row in tier)
        figure(f"{name}: the same by the similarities of the corpus, {low} to {high}", f"{found}/{len(tier)} {found / len(tier):.4f}")
    below = [row for row in rows(out, "removed") if row["dropped"]["reason"] == "near-copy"]
    shares = [float(row["dropped"]["evidence"].rsplit(" ", 1)[1]) for row in below]
    chains = sum(share < 0.8 for share in shares)
    figure(f"{name}: near copies less similar to the survivor than .8", f"{chains}/{len(shares)}", "by way of another copy")


def curve(bench, corpus, name):
    """Candidates alone: only copies whose documents have no other copy tell of one pair."""
    count = collections.Counter(i for row in corpus.truth.values() if row.get("orig") for i in (row["id"], row["orig"]))
    alone = [pair for pair in corpus.pairs if count[pair[1]] == 1 and count[pair[2]] == 1]
    stay = kept(bench.run("verify = false", corpus.files, "unverified")[0])
    outside, bins = 0, 0
    for twentieth in range(6, 20):
        tier = [pair for pair in alone if twentieth / 20 <= pair[0] < (twentieth + 1) / 20]
        if len(tier) < 10:
            continue
        odds = [1 - (1 - share ** 6) ** 21 for share, _, _ in tier]
        theory, sd = sum(odds), math.sqrt(sum(p * (1 - p) for p in odds))
        found = sum(one not in stay or two not in stay for _, one, two in tier)
        bins += 1
        outside += abs(found - theory) > 1.96 * sd + 0.5
        print(f"    similarity {twentieth / 20:.2f}: {found} of {len(tier)} found, theory {theory:.1f} +- {1.96 * sd:.1f}")
    figure(f"{name}: unverified recall outside of 95 % of the S-curve", f"{outside} of {bins} steps", "one in twenty by chance")


def speed(bench, corpus, name):
    for what, options, least in (
        ("no dedup", None, ""),
        ("exact", 'method = "exact"', ""),
        ("exact and lines", 'scope = "line"', 120),
        ("near, verified", "", 50),
        ("near, unverified", "verify = false", ""),
    ):
        runs = [bench.run(options, corpus.files, "speed", "--threads", 1)[1:] for _ in range(3)]
        figure(f"{name}: speed, {what}", f"{corpus.size / min(cpu for cpu, _ in runs):.0f} MB/CPU s, {max(memory for _, memory in runs):.0f} MB", least)


def same(bench, corpus, name):
    trees = [tree(bench.run("", corpus.files, "same", "--threads", threads)[0]) for threads in (1, 2, 8)]
    figure(f"{name}: 1, 2 and 8 threads", "same" if trees[0] == trees[1] == trees[2] else "DIFFERENT", "same bytes")
    return trees[0]


def clusters(bench, inputs):
    out = subprocess.run([bench.binary, "dedup", *inputs], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    members = collections.defaultdict(set)
    for row in map(json.loads, out.splitlines()):
        members[row["cluster_id"]].add(row["id"])
    return {frozenset(ids) for ids in members.values()}


def turned(bench, corpus, name):
    folder = bench.scratch / "turned"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for place, file in enumerate(reversed(corpus.files)):
        (folder / f"{place}.jsonl").symlink_to(file.resolve())
    one, two = clusters(bench, corpus.files), clusters(bench, [folder])
    figure(f"{name}: clusters, files in another order", f"{len(one)}, {'same' if one == two else 'DIFFERENT'}", "same")


def killed(bench, corpus, whole, name, kills):
    out, seed = bench.scratch / "killed", random.Random(7)
    shutil.rmtree(out, ignore_errors=True)
    done, hits = False, 0
    while not done:
        child = subprocess.Popen(bench.arguments("", corpus.files, out, "--threads", seed.choice([1, 2, 8])))
        try:
            done = child.wait(timeout=None if hits >= kills else seed.uniform(0.05, 2.5)) == 0
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
            hits += 1
        if done and hits < kills:
            assert tree(out) == whole
            shutil.rmtree(out)
            done = False
    figure(f"{name}: {hits} kills, taken up again", "same" if tree(out) == whole else "DIFFERENT", "same bytes")


def weeks(bench, corpus, name):
    seen = bench.scratch / "seen"
    shutil.rmtree(seen, ignore_errors=True)
    parts, stay, cpu, memory = [corpus.files[n::5] for n in range(5)], set(), 0, 0
    for week, files in enumerate(parts):
        out, took, peak = bench.run(f'index = "{seen}"', sorted(files), f"week-{week}")
        stay, cpu, memory = stay | kept(out), cpu + took, max(memory, peak)
    folder = bench.scratch / "in-order"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for place, file in enumerate(file for part in parts for file in sorted(part)):
        (folder / f"{place:03}.jsonl").symlink_to(file.resolve())
    whole = kept(bench.run("", [folder], "whole")[0])
    size = sum(path.stat().st_size for path in seen.iterdir()) / 1e6
    figure(f"{name}: five weekly parts", f"{len(stay)} stay, {'same' if stay == whole else 'DIFFERENT'}", "as in one run")
    figure(f"{name}: their cost", f"{cpu:.1f} CPU s, {memory:.0f} MB", f"the index: {size:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path), parser.add_argument("tools", type=pathlib.Path)
    parser.add_argument("--mb", type=int, default=210), parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--corpus", type=pathlib.Path, help="where the corpora are, or are to be made")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(args.binary.resolve(), pathlib.Path(scratch))
        for seed in (20160405, 7):
            folder = (args.corpus or bench.scratch) / f"seed-{seed}"
            if not (folder / "truth.jsonl").exists():
                make = [sys.executable, args.tools / "make_corpus.py", folder, "--mb", str(args.mb), "--seed", str(seed)]
                subprocess.run(make, stdout=subprocess.DEVNULL, check=True)
            corpus, name = Corpus(folder), f"seed {seed}"
            exact(bench, corpus, name)
            near(bench, corpus, name)
            curve(bench, corpus, name)
            turned(bench, corpus, name)
            weeks(bench, corpus, name)
            whole = same(bench, corpus, name)
            if seed == 20160405:
                killed(bench, corpus, whole, name, args.kills)
                speed(bench, corpus, name)


main()
