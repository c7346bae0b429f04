#!/usr/bin/env python3
"""Refuse a dependency whose licence is not on the list of deny.toml. Stands in where cargo-deny is not installed."""
import json
import re
import subprocess
import sys
import tomllib

with open("deny.toml", "rb") as handle:
    allowed = set(tomllib.load(handle)["licenses"]["allow"])
# what this machine links: the lock file names crates of other systems, too
host = re.search(r"^host: (.*)$", subprocess.check_output(["rustc", "-vV"], text=True), re.M).group(1)
command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", host]
metadata = json.loads(subprocess.check_output(command))
linked = {node["id"] for node in metadata["resolve"]["nodes"]}
metadata["packages"] = [package for package in metadata["packages"] if package["id"] in linked]


def is_allowed(expression):
    """Any alternative of an SPDX expression in which every part is allowed."""
    alternatives = re.split(r"\bOR\b|/", expression.replace("(", " ").replace(")", " "))
    parts = lambda alternative: [part.strip() for part in re.split(r"\bAND\b", alternative) if part.strip()]
    return any(all(part.split(" WITH ")[0] in allowed for part in parts(a)) for a in alternatives if parts(a))


wrong = [f'{p["name"]} {p["version"]}: {p["license"]}' for p in metadata["packages"] if not is_allowed(p["license"] or "none")]
print("\n".join(wrong) if wrong else f'{len(metadata["packages"])} packages, all licences are on the list')
sys.exit(bool(wrong))
