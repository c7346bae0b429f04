#!/usr/bin/env python3
"""Reading from and writing to object stores, against a real S3 server and a real web server on this machine.

usage: stores.py COPYDESK [--kills N]

The S3 server is moto's, a process of its own: it refuses a put that must not overwrite, as S3 does. Between it and
the program stands a small proxy, which can be cut like a network. Only S3 is tried here; gs:// and az:// go through
the same code, but no server of theirs was asked.
"""
import contextlib
import functools
import gzip
import http.server
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import boto3
import zstandard
from botocore.config import Config

CANARY = "canary8Zq3secret"
CONFIG = """
[input]
unit-mib = 1
[[stage]]
use = "extract"
[[stage]]
use = "boilerplate"
[[stage]]
use = "headline"
[[stage]]
use = "export"
format = "{format}"
"""


class Proxy:
    """A way to the server that can be cut, and counts what passes."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.port = free_port()
        self.sockets, self.listener, self.cut_after, self.puts = set(), None, None, 0
        self.mend()

    def mend(self):
        self.cut_after = None
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def cut(self):
        listener, self.listener = self.listener, None
        for each in [listener, *self.sockets]:
            with contextlib.suppress(OSError, AttributeError):
                each.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError, AttributeError):
                each.close()
        self.sockets.clear()

    def accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.upstream))
                self.sockets.update((client, server))
                for pair in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self.pump, args=pair, daemon=True).start()

    def pump(self, source, sink, counts):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if counts and self.cut_after is not None:
                    self.cut_after -= len(re.findall(rb"^(?:PUT|GET|POST|HEAD|DELETE) /", data, re.M))
                    if self.cut_after < 0:
                        self.cut()
                        return
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    for _ in range(600):
        assert process.poll() is None, "the server has ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


class Bench:
    """The program, the server, and a folder for what they leave."""

    def __init__(self, program, scratch, port):
        self.program, self.scratch, self.port = program, scratch, port
        self.proxy = Proxy(port)
        self.outputs = []
        self.s3 = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
                               aws_access_key_id="test", aws_secret_access_key="test",
                               config=Config(retries={"max_attempts": 1}))
        self.s3.create_bucket(Bucket="news")
        for form in ("jsonl", "text", "markdown"):
            (scratch / f"{form}.toml").write_text(CONFIG.format(format=form))

    def environment(self, **changes):
        plain = {key: value for key, value in os.environ.items() if not re.match("AWS_|GOOGLE_|AZURE_|.*_proxy", key, re.I)}
        plain |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": CANARY, "AWS_SESSION_TOKEN": CANARY + "T",
                  "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.proxy.port}", "AWS_ALLOW_HTTP": "true"}
        return {key: value for key, value in (plain | changes).items() if value is not None}

    def start(self, *args, form="jsonl", **changes):
        command = [self.program, "run", self.scratch / f"{form}.toml", *args, "--threads", "2"]
        return subprocess.Popen(command, env=self.environment(**changes), cwd=self.scratch,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, process, *, status=0):
        out, err = process.communicate(timeout=300)
        self.outputs.append(out + err)
        assert process.returncode == status, f"status {process.returncode}, not {status}: {err}"
        return err

    def run(self, *args, status=0, form="jsonl", **changes):
        return self.finish(self.start(*args, form=form, **changes), status=status)

    def put(self, key, data):
        self.s3.put_object(Bucket="news", Key=key, Body=data)

    def objects(self, prefix):
        """What lies below a prefix, but for the journal."""
        found = {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket="news", Prefix=prefix + "/"):
            for each in page.get("Contents", []):
                found[each["Key"][len(prefix) + 1:]] = self.s3.get_object(Bucket="news", Key=each["Key"])["Body"].read()
        return found

    def parts(self, prefix):
        return {name: data for name, data in self.objects(prefix).items() if not name.startswith(".copydesk/")}

    def clear(self, prefix):
        for name in self.objects(prefix):
            self.s3.delete_object(Bucket="news", Key=f"{prefix}/{name}")


def assert_equal(found, expected, what):
    odd = {name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)}
    assert not odd, (what, {name: (found.get(name, b"absent")[:300], expected.get(name, b"absent")[:300]) for name in sorted(odd)})


def files_in(folder):
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in found.items() if not name.startswith(".copydesk/")}


def make_input(folder):
    """Six MiB of JSON Lines in three files, and some text."""
    draw = random.Random(7)
    words = "the bridge over the Aune is open again after nine months of work said the council on Monday".split()

    def line(number):
        text = "\n\n".join(" ".join(draw.choices(words, k=40)).capitalize() + "." for _ in range(4))
        return json.dumps({"id": f"a-{number}", "title": "Bridge", "text": "Advertisement\n\n" + text}) + "\n"

    def lines(count):
        return "".join(line(number) for number in range(count)).encode()

    (folder / "sub").mkdir(parents=True)
    (folder / "big.jsonl").write_bytes(lines(4000))
    (folder / "one.jsonl.gz").write_bytes(gzip.compress(lines(600), mtime=0))
    (folder / "sub/two.jsonl.zst").write_bytes(zstandard.compress(lines(600)))
    (folder / "broken.jsonl").write_bytes(b'{"text": "The ferry is late."}\n{"text": \n')
    for name in ("b", "a", "ü"):
        (folder / f"{name}.txt").write_text("Advertisement\n\nThe bridge over the Aune is open again.\n", encoding="utf-8")
    (folder / ".hidden.txt").write_text("never read")


def without_named(report):
    """A report, but for how the input was named."""
    report = json.loads(report)
    report["inputs"] = [tally for _, tally in report["inputs"]]
    return report


def reading(bench, local):
    for path in local.rglob("*"):
        if path.is_file():
            bench.put(f"dumps/{path.relative_to(local).as_posix()}", path.read_bytes())
    bench.put("dumps/sub/", b"")
    expected = bench.scratch / "expected"
    bench.run(local, "--output", expected, status=1)

    def same(out, reference=expected):
        ours, theirs = files_in(out), files_in(reference)
        assert without_named(ours.pop("report.json")) == without_named(theirs.pop("report.json"))
        # the card names the inputs as they were typed, too
        assert ours.pop("README.md") and theirs.pop("README.md")
        assert ours == theirs and len(ours) > 8, (sorted(ours), sorted(theirs))

    bench.run("s3://news/dumps/", "--output", bench.scratch / "folder", status=1)
    same(bench.scratch / "folder")
    bench.run("s3://news/dumps", "--output", bench.scratch / "no-slash", status=1)
    same(bench.scratch / "no-slash")
    bench.run(local / "*.jsonl*", local / "sub", "--output", bench.scratch / "local-glob", status=1)
    bench.run("s3://news/dumps/*.jsonl*", local / "sub", "--output", bench.scratch / "glob", status=1)
    same(bench.scratch / "glob", bench.scratch / "local-glob")
    bench.run("s3://news/dumps/b.txt", "s3://news/dumps/*.txt", "--output", bench.scratch / "one")
    names = [row["id"] for row in rows(bench.scratch / "one")]
    assert names == ["b.txt", "a.txt", "ü.txt"], names
    print(f"reading: s3:// as a folder, a glob and an object gives the bytes of the local run, {len(files_in(expected))} files")


def rows(out):
    for part in sorted(out.glob("data/*.zst")):
        with open(part, "rb") as handle:
            text = zstandard.ZstdDecompressor().stream_reader(handle, read_across_frames=True).read()
        yield from map(json.loads, text.splitlines())


def writing(bench, local):
    bench.run("s3://news/dumps/", "--output", "s3://news/out/clean", status=1)
    written, expected = bench.parts("out/clean"), files_in(bench.scratch / "folder")
    assert written == expected, (sorted(written), sorted(expected))
    journal = {name for name in bench.objects("out/clean") if name.startswith(".copydesk/")}
    count = len(journal)
    assert journal == {f".copydesk/journal/{number:08}" for number in range(count)}, journal
    said = bench.run("s3://news/dumps/", "--output", "s3://news/out/clean", status=1)
    assert "complete already" in said and len(bench.objects("out/clean")) == len(written) + count, said
    said = bench.run("s3://news/dumps/*.txt", "--output", "s3://news/out/clean", status=2)
    assert "begun by another run" in said, said
    bench.run("s3://news/dumps/*.txt", "--output", "s3://news/out/clean", "--overwrite")
    assert len(bench.objects("out/clean")) == 3 + 4, sorted(bench.objects("out/clean"))
    for form in ("text", "markdown"):
        bench.run(local / "*.jsonl.gz", "--output", bench.scratch / form, form=form)
        bench.run(local / "*.jsonl.gz", "--output", f"s3://news/out/{form}", form=form)
        assert bench.parts(f"out/{form}") == files_in(bench.scratch / form)
        assert len(bench.parts(f"out/{form}")) > 600
    verified(bench)
    (bench.scratch / "there.toml").write_text(CONFIG.format(format="jsonl") + '[output]\ndir = "s3://news/out/there"\n')
    bench.finish(subprocess.Popen([bench.program, "run", "there.toml", local / "a.txt"], cwd=bench.scratch, text=True,
                                  env=bench.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE))
    assert "report.json" in bench.parts("out/there")
    said = bench.run("s3://news/out/there", "--output", "s3://news/out", status=2)
    assert "holds `" in said or "lies in the output folder" in said, said
    said = bench.run(local / "a.txt", "--output", "s3://news/dumps", status=2)
    assert "was not written by copydesk" in said, said
    said = bench.run(local / "a.txt", "--output", "https://127.0.0.1/x", status=2)
    assert "can only be read" in said, said
    print(f"writing: the bytes of the local run; a journal of {count} objects; text and Markdown as single objects")


def kills(bench, count):
    draw = random.Random(11)
    expected = bench.objects("out/first")
    if not expected:
        bench.run("s3://news/dumps/", "--output", "s3://news/out/first", status=1)
        expected = bench.objects("out/first")
    begun = time.monotonic()
    bench.run("s3://news/dumps/", "--output", "s3://news/out/timed", status=1)
    seconds = time.monotonic() - begun
    landed = 0
    for number in range(count):
        place = f"out/killed-{number}"
        for _ in range(1 + number % 3):
            process = bench.start("s3://news/dumps/", "--output", f"s3://news/{place}")
            time.sleep(draw.uniform(0.05, seconds))
            process.kill()
            landed += process.wait() == -signal.SIGKILL
            process.communicate()
        bench.run("s3://news/dumps/", "--output", f"s3://news/{place}", status=1)
        assert_equal(bench.objects(place), expected, place)
        if number % 3 == 2:
            # the same, but killed while an older run is being cleared away
            process = bench.start("s3://news/dumps/*.txt", "--output", f"s3://news/{place}", "--overwrite")
            time.sleep(draw.uniform(0.02, seconds / 4))
            process.kill()
            process.communicate()
            bench.run("s3://news/dumps/", "--output", f"s3://news/{place}", "--overwrite", status=1)
            assert_equal(bench.objects(place), expected, place)
        bench.clear(place)
    print(f"kill -9: {landed} kills in {count} outputs, parts and journal the same each time")


def verified(bench):
    """`verify` proves an output in a store, and finds what was changed, what is missing and what is there unasked."""
    def verify(place):
        done = subprocess.run([bench.program, "verify", f"s3://news/{place}"], env=bench.environment(), text=True, capture_output=True)
        bench.outputs.append(done.stdout + done.stderr)
        return done.returncode, done.stdout + done.stderr

    for place in ("out/clean", "out/text"):
        status, said = verify(place)
        assert status == 0 and "is whole" in said, said
    bench.put("out/text/data/part-00099.jsonl", b"{}")
    bench.put("out/text/report.json", b"{}")
    status, said = verify("out/text")
    assert status == 1 and "`data/part-00099.jsonl` is there" in said and "`report.json` has 2 bytes" in said, said
    assert verify("out/nothing-here")[0] == 2


def two_writers(bench):
    bench.run("s3://news/dumps/", "--output", "s3://news/out/pair-alone", status=1)
    expected, fenced = bench.objects("out/pair-alone"), 0
    for number, delay in enumerate((0, 0, 0.1, 0.3) * 3):
        if number >= 4 and fenced >= 2:
            break
        place = f"s3://news/out/pair-{number}"
        first = bench.start("s3://news/dumps/", "--output", place)
        time.sleep(delay)
        second = bench.start("s3://news/dumps/", "--output", place)
        said = [process.communicate(timeout=300) for process in (first, second)]
        statuses = sorted(process.returncode for process in (first, second))
        bench.outputs += [out + err for out, err in said]
        if statuses == [1, 3]:
            fenced += 1
            loser = said[0 if first.returncode == 3 else 1][1]
            assert "another run writes to this output" in loser, loser
        else:
            # the second came when the first was done
            assert statuses == [1, 1] and any("complete already" in err for _, err in said), (statuses, said)
        assert_equal(bench.objects(f"out/pair-{number}"), expected, number)
    assert fenced >= 2, fenced
    bench.put("out/taken/.copydesk/journal/00000000", bench.objects("out/pair-alone")[".copydesk/journal/00000000"])
    names = {"out/taken/.copydesk/journal/00000001": b"somebody else's"}
    for key, data in names.items():
        bench.put(key, data)
    said = bench.run("s3://news/dumps/", "--output", "s3://news/out/taken", status=2)
    assert "this object of the journal is damaged" in said, said
    assert bench.objects("out/taken")[".copydesk/journal/00000001"] == b"somebody else's"
    late_object(bench)
    print(f"two writers: {fenced} pairs met; one finished, the other stopped with status 3")


def late_object(bench):
    """An object that appears in the journal while a run is at work stops that run, and stays as it is."""
    for number in range(20):
        process = bench.start("s3://news/dumps/", "--output", f"s3://news/out/late-{number}")
        key = plant(bench, f"out/late-{number}", ahead=1 + number % 4)
        out, err = process.communicate(timeout=300)
        bench.outputs.append(out + err)
        if process.returncode == 3:
            assert "another run writes to this output" in err, err
            assert bench.s3.get_object(Bucket="news", Key=key)["Body"].read() == b"somebody else's"
            return
        # the run had gone past that place, or did not come to it
        assert process.returncode == 1, err
    raise AssertionError("no object could be planted in time")


def plant(bench, place, ahead):
    """Puts an object where a line of the journal will be, as soon as there are two lines."""
    for _ in range(4000):
        taken = [name for name in bench.objects(place) if "journal" in name]
        if len(taken) >= 2:
            key = f"{place}/.copydesk/journal/{len(taken) + ahead:08}"
            with contextlib.suppress(Exception):
                bench.s3.put_object(Bucket="news", Key=key, Body=b"somebody else's", IfNoneMatch="*")
            return key
        time.sleep(0.002)
    raise AssertionError(f"no run began at {place}")


def failures(bench, local):
    said = bench.run("s3://nowhere/x.jsonl", "--output", bench.scratch / "f1", status=2)
    assert "nothing matches `s3://nowhere/x.jsonl`" in said or "no such bucket" in said, said
    said = bench.run("s3://nowhere/", "--output", bench.scratch / "f1", status=2)
    assert "no such bucket" in said, said
    said = bench.run(local / "a.txt", "--output", "s3://nowhere/out", status=2)
    assert "s3://nowhere/" in said and "no such bucket" in said, said
    said = bench.run("s3://news/none/*.gz", "--output", bench.scratch / "f1", status=2)
    assert "nothing matches `s3://news/none/*.gz`" in said, said
    said = bench.run("s3://news/dumps/", "--output", bench.scratch / "f1", status=2, AWS_ACCESS_KEY_ID=None)
    assert "there are no credentials in the environment; set AWS_ACCESS_KEY_ID" in said, said
    for scheme, variable in (("gs", "GOOGLE_APPLICATION_CREDENTIALS"), ("az", "AZURE_STORAGE_ACCOUNT_NAME")):
        said = bench.run(f"{scheme}://news/dumps/", "--output", bench.scratch / "f1", status=2)
        assert f"set {variable}" in said, said
        said = bench.run(local / "a.txt", "--output", f"{scheme}://news/out", status=2)
        assert f"set {variable}" in said, said
    for url in (f"https://anna:{CANARY}@host/a.gz", f"https://host/a.gz?token={CANARY}", f"s3://news/a.gz?X-Amz-Signature={CANARY}"):
        said = bench.run(url, "--output", bench.scratch / "f1", status=2)
        assert "credentials come from the environment" in said or "leave out what follows" in said, said

    # from here on the server asks who is there
    iam = boto3.client("iam", endpoint_url=f"http://127.0.0.1:{bench.port}", region_name="us-east-1",
                       aws_access_key_id="test", aws_secret_access_key="test")
    iam.create_user(UserName="desk")
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName="desk", PolicyName="all", PolicyDocument=json.dumps(allow))
    key = iam.create_access_key(UserName="desk")["AccessKey"]
    authenticate(bench, "0")
    try:
        for place in (("s3://news/dumps/", "--output", bench.scratch / "f2"), (local / "a.txt", "--output", "s3://news/f2")):
            said = bench.run(*place, status=2, AWS_ACCESS_KEY_ID="AKIA" + CANARY, AWS_SESSION_TOKEN=None)
            assert "the store refuses access" in said, said
            said = bench.run(*place, status=2, AWS_ACCESS_KEY_ID=key["AccessKeyId"], AWS_SESSION_TOKEN=None)
            assert "the store refuses access" in said, said
        right = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"], "AWS_SESSION_TOKEN": None}
        bench.run("s3://news/dumps/*.txt", "--output", "s3://news/f3", status=0, **right)
    finally:
        authenticate(bench, "inf")
    print("failures: no bucket, no object, no credentials, wrong credentials: status 2, and what to do")


def authenticate(bench, count):
    """So many requests are answered before the server asks for credentials."""
    url = f"http://127.0.0.1:{bench.port}/moto-api/reset-auth"
    urllib.request.urlopen(urllib.request.Request(url, count.encode(), {"Content-Type": "text/plain"}, method="POST")).read()


def outage(bench, local):
    expected = bench.objects("out/first")
    for number, requests in enumerate((35, 18)):
        bench.proxy.cut_after = requests
        said = bench.run("s3://news/dumps/", "--output", f"s3://news/out/outage-{number}", status=3)
        assert "cannot be reached" in said and "goes on from where it was" in said, said
        bench.proxy.cut()
        bench.proxy.mend()
        bench.run("s3://news/dumps/", "--output", f"s3://news/out/outage-{number}", status=1)
        assert_equal(bench.objects(f"out/outage-{number}"), expected, number)
    # only the input is far away: what cannot be read any more is not set aside
    bench.proxy.cut_after = 6
    out = bench.scratch / "outage"
    said = bench.run("s3://news/dumps/", "--output", out, status=3)
    assert "the input can no longer be reached" in said, said
    bench.proxy.cut()
    said = bench.run("s3://news/dumps/", "--output", out, status=2)
    assert "the server cannot be reached" in said, said
    bench.proxy.mend()
    bench.run("s3://news/dumps/", "--output", out, status=1)
    assert_equal(files_in(out), files_in(bench.scratch / "folder"), "outage of the input")
    print("outages: status 3 in the middle, 2 at the start, and the bytes of an undisturbed run afterwards")


class WithRanges(http.server.SimpleHTTPRequestHandler):
    """Python's server, with the header `Range`."""
    gives_ranges = True
    asked = []

    def log_message(self, *_):
        pass

    def do_GET(self):
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range") or "")
        self.asked.append(wanted is not None)
        if not (wanted and self.gives_ranges):
            return super().do_GET()
        data = pathlib.Path(self.translate_path(self.path)).read_bytes()
        start, end = int(wanted[1]), min(int(wanted[2]) + 1, len(data))
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        self.wfile.write(data[start:end])


