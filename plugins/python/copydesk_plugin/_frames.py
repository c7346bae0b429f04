"""The frames that copydesk and a worker exchange.

A frame is its length (u32, little-endian, without itself), a byte that says what it is, and the rest.
"""

import json
import os
import struct
import sys
import traceback
from typing import Any, BinaryIO, Dict, List, Optional, Tuple, Union

from ._article import ROLES, Article, Doc, Drop, NotMine
from ._encoder import Encoder
from ._extractor import Plugin
from ._guest import Filter, Transform

HELLO, REFUSED, CREATE, STARTED, DOCUMENT, RESULT = range(1, 7)
ARTICLE, TEXT, FIELD, SCORE, SPAN, OUTCOME = range(1, 7)
DELETE, REPLACE = 1, 2
RAW = 100
OK, NOT_MINE, DROP, ERROR = range(4)
ABSENT = 0xFFFFFFFF


def read_frame(source: BinaryIO) -> Optional[Tuple[int, bytes]]:
    """The next frame, or nothing at the end."""
    head = source.read(5)
    if len(head) < 5:
        return None
    length, kind = struct.unpack("<IB", head)
    return kind, source.read(length - 1)


def write_frame(sink: BinaryIO, kind: int, rest: bytes) -> None:
    sink.write(struct.pack("<IB", len(rest) + 1, kind) + rest)
    sink.flush()


def document(rest: bytes) -> Doc:
    texts: List[Optional[str]] = []
    at = 0
    while at < len(rest):
        (length,) = struct.unpack_from("<I", rest, at)
        at += 4
        if length == ABSENT:
            texts.append(None)
            continue
        texts.append(rest[at : at + length].decode("utf-8"))
        at += length
    id, url, mime, language, file, body, metadata = texts[:7]
    return Doc(id or "", url, mime or "", language, file or "", body or "", json.loads(metadata or "{}"))


def lent(text: Union[str, bytes]) -> bytes:
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return struct.pack("<BQ", 0, len(data)) + data


def outcome(code: int, reason: str = "") -> bytes:
    return struct.pack("<BII", OUTCOME, 0, code) + lent(reason)


def events(articles: List[Article]) -> bytes:
    parts = []
    for article in articles:
        parts.append(struct.pack("<BI", ARTICLE, 0))
        for key, value in article.fields.items():
            parts.append(struct.pack("<BI", FIELD, 0) + lent(key) + lent(json.dumps(value, ensure_ascii=False)))
        for role, text in article.blocks:
            parts.append(struct.pack("<BII", TEXT, 0, ROLES[role]) + lent(text))
    return b"".join(parts)


def scores(found: Dict[str, float]) -> bytes:
    return b"".join(
        struct.pack("<BI", SCORE, 0) + lent(name) + struct.pack("<d", value) for name, value in found.items()
    )


def spans(old: str, new: str) -> bytes:
    """The lines that differ. Places are bytes."""
    parts = []
    start = 0
    for was, becomes in zip(old.split("\n"), new.split("\n")):
        end = start + len(was.encode("utf-8"))
        if was != becomes:
            op = REPLACE if becomes.strip() else DELETE
            parts.append(struct.pack("<BIIQQ", SPAN, 0, op, start, end) + lent(becomes))
        start = end + 1
    return b"".join(parts)


def tape(plugin: Plugin, doc: Doc, options: Any) -> bytes:
    """What a plugin has to say of a document."""
    found = plugin(doc, **options)
    if isinstance(plugin, Filter):
        return scores(found)
    if isinstance(plugin, Transform):
        return spans(doc.body, found)
    if isinstance(plugin, Encoder):
        return struct.pack("<BII", TEXT, 0, RAW) + lent(found)
    return events(found)


def answer(tape: bytes = b"", broken: Optional[str] = None) -> bytes:
    complaint = (broken or "").encode("utf-8", "replace")
    return struct.pack("<BI", broken is not None, len(complaint)) + complaint + struct.pack("<I", 0) + tape


def extract(read: Plugin, doc: Doc, options: Any) -> bytes:
    try:
        return tape(read, doc, options)
    except NotMine:
        return outcome(NOT_MINE)
    except Drop as why:
        return outcome(DROP, str(why))
    except MemoryError:
        raise
    except Exception as error:  # whatever it is, it is this document's
        place = traceback.extract_tb(error.__traceback__)[-1]
        return outcome(ERROR, f"{type(error).__name__}: {error} ({os.path.basename(place.filename)}:{place.lineno})")


def serve(read: Plugin, source: BinaryIO, sink: BinaryIO) -> None:
    """Answers until the other side hangs up."""
    write_frame(sink, HELLO, json.dumps({"protocol": 1}).encode())
    create = read_frame(source)
    if create is None:
        return
    options = json.loads(create[1])["options"]
    write_frame(sink, STARTED, answer())
    while True:
        frame = read_frame(source)
        if frame is None:
            return
        write_frame(sink, RESULT, answer(extract(read, document(frame[1]), options)))


def claim_pipes() -> Tuple[BinaryIO, BinaryIO]:
    """Moves the frames to where `print` cannot get at them."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    # what is printed should be out before anything dies
    sys.stdout.reconfigure(line_buffering=True)
    return source, sink


def run(read: Plugin) -> None:
    """What a plugin does when it is started: answers copydesk, or writes its manifest for `--manifest`."""
    if sys.argv[1:] == ["--manifest"]:
        print(read.manifest(["python3", os.path.basename(sys.argv[0])]), end="")
    else:
        serve(read, *claim_pipes())
