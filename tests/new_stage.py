#!/usr/bin/env python3
"""A new stage is four new files and three lines: follows the page of ARCHITECTURE.md in a copy of the repository.

The stage's code is taken from the page, so that the page cannot go stale. Builds below target/new-stage.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
COPY, BUILD = ROOT / "target/new-stage/copy", ROOT / "target/new-stage/build"
ARTICLE = """# {title}

```toml
[[stage]]
use = "extract"
[[stage]]
use = "shouting"
```

```article
Old bridge over the Aune opens again

{line}

The bridge over the Aune reopens on Monday after eleven months of repairs, the council said on Friday.
```

```kept
Old bridge over the Aune opens again
{kept}The bridge over the Aune reopens on Monday after eleven months of repairs, the council said on Friday.
```

```removed
{removed}```
"""


def copy_repository():
    shutil.rmtree(COPY, ignore_errors=True)
    files = subprocess.check_output(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True)
    for name in files.splitlines():
        if (ROOT / name).is_file():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, COPY / name)


def new_files():
    page = (ROOT / "ARCHITECTURE.md").read_text()
    code = textwrap.dedent(re.search(r"   ```rust\n(.*?)   ```", page, re.S).group(1))
    manifest = (COPY / "crates/copydesk-headline/Cargo.toml").read_text()
    # a stage begins without a bench
    manifest = re.sub(r"\[\[bench\]\]\n(?:\w.*\n)+", "", manifest.replace("copydesk-headline", "copydesk-shouting"))
    loud, short = "DO NOT MISS OUR SUMMER SALE THIS WEEK", "NATO"
    return {
        "crates/copydesk-shouting/Cargo.toml": manifest,
        "crates/copydesk-shouting/src/lib.rs": code,
        "tests/articles/shouting-removed.md": ARTICLE.format(
            title="Lines in capitals are removed", line=loud, kept="", removed=f"shouting/all-capitals: {loud}\n"),
        "tests/articles/shouting-short-stays.md": ARTICLE.format(
            title="An abbreviation stays", line=short, kept=short + "\n", removed=""),
    }


def add_line(name, after, line):
    path = COPY / name
    text = path.read_text()
    assert text.count(after) == 1, f"{name} has no place for the line"
    path.write_text(text.replace(after, f"{after}\n{line}"))


def main():
    copy_repository()
    for name, text in new_files().items():
        (COPY / name).parent.mkdir(parents=True, exist_ok=True)
        (COPY / name).write_text(text)
    add_line("Cargo.toml", 'copydesk-headline = { path = "crates/copydesk-headline" }', 'copydesk-shouting = { path = "crates/copydesk-shouting" }')
    add_line("crates/copydesk/Cargo.toml", "copydesk-headline.workspace = true", "copydesk-shouting.workspace = true")
    add_line("crates/copydesk/src/stages.rs", "    copydesk_headline::HEADLINE,", "    copydesk_shouting::SHOUTING,")
    # as `cargo test --workspace` does, in the same folder: what others wrote is not built again
    test = ["cargo", "test", "--quiet", "--offline", "--workspace", "--test", "articles", "--target-dir", BUILD]
    environment = {**os.environ, "CARGO_BUILD_BUILD_DIR": os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))}
    subprocess.run([*test, "--no-run"], cwd=COPY, env=environment, check=True)
    program = BUILD / "debug/copydesk"
    reference = subprocess.check_output([program, "stages", "--reference"])
    (COPY / "config/reference.toml").write_bytes(reference)
    assert b'use = "shouting"' in reference and b"min-letters = 20" in reference
    page = subprocess.check_output([program, "stages", "shouting"], text=True)
    assert "all-capitals" in page, page
    sys.exit(subprocess.run([*test, "--", "every_article"], cwd=COPY, env=environment).returncode)


main()
