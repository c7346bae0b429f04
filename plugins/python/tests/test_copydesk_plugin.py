"""The package on its own: `python3 -m unittest discover plugins/python/tests`."""

import io
import os
import struct
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

from copydesk_plugin import Article, Doc, Drop, NotMine, Option, document_filter, encoder, extractor, text_transform
from copydesk_plugin import _frames as frames


@extractor(name="notes", version="1.0.0", extension=["note"], options={"keep-sender": Option(True, "keep it")})
def notes(doc, keep_sender):
    if doc.body == "drop":
        raise Drop("an index")
    if doc.body == "fail":
        return 1 / 0
    sender, _, text = doc.body.partition("\n")
    if not sender.startswith("From: "):
        raise NotMine
    return Article(author=sender[6:] if keep_sender else None).paragraphs(text.split("\n\n"))


@document_filter(name="short", version="1.0.0", options={"least": Option(3)})
def short(doc, least):
    words = len(doc.body.split())
    if words < least:
        raise Drop(f"{words} words")
    return {"words": words}


@text_transform(name="discreet", version="1.0.0")
def discreet(doc):
    return doc.body.replace("\u00e5 damned", "a d*****").replace("Share this", "")


def doc(body):
    return Doc("a", None, "text/plain", "no", "a.note", body, {"views": 3})


def frame(kind, rest):
    return struct.pack("<IB", len(rest) + 1, kind) + rest


def text(value):
    if value is None:
        return b"\xff\xff\xff\xff"
    return struct.pack("<I", len(value.encode())) + value.encode()


class Tests(unittest.TestCase):
    def test_a_function_is_tried_by_calling_it(self):
        (article,) = notes(doc("From: Ann\nOne.\n\nTwo."))
        self.assertEqual(article.blocks, [("paragraph", "One."), ("paragraph", "Two.")])
        self.assertEqual(article.fields, {"author": "Ann"})
        self.assertEqual(notes(doc("From: Ann\nOne."), keep_sender=False)[0].fields, {})

    def test_a_text_is_an_article_of_its_lines(self):
        read = extractor(name="x", version="1", mime=["a/b"])(lambda doc: "one\n\ntwo\n")
        self.assertEqual(read(doc(""))[0].blocks, [("paragraph", "one"), ("paragraph", "two")])

    def test_the_manifest(self):
        expected = (
            '[plugin]\nname = "notes"\nversion = "1.0.0"\nabi = "1"\n\n[[provides]]\nid = "notes"\n'
            'kind = "extractor"\npriority = 0\nclaims = { extension = ["note"] }\n\n[exec]\n'
            'command = ["python3", "notes.py"]\n\n[options.keep-sender]\ntype = "bool"\ndefault = true\nhelp = "keep it"\n'
        )
        self.assertEqual(notes.manifest(["python3", "notes.py"]), expected)

    def test_who_claims_nothing_is_told(self):
        self.assertRaises(ValueError, extractor, name="x", version="1")

    def test_an_unknown_role_is_refused(self):
        self.assertRaises(ValueError, Article().block, "poem", "x")

    def test_outcomes(self):
        code = lambda body: struct.unpack_from("<I", frames.extract(notes, doc(body), {}), 5)[0]
        self.assertEqual([code("x"), code("drop"), code("fail")], [frames.NOT_MINE, frames.DROP, frames.ERROR])
        self.assertIn(b"ZeroDivisionError: division by zero (test_", frames.extract(notes, doc("fail"), {}))

    def test_a_filter_drops_and_scores(self):
        self.assertEqual(short(doc("one two three")), {"words": 3})
        self.assertRaises(Drop, short, doc("one"))
        self.assertEqual(short(doc("one"), least=1), {"words": 1})
        score = struct.pack("<BI", frames.SCORE, 0) + frames.lent("words") + struct.pack("<d", 3)
        self.assertEqual(frames.extract(short, doc("one two three"), {}), score)
        self.assertEqual(frames.extract(short, doc("one"), {}), frames.outcome(frames.DROP, "1 words"))
        self.assertIn('kind = "filter"\npriority = 0\n\n[exec]', short.manifest(["python3", "short.py"]))

    def test_a_transform_speaks_of_the_bytes_of_lines(self):
        body = "\u00d8ne\n\u00e5 damned line\nShare this"
        self.assertEqual(discreet(doc(body)), "\u00d8ne\na d***** line\n")
        replaced = struct.pack("<BIIQQ", frames.SPAN, 0, frames.REPLACE, 5, 19) + frames.lent("a d***** line")
        struck = struct.pack("<BIIQQ", frames.SPAN, 0, frames.DELETE, 20, 30) + frames.lent("")
        self.assertEqual(frames.extract(discreet, doc(body), {}), replaced + struck)

    def test_a_transform_keeps_the_lines(self):
        longer = text_transform(name="x", version="1")(lambda doc: doc.body + "\nmore")
        self.assertRaises(ValueError, longer, doc("one"))
        nothing = text_transform(name="x", version="1")(lambda doc: None)
        self.assertEqual(nothing(doc("one")), "one")

    def test_an_encoder_says_what_its_files_are_and_which_bytes_a_document_is(self):
        @encoder(name="wire", version="1.0.0", extension="wire", header="ZCZC\n", options={"end": Option("NNNN")})
        def wire(doc, end):
            return f"{doc.body}\n{end}\n"

        manifest = wire.manifest(["python3", "wire.py"])
        self.assertIn('kind = "encoder"\npriority = 0\nfile = { extension = "wire", header = "ZCZC\\n" }\n', manifest)
        self.assertNotIn("claims", manifest)
        self.assertEqual(wire(doc("\u00c5sa")), b"\xc3\x85sa\nNNNN\n")
        raw = struct.pack("<BII", frames.TEXT, 0, frames.RAW)
        self.assertEqual(frames.extract(wire, doc("a"), {"end": "."}), raw + frames.lent("a\n.\n"))
        octets = encoder(name="x", version="1", extension="x")(lambda doc: b"\xff")
        self.assertEqual(frames.extract(octets, doc("a"), {}), raw + struct.pack("<BQ", 0, 1) + b"\xff")
        nothing = encoder(name="x", version="1", extension="x")(lambda doc: None)
        self.assertRaises(TypeError, nothing, doc("one"))

    def test_a_whole_conversation(self):
        texts = ["id-1", None, "text/plain", None, "a.note", "From: \u00c5sa\nHei.", '{"views":3}']
        source = frame(frames.CREATE, b'{"plugin":"notes","provide":0,"id":"notes","options":{"keep-sender":true}}')
        source += frame(frames.DOCUMENT, b"".join(text(value) for value in texts))
        sink = io.BytesIO()
        frames.serve(notes, io.BytesIO(source), sink)
        sink.seek(0)
        self.assertEqual(frames.read_frame(sink), (frames.HELLO, b'{"protocol": 1}'))
        self.assertEqual(frames.read_frame(sink), (frames.STARTED, bytes(9)))
        kind, rest = frames.read_frame(sink)
        tape = frames.events([Article(author="\u00c5sa").paragraph("Hei.")])
        self.assertEqual((kind, rest), (frames.RESULT, bytes(9) + tape))
        self.assertIsNone(frames.read_frame(sink))


if __name__ == "__main__":
    unittest.main()
