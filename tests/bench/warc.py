"""How fast a WARC.gz of HTML is read, and cleaned: beside FastWARC, in one run, CPU seconds each.

    target/python/bin/python tests/bench/warc.py target/release/copydesk [--mb 100] [--pages DIR]

The file holds `--mb` MB of pages, one record a gzip member at level 6, as crawls have them. Pages are the `html`
of the `*.jsonl.gz` in DIR, again and again; without that folder they are made up. copydesk makes a document of
every record, in UTF-8 and with its metadata; FastWARC reads the payloads, and in a second run takes the HTTP
heads apart, too. `copydesk run` cleans the file with config/news-html.toml: extract, headline and boilerplate, to
JSONL.zst, on all cores. The runs take turns; each figure is the best of `--rounds`.
"""

import argparse
import gzip
import io
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

CONFIG = Path(__file__).parents[2] / "config/news-html.toml"
FASTWARC = """
import sys
from fastwarc.warc import ArchiveIterator, WarcRecordType
from fastwarc.stream_io import GzipReader
records = payload = 0
stream = GzipReader(sys.argv[1])
for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=sys.argv[2] == "http"):
    records += 1
    payload += len(record.reader.read())
print(records, payload)
"""


def pages(folder):
    """HTML, as bytes, without an end."""
    files = sorted(Path(folder).glob("*.jsonl.gz")) if folder else []
    while files:
        for file in files:
            with gzip.open(file) as lines:
                yield from (html.encode() for line in lines if (html := json.loads(line).get("html")))
    rng = random.Random(7)
    words = ["".join(rng.choices("etaoinshrdlucmfwyp", k=rng.randint(2, 9))) for _ in range(5000)]
    while True:
        rows = (f'<p class="c{rng.randint(0, 99)}">{" ".join(rng.choices(words, k=60))}.</p>' for _ in range(150))
        yield f"<!DOCTYPE html><html><head><title>x</title></head><body>{''.join(rows)}</body></html>".encode()


def record(number, html):
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nServer: nginx\r\nDate: Thu, 29 Feb 2024 12:00:00 GMT\r\n\r\n"
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://news.example/{number}\r\n"
        f"WARC-Date: 2024-02-29T12:00:00Z\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\n"
        "WARC-Payload-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http) + len(html)}\r\n\r\n"
    )
    return head.encode() + http + html + b"\r\n\r\n"


def build(path, megabytes, pages):
    size = count = 0
    with open(path, "wb") as file:
        for number in itertools.count():
            if size >= megabytes * 1_000_000:
                return count, size
            html = next(pages)
            member = io.BytesIO()
            with gzip.GzipFile(fileobj=member, mode="wb", compresslevel=6, mtime=0) as packer:
                packer.write(record(number, html))
            file.write(member.getvalue())
            size, count = size + len(html), count + 1


def cpu_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{command}: {done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("copydesk")
    parser.add_argument("--mb", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", default="../shared/data/pages")
    parser.add_argument("--keep", help="build the file here and keep it")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(args.keep or folder) / "bench.warc.gz"
        if not path.exists():
            build(path, args.mb, pages(args.pages))
        runs = {
            "copydesk count": [args.copydesk, "count", "--threads", "1", path],
            "FastWARC": [sys.executable, "-c", FASTWARC, path, "plain"],
            "FastWARC, HTTP parsed": [sys.executable, "-c", FASTWARC, path, "http"],
            "copydesk run": [args.copydesk, "run", CONFIG, path, "--output", Path(folder) / "clean", "--overwrite"],
        }
        best, said = {}, {}
        for _, (name, command) in itertools.product(range(args.rounds), runs.items()):
            seconds, said[name] = cpu_seconds([str(part) for part in command])
            best[name] = min(seconds, best.get(name, seconds))
        documents = int(said["copydesk count"].splitlines()[1].split()[-1].replace(",", ""))
        records, payload = map(int, said["FastWARC, HTTP parsed"].split())
        print(f"{os.path.getsize(path) / 1e6:.1f} MB on disk, {payload / 1e6:.1f} MB of pages, {records} records, {documents} documents")
        for name, seconds in best.items():
            print(f"{name:<24} {seconds:6.2f} CPU s {payload / 1e6 / seconds:8.0f} MB of pages a CPU s {best['FastWARC'] / seconds:6.2f} x")


if __name__ == "__main__":
    main()
