#!/usr/bin/env python3
"""Writes src/tokenizer/entities.rs: the named character references of the HTML standard.

The table is a fact of the standard (https://html.spec.whatwg.org/entities.json), which Python's
standard library carries as html.entities.html5.
"""
import html.entities
import pathlib

ROWS = sorted(html.entities.html5.items(), key=lambda row: row[0].encode())
TARGET = pathlib.Path(__file__).parent / "src/tokenizer/entities.rs"


def escaped(text):
    return "".join(f"\\u{{{ord(letter):x}}}" for letter in text)


def main():
    lines = [
        "//! The named character references, by name. Written by `entities.py`, not by hand.",
        "",
        "/// Each name, with its semicolon if it needs one, and what it stands for, in the order of bytes.",
        "#[rustfmt::skip]",
        f"pub(super) static ENTITIES: [(&str, &str); {len(ROWS)}] = [",
    ]
    line = "   "
    for name, text in ROWS:
        item = f' ("{name}", "{escaped(text)}"),'
        if len(line) + len(item) > 110:
            lines.append(line)
            line = "   "
        line += item
    TARGET.write_text("\n".join([*lines, line, "];", ""]))


main()
