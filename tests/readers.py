#!/usr/bin/env python3
"""DuckDB, Polars and pyarrow read an output folder as it is, and its trail points at the right text.

usage: readers.py COPYDESK
"""
import io
import json
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import polars
import pyarrow.json
import zstandard

COLUMNS = ["id", "text", "title", "url", "author", "date", "language", "source", "metadata"]


def rows(path):
    with open(path, "rb") as handle:
        text = zstandard.ZstdDecompressor().stream_reader(handle, read_across_frames=True)
        return [json.loads(line) for line in io.TextIOWrapper(text, encoding="utf-8")]


def check_trail(out, source):
    """`text[start:end]` of the article as it was read is the struck text."""
    originals = {row["id"]: row["text"] for row in map(json.loads, source.read_text(encoding="utf-8").splitlines())}
    trail = [row for part in sorted(out.glob("removed/*")) for row in rows(part)]
    struck = [(originals[row["id"]][r["start"]:r["end"]], r["text"]) for row in trail for r in row["removals"]]
    assert struck, "nothing was struck from the samples"
    assert all(found == said for found, said in struck), struck


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    root = pathlib.Path(__file__).resolve().parent.parent
    source = root / "tests/fixtures/jsonl/news.jsonl"
    with tempfile.TemporaryDirectory() as scratch:
        out = pathlib.Path(scratch, "out")
        subprocess.run([program, "run", root / "config/news-text.toml", source, "--output", out, "--quiet"], check=True)
        parts = sorted(map(str, out.glob("data/*.jsonl.zst")))
        expected = [row for part in parts for row in rows(part)]
        assert expected and all(list(row) == COLUMNS for row in expected), "a row has other columns"

        table = duckdb.sql(f"select id, text, source.offset as place, metadata from read_json_auto({parts!r})").fetchall()
        assert [row[0] for row in table] == [row["id"] for row in expected]

        frame = polars.concat(polars.read_ndjson(io.BytesIO(zstandard.ZstdDecompressor().stream_reader(open(p, "rb")).read())) for p in parts)
        assert frame["text"].to_list() == [row["text"] for row in expected]

        stream = io.BytesIO(b"".join(zstandard.ZstdDecompressor().stream_reader(open(p, "rb")).read() for p in parts))
        arrow = pyarrow.json.read_json(stream)
        assert arrow.column_names == COLUMNS and arrow.num_rows == len(expected)

        check_trail(out, source)
        print(f"duckdb, polars and pyarrow read {len(expected)} rows; the trail points at the right text")


main()
