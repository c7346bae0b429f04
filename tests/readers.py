#!/usr/bin/env python3
"""Other programs read an output folder as it is: `datasets`, DuckDB, Polars, pandas and pyarrow, every format and schema.

usage: readers.py COPYDESK [--dolma DOLMA]

What each of them finds is compared with the rows of the JSON Lines, value by value and type by type. The spans of the
trail and of dolma's attributes are cut out of the texts. `--dolma` names the program `dolma`, whose mixer then does
the cutting; without it, this file does what the mixer would.
"""
import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SCRATCH = tempfile.TemporaryDirectory()
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HOME"] = os.environ["HF_DATASETS_CACHE"] = str(pathlib.Path(SCRATCH.name, "cache"))

import datasets
import duckdb
import pandas
import polars
import pyarrow
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet
import zstandard

datasets.disable_progress_bars()
ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = {"source.file": str, "source.member": int, "source.offset": int}
COLUMNS = {
    "copydesk": {"id": str, "text": str, "title": str, "url": str, "author": str, "date": str, "language": str, **PLACE, "metadata": str},
    "fineweb": {"text": str, "id": str, "dump": str, "url": str, "date": str, "file_path": str, "language": str,
                "language_score": float, "token_count": int, "title": str, "author": str, **PLACE, "metadata": str},
    "dolma": {"id": str, "text": str, "source": str, "added": str, "created": str,
              **{f"metadata.{name}": str for name in ("title", "url", "author", "language", "file")},
              "metadata.member": int, "metadata.offset": int, "metadata.record": str},
}
PARAGRAPH = "The ferry to Skelder left at noon, as it has on every working day since the war, and came back empty."
ODD = [
    {"id": "007", "title": "NA", "text": f"null\n\n{PARAGRAPH}", "date": "2024-01-02"},
    {"id": "1e5", "title": "=1+1", "text": f"-5 degrees, \"cold\"; said one\n\n{PARAGRAPH}", "token_count": 12, "language_score": 1},
    {"id": "true", "title": "@here, 'there' and \"everywhere\"", "text": f"Ærø — 日本\u2028語\n\n{PARAGRAPH}\n\n\tTabbed 🚢, too.", "dump": "CC-MAIN-2024-10"},
    {"id": "", "title": "", "text": f"Back\\slash \"\n\n{PARAGRAPH}", "metadata": {"source": "courier", "views": 3}},
    {"id": "gone", "text": "Advertisement"},
    {"id": "no text"},
]


def make_input(folder):
    """The fixture, odd records, and enough of them for several parts."""
    fixture = ROOT / "tests/fixtures/jsonl/news.jsonl"
    many = [{**ODD[n % 4], "id": f"{n:05}"} for n in range(5000)]
    for name, records in {"odd.jsonl": ODD, "many.jsonl": many}.items():
        pathlib.Path(folder, name).write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    pathlib.Path(folder, "news.jsonl").write_bytes(fixture.read_bytes())


def run(program, source, out, export, *more):
    stages = [{"use": "extract"}, {"use": "boilerplate"}, {"use": "headline"}, {"use": "export", **export}]
    lines = ["[input]", "unit-mib = 1"]
    for stage in stages:
        lines += ["[[stage]]", *(f"{key} = {json.dumps(value)}" for key, value in stage.items())]
    config = pathlib.Path(SCRATCH.name, "config.toml")
    config.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run([program, "run", config, source, "--output", out, "--quiet", *more], capture_output=True, text=True)
    assert done.returncode == 1, f"one record has no text and is set aside; the status is 1, not {done.returncode}: {done.stderr}"
    return out


def parts(out, folder="data"):
    found = sorted(map(str, out.glob(f"{folder}/part-*")))
    assert len(found) > 1, f"{folder} has {len(found)} parts"
    return found


def unpacked(path):
    with open(path, "rb") as handle:
        return zstandard.ZstdDecompressor().stream_reader(handle, read_across_frames=True).read()


def json_rows(out, folder="data"):
    return [json.loads(line) for part in parts(out, folder) for line in unpacked(part).decode("utf-8").split("\n")[:-1]]


def flat(row, above=""):
    """Members of a column as `column.member`; numbers of numpy as numbers."""
    found = {}
    for key, value in row.items():
        value = value.item() if hasattr(value, "item") else value
        found.update(flat(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value})
    return found


def compare(reader, columns, expected, found):
    found = [flat(row) for row in found]
    assert len(found) == len(expected), f"{reader} finds {len(found)} rows of {len(expected)}"
    for one, other in zip(expected, found):
        assert list(other) == list(columns), f"{reader} finds the columns {list(other)}"
        for name, kind in columns.items():
            said = (type(other[name]), other[name])
            assert said == (kind, one[name]), f"{reader} finds {said!r} in {name}, not {one[name]!r}"


