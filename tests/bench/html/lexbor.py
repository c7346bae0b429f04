#!/usr/bin/env python3
"""Lexbor on the same pages: MB of HTML for each second of CPU time, one thread, bytes to tree.

usage: lexbor.py [DATA] [ROUNDS]; needs `pip install resiliparse`, through which lexbor is called.
"""
import glob
import gzip
import json
import pathlib
import sys
import time

from resiliparse.parse.html import HTMLTree


def main():
    data = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    total_bytes = total_seconds = 0
    for path in sorted(glob.glob(str(data / "pages/*.jsonl.gz"))):
        with gzip.open(path, "rt") as file:
            pages = [json.loads(line)["html"].encode() for line in file]
        size = sum(map(len, pages))
        seconds = min(measured(pages) for _ in range(rounds))
        print(f"{pathlib.Path(path).name:24} {size / seconds / 1e6:8.1f} MB/s")
        total_bytes += size
        total_seconds += seconds
    print(f"{'lexbor, all':24} {total_bytes / total_seconds / 1e6:8.1f} MB/s")


def measured(pages):
    start = time.thread_time()
    for page in pages:
        HTMLTree.parse_from_bytes(page, "utf-8")
    return time.thread_time() - start


main()