class Quiet(http.server.ThreadingHTTPServer):
    """Says nothing of a reader that has seen enough."""

    def handle_error(self, *_):
        pass


class WithoutRanges(WithRanges):
    gives_ranges = False


def web(bench, local):
    for handler in (WithRanges, WithoutRanges):
        server = Quiet(("127.0.0.1", 0), functools.partial(handler, directory=str(local)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}"
        names = ["big.jsonl", "one.jsonl.gz", "sub/two.jsonl.zst", "%C3%BC.txt"]
        out = bench.scratch / handler.__name__
        bench.run(*(f"{root}/{name}" for name in names), "--output", out)
        here = bench.scratch / f"{handler.__name__}-local"
        bench.run(*(local / name for name in ("big.jsonl", "one.jsonl.gz", "sub/two.jsonl.zst", "ü.txt")), "--output", here)
        assert [row["id"] for row in rows(out)] == [row["id"] for row in rows(here)]
        if handler.gives_ranges:
            assert files_in(out)["data/part-00003.jsonl.zst"] == files_in(here)["data/part-00003.jsonl.zst"]
            assert all(handler.asked), "everything was asked for in ranges"
        said = bench.run(f"{root}/none.gz", "--output", bench.scratch / "w", status=2)
        assert f"nothing matches `{root}/none.gz`" in said, said
        server.shutdown()
        server.server_close()
    said = bench.run(f"{root}/big.jsonl", "--output", bench.scratch / "w", status=2)
    assert "the server cannot be reached" in said, said
    print("web: the same articles from a server with ranges and from one without")


def canaries(bench):
    """No secret in anything that was written or said."""
    places = {f"said {number}": text.encode() for number, text in enumerate(bench.outputs)}
    places |= {str(path): path.read_bytes() for path in bench.scratch.rglob("*") if path.is_file()}
    for page in bench.s3.get_paginator("list_objects_v2").paginate(Bucket="news"):
        for each in page.get("Contents", []):
            assert CANARY not in each["Key"]
            places[each["Key"]] = bench.s3.get_object(Bucket="news", Key=each["Key"])["Body"].read()
    for name, data in places.items():
        data = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read() if name.endswith(".zst") and data.startswith(b"\x28\xb5") else data
        assert CANARY.encode() not in data, name
    print(f"secrets: none in {len(places)} files, objects and messages")


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    count = int(sys.argv[sys.argv.index("--kills") + 1]) if "--kills" in sys.argv else 12
    port = free_port()
    with tempfile.TemporaryDirectory() as scratch:
        server = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(port, server)
            bench = Bench(program, pathlib.Path(scratch), port)
            local = bench.scratch / "dumps"
            make_input(local)
            reading(bench, local)
            writing(bench, local)
            kills(bench, count)
            two_writers(bench)
            failures(bench, local)
            outage(bench, local)
            web(bench, local)
            canaries(bench)
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