def tables(frames):
    return polars.concat(frames).to_dicts()


def of_pandas(frames):
    return pandas.concat(frames).to_dict("records")


def of_arrow(found):
    return pyarrow.concat_tables(found).to_pylist()


def of_duckdb(query):
    found = duckdb.sql(query)
    return [dict(zip(found.columns, row)) for row in found.fetchall()]


def readers_of_jsonl(out):
    yield "datasets", list(datasets.load_dataset(str(out), split="train"))
    files = parts(out, "documents" if (out / "documents").exists() else "data")
    yield "DuckDB", of_duckdb(f"from read_json_auto({files!r})")
    yield "Polars", tables(map(polars.read_ndjson, files))
    yield "pandas", of_pandas(pandas.read_json(part, lines=True, dtype=False) for part in files)
    yield "pyarrow", of_arrow(pyarrow.json.read_json(pyarrow.input_stream(part)) for part in files)


def readers_of_parquet(out):
    yield "datasets", list(datasets.load_dataset(str(out), split="train"))
    files = parts(out)
    yield "DuckDB", of_duckdb(f"from read_parquet({files!r})")
    yield "Polars", tables(map(polars.read_parquet, files))
    yield "pandas", of_pandas(map(pandas.read_parquet, files))
    yield "pyarrow", of_arrow(map(pyarrow.parquet.read_table, files))


def readers_of_csv(out, columns):
    # a cell that says 007 is a number for whoever goes by the looks: the types have to be told, here those of the card
    features = datasets.load_dataset_builder(str(out)).info.features
    yield "datasets", list(datasets.load_dataset(str(out), split="train", features=features))
    files = parts(out)
    types = {str: ("VARCHAR", polars.String, pyarrow.string()), int: ("BIGINT", polars.Int64, pyarrow.int64()),
             float: ("DOUBLE", polars.Float64, pyarrow.float64())}
    told = [{name: types[kind][n] for name, kind in columns.items()} for n in range(3)]
    yield "DuckDB", of_duckdb(f"from read_csv({files!r}, types = {told[0]!r}, allow_quoted_nulls = false)")
    yield "Polars", tables(polars.read_csv(part, schema_overrides=told[1]) for part in files)
    yield "pandas", of_pandas(pandas.read_csv(part, dtype=columns, keep_default_na=False) for part in files)
    parse, convert = pyarrow.csv.ParseOptions(newlines_in_values=True), pyarrow.csv.ConvertOptions(column_types=told[2])
    yield "pyarrow", of_arrow(pyarrow.csv.read_csv(pyarrow.input_stream(part), parse_options=parse, convert_options=convert) for part in files)
    text = (io.StringIO(unpacked(part).decode("utf-8"), newline="") for part in files)
    rows = (row for part in text for row in csv.DictReader(part, strict=True))
    yield "Python's csv", [{name: columns[name](value) for name, value in row.items()} for row in rows]


def check_parquet_file(path, columns):
    file = pyarrow.parquet.ParquetFile(path)
    assert file.metadata.created_by.startswith("copydesk version "), file.metadata.created_by
    group = file.metadata.row_group(0)
    assert [group.column(n).path_in_schema for n in range(group.num_columns)] == list(columns)
    for column in map(group.column, range(group.num_columns)):
        assert column.compression == "ZSTD" and column.is_stats_set, column
        assert column.statistics.null_count in (0, None) and column.statistics.has_min_max, column
    assert not any(field.nullable for field in file.schema_arrow)


def check_trail(out, source):
    """`text[start:end]` of the article as it was read is the struck text."""
    records = (json.loads(line) for path in source.iterdir() for line in path.read_text(encoding="utf-8").split("\n")[:-1])
    originals = {record["id"]: record["text"] for record in records if record["id"] and "text" in record}
    trail = list(datasets.load_dataset(str(out), "removed", split="train"))
    struck = [(originals[row["id"]][r["start"]:r["end"]], r["text"]) for row in trail for r in row["removals"]]
    assert struck, "nothing was struck from the samples"
    assert all(found == said for found, said in struck), struck
    assert list(datasets.load_dataset(str(out), "quarantine", split="train"))[0]["reason"] == "no-text"


def check_same_bytes(one, other):
    """Nothing depends on the number of threads, the journal included."""
    names = [{path.relative_to(out) for path in out.rglob("*") if path.is_file()} for out in (one, other)]
    assert names[0] == names[1], names[0] ^ names[1]
    differing = [name for name in names[0] if (one / name).read_bytes() != (other / name).read_bytes()]
    assert not differing, differing


