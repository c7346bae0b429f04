#!/usr/bin/env python3
"""Label the runs of pages with their gold bodies.

usage: label.py PAGES PROGRAM WORK

PAGES    folder of aeb-dev.jsonl.gz, fundus-dev.jsonl.gz, wcxb-dev.jsonl.gz: objects with `id`, `url`, `html` and the gold `text`
PROGRAM  the example `pages` of this crate
WORK     where pages.jsonl (with the fold of each page), the runs with their names and words, and labels.npz are left

A run is the article's if the page scores better with it than without: from a first guess by shared 4-grams, runs are taken in
and out as long as the F1 of the page grows. How much it would lose by the opposite is the run's weight.
"""
import argparse
import collections
import gzip
import hashlib
import json
import multiprocessing
import pathlib
import re
import subprocess

import numpy

SETS = ("aeb", "fundus", "wcxb")
FOLDS = 5
WORD = re.compile(r"\w+", re.UNICODE)
ROUNDS = 8


def site(row):
    if row["set"] == "fundus":
        return row["url"]
    host = re.match(r"https?://(?:www\.)?([^/:?#]+)", row.get("url") or "")
    return host.group(1).lower() if host else row["id"]


def grams(words):
    return [tuple(words[i:i + 4]) for i in range(max(1, len(words) - 3))] if words else []


class Page:
    """The runs of a page and which of them are taken."""

    def __init__(self, gold, runs):
        self.gold = collections.Counter(grams(WORD.findall(gold)))
        self.known = {word for gram in self.gold for word in gram}
        self.size = sum(self.gold.values())
        self.words = [WORD.findall(run) for run in runs]
        self.taken = [False] * len(runs)

    def guess(self):
        used = collections.Counter()
        for at, words in enumerate(self.words):
            if len(words) >= 4:
                own = collections.Counter(grams(words))
                shared = sum(min(n, self.gold[gram] - used[gram]) for gram, n in own.items() if self.gold[gram] > used[gram])
                if 2 * shared >= sum(own.values()):
                    self.taken[at] = True
                    used.update(own)
        kept = [word for at, words in enumerate(self.words) if self.taken[at] for word in words]
        self.found = collections.Counter(grams(kept))
        self.right = sum((self.found & self.gold).values())
        self.all = sum(self.found.values())

    def score(self, right=0, more=0):
        there = self.all + more + self.size
        return 2 * (self.right + right) / there if there else 1.0

    def change(self, at):
        """What taking a run in, or out, would change: grams, right ones, all."""
        left, step = [], at - 1
        while step >= 0 and len(left) < 3:
            if self.taken[step]:
                left = self.words[step][-(3 - len(left)):] + left
            step -= 1
        right, step = [], at + 1
        while step < len(self.words) and len(right) < 3:
            if self.taken[step]:
                right = right + self.words[step][:3 - len(right)]
            step += 1
        spans = [left + right, left + self.words[at] + right]
        without, within = ([tuple(words[i:i + 4]) for i in range(len(words) - 3)] for words in spans)
        goes, comes = (within, without) if self.taken[at] else (without, within)
        delta = collections.Counter(comes)
        delta.subtract(goes)
        gain = sum(min(self.gold[gram], self.found[gram] + n) - min(self.gold[gram], self.found[gram]) for gram, n in delta.items() if n)
        return delta, gain, len(comes) - len(goes)

    def improve(self):
        for _ in range(ROUNDS):
            changed = False
            for at, words in enumerate(self.words):
                if not words or not self.taken[at] and self.known.isdisjoint(words):
                    continue
                delta, gain, more = self.change(at)
                if self.score(gain, more) > self.score() + 1e-9:
                    self.taken[at] = not self.taken[at]
                    self.found.update(delta)
                    self.right, self.all, changed = self.right + gain, self.all + more, True
            if not changed:
                break

    def weights(self):
        now = self.score()
        return [now - self.score(*self.change(at)[1:]) if words else 0.0 for at, words in enumerate(self.words)]


def label(task):
    page = Page(*task)
    page.guess()
    page.improve()
    return page.taken, page.weights(), [len(words) for words in page.words]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=pathlib.Path), parser.add_argument("program"), parser.add_argument("work", type=pathlib.Path)
    arguments = parser.parse_args()
    rows = []
    with open(arguments.work / "pages.jsonl", "w", encoding="utf-8") as out:
        for name in SETS:
            with gzip.open(arguments.pages / f"{name}-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
                for row in map(json.loads, lines):
                    row["site"] = site(row)
                    row["fold"] = int(hashlib.sha256(row["site"].encode()).hexdigest(), 16) % FOLDS
                    out.write(json.dumps(row) + "\n")
                    rows.append({key: value for key, value in row.items() if key != "html"})
    subprocess.run([arguments.program, "names", arguments.work / "pages.jsonl", arguments.work / "n"], check=True)
    with open(arguments.work / "n.runs.jsonl", encoding="utf-8") as lines:
        runs = [json.loads(line)["runs"] for line in lines]
    with multiprocessing.Pool(2) as pool:
        labelled = pool.map(label, [(row["text"], texts) for row, texts in zip(rows, runs)], chunksize=8)
    (arguments.work / "rows.json").write_text(json.dumps(rows))
    columns = [[value for page in labelled for value in page[at]] for at in range(3)]
    numpy.savez(arguments.work / "labels.npz", taken=numpy.array(columns[0], bool), weight=numpy.array(columns[1], numpy.float32),
                words=numpy.array(columns[2], numpy.int32), runs=numpy.array([len(texts) for texts in runs]))


if __name__ == "__main__":
    main()
