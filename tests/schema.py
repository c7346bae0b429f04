#!/usr/bin/env python3
"""The JSON Schema that `copydesk schema` prints takes every config of the repository and refuses wrong ones.

usage: schema.py COPYDESK
"""
import json
import pathlib
import subprocess
import sys
import tomllib

import jsonschema

WRONG = [
    '[[stage]]\nuse = "boilerplat"\n',
    '[[stage]]\nuse = "export"\nformat = "jsnol"\n',
    '[[stage]]\nuse = "headline"\nmin-words = "three"\n',
    '[input]\npath = ["x"]\n',
    "[inputs]\n",
]

schema = json.loads(subprocess.check_output([pathlib.Path(sys.argv[1]).resolve(), "schema"]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
configs = sorted((pathlib.Path(__file__).resolve().parent.parent / "config").glob("*.toml"))
for path in configs:
    errors = [error.message for error in validator.iter_errors(tomllib.loads(path.read_text()))]
    assert not errors, (path.name, errors)
for text in WRONG:
    assert list(validator.iter_errors(tomllib.loads(text))), f"the schema takes {text!r}"
print(f"the schema takes {len(configs)} configs and refuses {len(WRONG)} wrong ones")
