"""What a decorated function is, the manifest that it amounts to, and the decorator for extractors."""

import json
from dataclasses import dataclass, field
from typing import Any, Callable, ClassVar, Dict, List, Optional

from ._article import Article, Doc

TYPES = {bool: "bool", int: "int", float: "float", str: "string"}


@dataclass
class Option:
    """An option that the user may set in `[plugins.NAME]`."""

    default: Any
    help: str = ""
    min: Optional[float] = None
    max: Optional[float] = None

    def toml(self, name: str) -> str:
        lines = [f"[options.{name}]", f'type = "{TYPES[type(self.default)]}"', f"default = {json.dumps(self.default)}"]
        lines += [f"{key} = {value}" for key, value in (("min", self.min), ("max", self.max)) if value is not None]
        return "\n".join(lines + ([f"help = {json.dumps(self.help)}"] if self.help else []))


@dataclass
class Plugin:
    """A function with what copydesk has to know of it."""

    kind: ClassVar[str]
    function: Callable[..., Any]
    name: str
    version: str
    claims: Dict[str, List[str]]
    priority: int = 0
    description: str = ""
    license: str = ""
    options: Dict[str, Option] = field(default_factory=dict)
    file: Dict[str, str] = field(default_factory=dict)

    def ask(self, doc: Doc, options: Dict[str, Any]) -> Any:
        """What the function returns. Options that are not given have their defaults."""
        values = {name.replace("-", "_"): option.default for name, option in self.options.items()}
        values.update({name.replace("-", "_"): value for name, value in options.items()})
        return self.function(doc, **values)

    def manifest(self, command: List[str]) -> str:
        """The text of `NAME.copydesk.toml`."""
        claims = ", ".join(f"{kind} = {json.dumps(values)}" for kind, values in self.claims.items() if values)
        head = {
            "name": self.name,
            "version": self.version,
            "abi": "1",
            "license": self.license,
            "description": self.description,
        }
        parts = ["[plugin]"] + [f"{key} = {json.dumps(value)}" for key, value in head.items() if value]
        parts += ["", "[[provides]]", f'id = "{self.name}"', f'kind = "{self.kind}"', f"priority = {self.priority}"]
        parts += [f"claims = {{ {claims} }}"] if claims else []
        file = ", ".join(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in self.file.items() if text)
        parts += [f"file = {{ {file} }}"] if file else []
        parts += ["", "[exec]", f"command = {json.dumps(command)}"]
        for name, option in self.options.items():
            parts += ["", option.toml(name)]
        return "\n".join(parts) + "\n"


class Extractor(Plugin):
    """A function that reads a format. Call it with a document to try it."""

    kind = "extractor"

    def __call__(self, doc: Doc, **options: Any) -> List[Article]:
        """The articles in a document."""
        found = self.ask(doc, options)
        if found is None:
            return []
        if isinstance(found, str):
            return [Article().paragraphs(line for line in found.splitlines() if line.strip())]
        return [found] if isinstance(found, Article) else list(found)


def decorator(
    plugin: Callable[..., Plugin],
    *,
    name: str,
    version: str,
    mime: Optional[List[str]] = None,
    extension: Optional[List[str]] = None,
    url: Optional[List[str]] = None,
    priority: int = 0,
    description: str = "",
    license: str = "",
    options: Optional[Dict[str, Option]] = None,
    file: Optional[Dict[str, str]] = None,
) -> Callable[[Callable[..., Any]], Any]:
    """What makes a plugin of a function that takes a `Doc`, and its options by name."""
    claims = {"mime": mime or [], "extension": extension or [], "url": url or []}

    def decorate(function: Callable[..., Any]) -> Plugin:
        return plugin(function, name, version, claims, priority, description, license, options or {}, file or {})

    return decorate


def extractor(**facts: Any) -> Callable[[Callable[..., Any]], Extractor]:
    """Makes an extractor of a function that returns an `Article`, several, or a text whose lines are
    paragraphs. `name` and `version` are wanted, and `mime`, `extension` or `url`, each a list; there are
    `priority`, `description`, `license` and `options` besides."""
    if not any(facts.get(claim) for claim in ("mime", "extension", "url")):
        raise ValueError("say which documents it is shown: `mime`, `extension` or `url`")
    return decorator(Extractor, **facts)
