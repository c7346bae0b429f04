//! What a plugin says of itself: the file `NAME.copydesk.toml`.
//!
//! A manifest is read without running any code of the plugin. All that the host decides before it
//! loads a library (which payloads, which options, which version of the interface) is decided here.

use std::collections::BTreeMap;
use std::ops::Range;

use copydesk_core::{ConfigError, Envelope, Mistake};
use copydesk_plugin_abi::{CD_KIND_ENCODER, CD_KIND_EXTRACTOR, CD_KIND_FILTER, CD_KIND_TRANSFORM};
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::claims::Claims;

/// What a plugin says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Kebab-case; the plugin's options stand in `[plugins.NAME]`.
    pub name: String,
    /// Of the plugin.
    pub version: String,
    /// Version of the plugin interface that it was built for: `1`, or `1.0`.
    pub abi: String,
    /// SPDX expression, or empty.
    pub license: String,
    /// One line, or empty.
    pub description: String,
    /// In the order of the library's own list.
    pub provides: Vec<Provide>,
    /// By their names.
    pub options: BTreeMap<String, OptionSpec>,
    /// Name of the library, without `lib` and without extension.
    pub stem: String,
    /// The program and its arguments, for a plugin that is no library.
    pub command: Vec<String>,
}

/// One thing that a plugin provides.
#[derive(Debug, Clone, PartialEq)]
pub struct Provide {
    /// Kebab-case, unique in the plugin.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The higher, the earlier it is asked; 0 when nothing is said.
    pub priority: i64,
    pub(crate) claims: Claims,
    /// Of an encoder.
    pub(crate) envelope: Envelope,
}

impl Provide {
    /// A MIME type that it claims.
    pub fn first_mime(&self) -> Option<&str> {
        self.claims.mime.first().map(String::as_str)
    }

    /// What it claims, for a person.
    pub fn claims_in_words(&self) -> String {
        let Claims { mime, extension, url } = &self.claims;
        let dotted = extension.iter().map(|extension| format!(".{extension}"));
        mime.iter().cloned().chain(dotted).chain(url.iter().cloned()).collect::<Vec<_>>().join(", ")
    }
}

/// What a plugin may provide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Turns a payload into articles.
    Extractor,
    /// Says which documents go.
    Filter,
    /// Strikes or replaces parts of documents.
    Transform,
    /// Turns documents into the bytes of a format.
    Encoder,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Extractor, Kind::Filter, Kind::Transform, Kind::Encoder];

    /// As in a manifest.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Extractor => "extractor",
            Kind::Filter => "filter",
            Kind::Transform => "transform",
            Kind::Encoder => "encoder",
        }
    }

    pub(crate) fn in_words(self) -> String {
        let article = if matches!(self, Kind::Extractor | Kind::Encoder) { "an" } else { "a" };
        format!("{article} {}", self.name())
    }

    pub(crate) fn number(self) -> u32 {
        match self {
            Kind::Extractor => CD_KIND_EXTRACTOR,
            Kind::Filter => CD_KIND_FILTER,
            Kind::Transform => CD_KIND_TRANSFORM,
            Kind::Encoder => CD_KIND_ENCODER,
        }
    }

    fn named(name: &str) -> Option<Self> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An option that a plugin takes.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionSpec {
    /// What it takes.
    pub kind: OptionKind,
    /// What holds when the user says nothing; without it, the plugin is told nothing.
    pub default: Option<Value>,
    /// The smallest number.
    pub min: Option<f64>,
    /// The largest number.
    pub max: Option<f64>,
    /// One line for the user.
    pub help: String,
}

/// What an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptionKind {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// A text.
    String,
}

impl OptionSpec {
    /// A value as the plugin gets it, or what is wrong with it: the end of a sentence that begins
    /// with the option's name.
    pub(crate) fn accept(&self, value: &Value) -> Result<Value, String> {
        let accepted = match self.kind {
            OptionKind::Bool => value.is_boolean().then(|| value.clone()),
            OptionKind::Int => value.is_i64().then(|| value.clone()),
            OptionKind::Float => value.as_f64().map(Value::from),
            OptionKind::String => value.is_string().then(|| value.clone()),
        };
        let accepted =
            accepted.ok_or_else(|| format!("takes {}, not {}", self.kind.expectation(), described(value)))?;
        match (accepted.as_f64(), self.min, self.max) {
            (Some(number), Some(min), _) if number < min => Err(format!("is at least {min}, not {value}")),
            (Some(number), _, Some(max)) if number > max => Err(format!("is at most {max}, not {value}")),
            _ => Ok(accepted),
        }
    }
}