def check_escaped(exact, escaped):
    """Only cells that begin like a formula differ, and by an apostrophe."""
    for one, other in zip(exact, escaped):
        for name, value in one.items():
            wanted = "'" + value if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value
            assert flat(other)[name] == wanted, (name, value)


def cut(document, attributes):
    """What `dolma mix` makes of a document whose config excludes the dropped and cuts everything else."""
    assert document["id"] == attributes["id"] and document["source"] == attributes["source"]
    spans = attributes["attributes"]
    if "copydesk__document__dropped" in spans:
        assert spans["copydesk__document__dropped"] == [[0, len(document["text"]), 1.0]]
        return []
    gone = {n for name in spans for start, end, score in spans[name] if score >= 0.5 for n in range(start, end)}
    return [(document["id"], "".join(letter for n, letter in enumerate(document["text"]) if n not in gone))]


def lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def check_mixed(mixed, expected):
    assert [name for name, _ in mixed] == [row["id"] for row in expected]
    for (name, text), row in zip(mixed, expected):
        assert lines(text) == lines(row["text"]), (name, text, row["text"])


def mix(dolma, out, names):
    """The real mixer, with the config of the manual."""
    mixed = pathlib.Path(SCRATCH.name, "mixed")
    stream = {
        "name": "clean", "documents": [f"{out}/documents/*.jsonl.zst"], "attributes": ["copydesk"],
        "output": {"path": str(mixed), "max_size_in_bytes": 1 << 30},
        "filter": {"syntax": "jq", "include": [], "exclude": [".attributes.copydesk__document__dropped"]},
        "span_replacement": [{"span": f"$.attributes.{name}", "min_score": 0.5, "replacement": ""} for name in names],
    }
    config = pathlib.Path(SCRATCH.name, "mix.json")
    config.write_text(json.dumps({"streams": [stream], "processes": 1}))
    done = subprocess.run([dolma, "-c", config, "mix"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    import gzip
    rows = [json.loads(line) for part in sorted(mixed.iterdir()) for line in gzip.open(part, "rt", encoding="utf-8")]
    return [(row["id"], row["text"]) for row in rows]


def check_dolma(out, clean, dolma):
    documents, attributes = json_rows(out, "documents"), json_rows(out, "attributes/copydesk")
    assert len(documents) == len(attributes) == len(clean) + 1, "the dropped document is missing"
    check_mixed([row for pair in zip(documents, attributes) for row in cut(*pair)], clean)
    if dolma:
        names = sorted({name for row in attributes for name in row["attributes"]} - {"copydesk__document__dropped", "copydesk__run__nothing_left"})
        check_mixed(mix(dolma, out, names), clean)
        print("dolma's mixer leaves the same clean texts")


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    dolma = sys.argv[3] if sys.argv[2:3] == ["--dolma"] else None
    scratch = pathlib.Path(SCRATCH.name)
    source = scratch / "in"
    source.mkdir()
    make_input(source)
    for schema in ("copydesk", "fineweb"):
        columns = COLUMNS[schema]
        out = {f: run(program, source, scratch / f"{schema}-{f}", {"format": f, "schema": schema}) for f in ("jsonl", "parquet", "csv")}
        expected = [flat(row) for row in json_rows(out["jsonl"])]
        readers = {"jsonl": readers_of_jsonl(out["jsonl"]), "parquet": readers_of_parquet(out["parquet"]), "csv": readers_of_csv(out["csv"], columns)}
        for form, found in readers.items():
            for reader, rows in found:
                compare(f"{schema}, {form}: {reader}", columns, expected, rows)
        check_parquet_file(parts(out["parquet"])[0], columns)
        again = run(program, source, scratch / f"{schema}-again", {"format": "parquet", "schema": schema}, "--threads", "1")
        check_same_bytes(out["parquet"], again)
        print(f"{schema}: every reader finds the same {len(expected)} rows in JSON Lines, Parquet and CSV")
    clean = json_rows(scratch / "copydesk-jsonl")
    check_trail(scratch / "copydesk-jsonl", source)
    escaped = run(program, source, scratch / "escaped", {"format": "csv", "formulas": "escaped"})
    check_escaped([flat(row) for row in clean], dict(readers_of_csv(escaped, COLUMNS["copydesk"]))["Python's csv"])
    out = run(program, source, scratch / "dolma", {"schema": "dolma"})
    expected = [flat(row) for row in json_rows(out, "documents")]
    for reader, rows in readers_of_jsonl(out):
        compare(f"dolma: {reader}", COLUMNS["dolma"], expected, rows)
    check_dolma(out, clean, dolma)
    text = run(program, source, scratch / "text", {"format": "text"})
    assert [row["text"] for row in datasets.load_dataset(str(text), split="train")] == [row["text"] + "\n" for row in clean]
    print("dolma: rows match, and texts without their spans are the clean texts; text files load as articles")


main()