impl OptionKind {
    fn expectation(self) -> &'static str {
        match self {
            OptionKind::Bool => "true or false",
            OptionKind::Int => "a whole number",
            OptionKind::Float => "a number",
            OptionKind::String => "a text in quotes",
        }
    }
}

fn described(value: &Value) -> String {
    match value {
        Value::Null => "this".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the string {text:?}"),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a table".to_owned(),
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    plugin: Head,
    #[serde(default)]
    provides: Vec<Spanned<FileProvide>>,
    #[serde(default)]
    options: BTreeMap<Spanned<String>, FileOption>,
    #[serde(default)]
    library: FileLibrary,
    exec: Option<FileExec>,
}

/// Names the plugin; what the copy inside the library is compared by.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: Spanned<String>,
    version: Spanned<String>,
    abi: Spanned<String>,
    #[serde(default)]
    license: String,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileProvide {
    id: Spanned<String>,
    kind: Spanned<String>,
    #[serde(default)]
    priority: i64,
    claims: Option<Spanned<FileClaims>>,
    file: Option<FileEnvelope>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEnvelope {
    extension: Spanned<String>,
    #[serde(default)]
    header: String,
    #[serde(default)]
    footer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct FileClaims {
    mime: Vec<String>,
    extension: Vec<String>,
    url: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileOption {
    r#type: OptionKind,
    default: Option<Spanned<Value>>,
    min: Option<Spanned<f64>>,
    max: Option<Spanned<f64>>,
    #[serde(default)]
    help: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct FileLibrary {
    stem: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileExec {
    command: Spanned<Vec<String>>,
}

/// Option names that mean something to the host itself, now or later.
const RESERVED_OPTIONS: [&str; 8] = [
    "isolation",
    "on-failure",
    "timeout-seconds",
    "memory-mib",
    "give-up-after",
    "timeout",
    "memory",
    "__panic",
];

const LONGEST_EXTENSION: usize = 16;

impl Manifest {
    /// Reads a manifest; `file` is the name to show.
    ///
    /// # Errors
    /// Every mistake in it, or the first place where it is not a manifest at all.
    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigError> {
        let failed = |mistakes| ConfigError::new(file, text, mistakes);
        let read: File = toml::from_str(text).map_err(|error| failed(vec![not_a_manifest(&error)]))?;
        let mistakes = read.mistakes();
        if mistakes.is_empty() { Ok(read.into_manifest()) } else { Err(failed(mistakes)) }
    }

    /// The major version of the interface it was built for.
    pub(crate) fn abi_major(&self) -> &str {
        self.abi.split('.').next().unwrap_or_default()
    }

    /// What it promises, in numbers of the interface.
    pub(crate) fn kinds(&self) -> Vec<u32> {
        self.provides.iter().map(|provide| provide.kind.number()).collect()
    }

    /// Compares with the copy inside a library, of which only the head counts.
    pub(crate) fn matches(&self, embedded: &str) -> Result<(), String> {
        #[derive(Deserialize)]
        struct OnlyHead {
            plugin: Head,
        }
        let inside = toml::from_str::<OnlyHead>(embedded).map_err(|error| {
            format!("the manifest inside the library cannot be read: {}", error.message().trim())
        })?;
        let inside = inside.plugin;
        let pairs = [
            ("name", &self.name, inside.name.get_ref()),
            ("version", &self.version, inside.version.get_ref()),
            ("abi", &self.abi, inside.abi.get_ref()),
        ];
        match pairs.iter().find(|(_, beside, inside)| beside != inside) {
            None => Ok(()),
            Some((key, beside, inside)) => Err(format!(
                "`{key}` is {beside:?} in the manifest beside the library and {inside:?} in the one inside it: \
                 they belong to different builds"
            )),
        }
    }
}

fn not_a_manifest(error: &toml::de::Error) -> Mistake {
    Mistake::new(error.span().unwrap_or(0..0), error.message().trim().replace('\n', ", "))
}

impl File {
    fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = self.plugin.mistakes();
        if self.provides.is_empty() {
            mistakes.push(Mistake::new(
                self.plugin.name.span(),
                "a plugin provides something: add `[[provides]]`",
            ));
        }
        for (n, provide) in self.provides.iter().enumerate() {
            let provide = provide.get_ref();
            provide.push_mistakes(&mut mistakes);
            if self.provides[..n].iter().any(|other| other.get_ref().id.get_ref() == provide.id.get_ref()) {
                mistakes.push(Mistake::new(provide.id.span(), "this `id` stands here for the second time"));
            }
        }
        for (name, option) in &self.options {
            option.push_mistakes(name, &mut mistakes);
        }
        if let Some(stem) = self.library.stem.as_ref().filter(|stem| stem.get_ref().contains(['/', '\\'])) {
            mistakes.push(Mistake::new(stem.span(), "`stem` is a name: the library lies beside this file"));
        }
        if let Some(exec) = self.exec.as_ref().filter(|exec| exec.command.get_ref().is_empty()) {
            let message = "`command` is a program and its arguments: [\"python3\", \"plugin.py\"]";
            mistakes.push(Mistake::new(exec.command.span(), message));
        }
        mistakes
    }

    fn into_manifest(self) -> Manifest {
        let name = self.plugin.name.into_inner();
        let default_stem = || name.replace('-', "_");
        Manifest {
            stem: self.library.stem.map_or_else(default_stem, Spanned::into_inner),
            command: self.exec.map(|exec| exec.command.into_inner()).unwrap_or_default(),
            version: self.plugin.version.into_inner(),
            abi: self.plugin.abi.into_inner(),
            license: self.plugin.license,
            description: self.plugin.description,
            provides: self.provides.into_iter().map(|provide| provide.into_inner().into_provide()).collect(),
            options: self
                .options
                .into_iter()
                .map(|(key, option)| (key.into_inner(), option.into_spec()))
                .collect(),
            name,
        }
    }
}

impl Head {
    fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if !is_kebab_case(self.name.get_ref()) {
            let message =
                format!("`name` is small letters, digits and hyphens, not `{}`", self.name.get_ref());
            mistakes.push(Mistake::new(self.name.span(), message));
        }
        if self.version.get_ref().is_empty() {
            mistakes.push(Mistake::new(self.version.span(), "`version` says which build this is: \"1.0.0\""));
        }
        if !is_abi(self.abi.get_ref()) {
            let message =
                format!("`abi` is the version of the plugin interface, \"1\", not `{}`", self.abi.get_ref());
            mistakes.push(Mistake::new(self.abi.span(), message));
        }
        mistakes
    }
}

fn is_kebab_case(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name != "dirs" && name.split('-').all(is_word)
}

/// The store knows the parts of a run by it.
fn is_extension(extension: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=LONGEST_EXTENSION).contains(&extension.len()) && extension.bytes().all(is_letter)
}

fn is_abi(version: &str) -> bool {
    let numbers = version.split('.');
    numbers.clone().count() <= 2 && numbers.clone().all(|number| number.parse::<u16>().is_ok())
}

impl FileProvide {
    fn push_mistakes(&self, mistakes: &mut Vec<Mistake>) {
        if !is_kebab_case(self.id.get_ref()) {
            let message = format!("`id` is small letters, digits and hyphens, not `{}`", self.id.get_ref());
            mistakes.push(Mistake::new(self.id.span(), message));
        }
        let kind = Kind::named(self.kind.get_ref());
        if kind.is_none() {
            let message = format!(
                "`kind` is \"extractor\", \"filter\", \"transform\" or \"encoder\", not `{}`",
                self.kind.get_ref()
            );
            mistakes.push(Mistake::new(self.kind.span(), message));
        }
        let nothing = Spanned::new(self.id.span(), FileClaims::default());
        let claims = self.claims.as_ref().unwrap_or(&nothing);
        // a filter or a transform that claims nothing in particular sees every document
        let has_to_claim = kind == Some(Kind::Extractor) || self.claims.is_some();
        if has_to_claim && claims.get_ref().is_empty() {
            let message =
                "`claims` names the payloads that are shown to the plugin: `mime`, `extension` or `url`";
            mistakes.push(Mistake::new(claims.span(), message));
        }
        if let Some(dotted) = claims.get_ref().extension.iter().find(|extension| extension.contains('.')) {
            let message = format!("an extension is what stands behind the last dot, not `{dotted}`");
            mistakes.push(Mistake::new(claims.span(), message));
        }
        self.push_mistakes_of_the_file(kind, mistakes);
    }

    fn push_mistakes_of_the_file(&self, kind: Option<Kind>, mistakes: &mut Vec<Mistake>) {
        let is_encoder = kind == Some(Kind::Encoder);
        if let Some(claims) = self.claims.as_ref().filter(|_| is_encoder) {
            let message = "an encoder writes every document that is kept: it has no `claims`";
            mistakes.push(Mistake::new(claims.span(), message));
        }
        match &self.file {
            None if is_encoder => {
                let message = "an encoder says what its files are: `file = { extension = \"xml\" }`";
                mistakes.push(Mistake::new(self.kind.span(), message));
            }
            Some(file) if !is_encoder => {
                mistakes.push(Mistake::new(file.extension.span(), "only an encoder has files"));
            }
            Some(file) if !is_extension(file.extension.get_ref()) => {
                let message = format!(
                    "`extension` is up to {LONGEST_EXTENSION} small letters and digits, not `{}`",
                    file.extension.get_ref()
                );
                mistakes.push(Mistake::new(file.extension.span(), message));
            }
            _ => {}
        }
    }

    fn into_provide(self) -> Provide {
        let FileClaims { mime, extension, url } = self.claims.map(Spanned::into_inner).unwrap_or_default();
        let envelope = |file: FileEnvelope| Envelope {
            extension: file.extension.into_inner(),
            header: file.header,
            footer: file.footer,
        };
        Provide {
            id: self.id.into_inner(),
            kind: Kind::named(self.kind.get_ref()).unwrap_or(Kind::Extractor),
            priority: self.priority,
            claims: Claims { mime, extension, url },
            envelope: self.file.map(envelope).unwrap_or_default(),
        }
    }
}

impl FileClaims {
    fn is_empty(&self) -> bool {
        self.mime.is_empty() && self.extension.is_empty() && self.url.is_empty()
    }
}

impl FileOption {
    fn push_mistakes(&self, name: &Spanned<String>, mistakes: &mut Vec<Mistake>) {
        if RESERVED_OPTIONS.contains(&name.get_ref().as_str()) {
            let message =
                format!("`{}` is an option of copydesk itself: choose another name", name.get_ref());
            mistakes.push(Mistake::new(name.span(), message));
        }
        if let Some(limit) = self.misplaced_limit() {
            mistakes.push(Mistake::new(limit, "only numbers have a smallest and a largest value"));
        }
        if let (Some(min), Some(max)) = (&self.min, &self.max)
            && min.get_ref() > max.get_ref()
        {
            let message = format!("no number is at least {} and at most {}", min.get_ref(), max.get_ref());
            mistakes.push(Mistake::new(max.span(), message));
        }
        let Some(default) = &self.default else { return };
        if let Err(message) = self.spec().accept(default.get_ref()) {
            mistakes.push(Mistake::new(default.span(), format!("`default` {message}")));
        }
    }

    fn misplaced_limit(&self) -> Option<Range<usize>> {
        let is_number = matches!(self.r#type, OptionKind::Int | OptionKind::Float);
        self.min.as_ref().or(self.max.as_ref()).filter(|_| !is_number).map(Spanned::span)
    }

    fn spec(&self) -> OptionSpec {
        OptionSpec {
            kind: self.r#type,
            default: self.default.as_ref().map(|value| value.get_ref().clone()),
            min: self.min.as_ref().map(|value| *value.get_ref()),
            max: self.max.as_ref().map(|value| *value.get_ref()),
            help: self.help.clone(),
        }
    }

    fn into_spec(self) -> OptionSpec {
        self.spec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "[plugin]\nname = \"wire\"\nversion = \"1.0.0\"\nabi = \"1\"\n";
    const PROVIDES: &str =
        "[[provides]]\nid = \"wire\"\nkind = \"extractor\"\nclaims = { extension = [\"wire\"] }\n";

    fn shown(text: &str) -> String {
        Manifest::parse(text, "wire.copydesk.toml").unwrap_err().to_string()
    }

    #[test]
    fn the_smallest_manifest() {
        let manifest = Manifest::parse(&format!("{HEAD}{PROVIDES}"), "").unwrap();
        assert_eq!(
            (manifest.name.as_str(), manifest.stem.as_str(), manifest.abi_major()),
            ("wire", "wire", "1")
        );
        assert_eq!(manifest.provides[0].claims.extension, ["wire"]);
    }

    #[test]
    fn a_hyphen_in_the_name_is_an_underscore_in_the_library() {
        let text = format!("{HEAD}{PROVIDES}").replace("name = \"wire\"", "name = \"old-wire\"");
        assert_eq!(Manifest::parse(&text, "").unwrap().stem, "old_wire");
        let text = format!("{text}[library]\nstem = \"ow\"\n");
        assert_eq!(Manifest::parse(&text, "").unwrap().stem, "ow");
    }

    #[test]
    fn every_mistake_is_shown_at_its_place() {
        let text = "[plugin]\nname = \"The Wire\"\nversion = \"1\"\nabi = \"one\"\n\
            [[provides]]\nid = \"wire\"\nkind = \"reader\"\nclaims = {}\n\
            [options.depth]\ntype = \"int\"\ndefault = 0\nmin = 1\n\
            [options.memory]\ntype = \"string\"\nmax = 3\n";
        let places: Vec<_> =
            shown(text).lines().filter(|line| line.starts_with("wire")).map(str::to_owned).collect();
        assert_eq!(
            places,
            [
                "wire.copydesk.toml:2:8: `name` is small letters, digits and hyphens, not `The Wire`",
                "wire.copydesk.toml:4:7: `abi` is the version of the plugin interface, \"1\", not `one`",
                "wire.copydesk.toml:7:8: `kind` is \"extractor\", \"filter\", \"transform\" or \"encoder\", not `reader`",
                "wire.copydesk.toml:8:10: `claims` names the payloads that are shown to the plugin: `mime`, `extension` or `url`",
                "wire.copydesk.toml:11:11: `default` is at least 1, not 0",
                "wire.copydesk.toml:13:10: `memory` is an option of copydesk itself: choose another name",
                "wire.copydesk.toml:15:7: only numbers have a smallest and a largest value",
            ]
        );
    }

    #[test]
    fn an_encoder_says_what_its_files_are_and_nobody_else() {
        let of = |provides: &str| {
            let text = format!("{HEAD}[[provides]]\nid = \"tei\"\n{provides}\n");
            Manifest::parse(&text, "m").map_err(|error| error.to_string().lines().next().unwrap().to_owned())
        };
        let tei = of("kind = \"encoder\"\nfile = { extension = \"xml\", footer = \"</a>\" }").unwrap();
        let envelope = Envelope { extension: "xml".into(), header: String::new(), footer: "</a>".into() };
        assert_eq!((tei.provides[0].kind, &tei.provides[0].envelope), (Kind::Encoder, &envelope));
        for (provides, wrong) in [
            (
                "kind = \"encoder\"",
                "m:7:8: an encoder says what its files are: `file = { extension = \"xml\" }`",
            ),
            ("kind = \"filter\"\nfile = { extension = \"xml\" }", "m:8:22: only an encoder has files"),
            (
                "kind = \"encoder\"\nfile = { extension = \"../xml\" }",
                "m:8:22: `extension` is up to 16 small letters and digits, not `../xml`",
            ),
            (
                "kind = \"encoder\"\nfile = { extension = \"xml\" }\nclaims = { mime = [\"a/b\"] }",
                "m:9:10: an encoder writes every document that is kept: it has no `claims`",
            ),
        ] {
            assert_eq!(of(provides), Err(wrong.to_owned()));
        }
    }

    #[test]
    fn an_unknown_key_is_shown_at_its_place() {
        let text = HEAD.replace("version", "verison");
        assert!(
            shown(&text).starts_with("wire.copydesk.toml:3:1: unknown field `verison`"),
            "{}",
            shown(&text)
        );
    }

    #[test]
    fn the_copy_inside_has_to_be_of_the_same_build() {
        let manifest = Manifest::parse(&format!("{HEAD}{PROVIDES}"), "").unwrap();
        assert_eq!(manifest.matches(HEAD), Ok(()));
        let other = manifest.matches(&HEAD.replace("1.0.0", "1.1.0")).unwrap_err();
        assert!(
            other.starts_with("`version` is \"1.0.0\" in the manifest beside the library and \"1.1.0\""),
            "{other}"
        );
    }
}
