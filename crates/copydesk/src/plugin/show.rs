//! `plugin list`, `check`, `inspect` and `lock`: what is there, and what it says of itself.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;
use copydesk::desk::Desk;
use copydesk_core::Config;
use copydesk_plugin_host::{CD_SYMBOL, Linkage, Manifest, OptionKind, OptionSpec, Plugin, Plugins};

use super::trials;
use crate::{Finish, check, print};

pub(super) fn list(config: &Path) -> anyhow::Result<Finish> {
    let desk = Desk::open(config)?;
    let mut page = String::new();
    for plugin in desk.plugins.list() {
        let Manifest { name, version, .. } = &plugin.manifest;
        let (sum, library) = (&plugin.sha256[..12], plugin.library.display());
        let _ = writeln!(page, "{name:<16} {version:<10} {:<10} {sum}  {library}", place(plugin));
    }
    print::text(&page)?;
    Ok(check::warn_of_plugins(&desk))
}

fn place(plugin: &Plugin) -> &'static str {
    if plugin.is_isolated { "process" } else { "in-process" }
}

fn open(file: &Path) -> anyhow::Result<Plugins> {
    Plugins::of_file(file).map_err(|problem| anyhow::anyhow!("{problem}"))
}

pub(super) fn check(file: &Path) -> anyhow::Result<Finish> {
    let plugins = open(file)?;
    let plugin = &plugins.list()[0];
    let Plugin { manifest, library, sha256, .. } = plugin;
    let Manifest { name, version, abi, .. } = manifest;
    let mut started: Vec<_> =
        plugins.extractors().iter().map(|extractor| extractor.name().to_owned()).collect();
    started.extend(plugins.guests().iter().map(|guest| guest.name().to_owned()));
    started.extend(plugins.encoders().iter().map(|encoder| encoder.name().to_owned()));
    let mut page = format!(
        "{} is the plugin `{name}` {version}, made for interface {abi}; it starts: {}\nsha256 {sha256}\n",
        library.display(),
        started.join(", ")
    );
    let mut complaints = Vec::new();
    if manifest.command.is_empty() {
        complaints.extend(trials::works_later(plugin).err().map(|detail| format!("{LATER}{detail}")));
        if plugin.manifest_inside().is_some_and(|inside| inside != *manifest) {
            complaints
                .push("the manifest inside it is another than the one beside it, which counts".to_owned());
        }
        let bytes = std::fs::read(library).with_context(|| format!("`{}`", library.display()))?;
        match Linkage::of_elf(&bytes) {
            Ok(Some(linkage)) => linked(&linkage, &mut page, &mut complaints),
            Ok(None) => page.push_str("what it exports and links to is only read of ELF files\n"),
            Err(detail) => complaints.push(format!("what it exports cannot be read: {detail}")),
        }
    }
    for (name, option) in &manifest.options {
        let _ = writeln!(page, "option {name} = {}", in_words(option));
    }
    complaints.iter().for_each(|complaint| print::note(complaint));
    print::text(&page)?;
    Ok(if complaints.is_empty() { Finish::Clean } else { Finish::SetAside })
}

const LATER: &str = "it does not work with a host of a later version, whose structs are longer: ";

/// What every Linux has that has glibc, and every plugin in Rust, C or C++ may want.
const EVERYWHERE: [&str; 8] = [
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "librt.so.1",
    "libpthread.so.0",
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "ld-linux",
];

fn linked(linkage: &Linkage, page: &mut String, complaints: &mut Vec<String>) {
    let Linkage { exports, needed, search, glibc, runs_on_stack } = linkage;
    let links = if needed.is_empty() { "nothing".to_owned() } else { needed.join(", ") };
    let _ = writeln!(page, "exports {}\nlinks to {links}", exports.join(", "));
    if let Some((major, minor)) = glibc {
        let _ = writeln!(page, "wants glibc {major}.{minor} or newer");
    }
    let others: Vec<_> = exports.iter().filter(|name| *name != CD_SYMBOL).map(String::as_str).collect();
    if !others.is_empty() {
        let shown = others.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        complaints.push(format!(
            "it exports {} symbols besides `{CD_SYMBOL}`, which another library may have, too: {shown}; \
             compile with `-fvisibility=hidden`",
            others.len()
        ));
    }
    if !search.is_empty() {
        complaints.push(format!("it looks for libraries in {}, where anybody's may lie", search.join(", ")));
    }
    if *runs_on_stack {
        complaints.push(
            "it wants to run code on the stack, which newer systems refuse: `-z noexecstack`".to_owned(),
        );
    }
    let is_everywhere = |name: &str| EVERYWHERE.iter().any(|known| name.starts_with(known));
    for name in needed.iter().filter(|name| !is_everywhere(name)) {
        complaints.push(format!("it wants {name}, which has to be on every machine that it runs on"));
    }
}

/// Of symbols that should not be there.
const SHOWN: usize = 5;

pub(super) fn inspect(file: &Path) -> anyhow::Result<Finish> {
    let plugins = open(file)?;
    let Plugin { manifest, library, sha256, .. } = &plugins.list()[0];
    let mut page = format!("{} {}\n", manifest.name, manifest.version);
    let rows = [
        ("about", manifest.description.clone()),
        ("licence", manifest.license.clone()),
        ("interface", manifest.abi.clone()),
        ("code", library.display().to_string()),
        ("sha256", sha256.clone()),
    ];
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(page, "  {name:<10} {value}");
    }
    for provide in &manifest.provides {
        let _ = writeln!(page, "  {:<10} {}, priority {}", provide.kind.name(), provide.id, provide.priority);
        let claims = provide.claims_in_words();
        let claims = if claims.is_empty() { "every document" } else { &claims };
        let _ = writeln!(page, "  {:<10} {claims}", "claims");
    }
    for (name, option) in &manifest.options {
        let _ = writeln!(page, "  {:<10} {name} = {}", "option", in_words(option));
    }
    print::text(&page)
}

fn in_words(option: &OptionSpec) -> String {
    let kind = match option.kind {
        OptionKind::Bool => "true or false",
        OptionKind::Int => "a whole number",
        OptionKind::Float => "a number",
        OptionKind::String => "a text",
    };
    let default = option.default.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let help = if option.help.is_empty() { String::new() } else { format!("; {}", option.help) };
    format!("{default} ({kind}{help})")
}

pub(super) fn lock(config: &Path) -> anyhow::Result<Finish> {
    let text =
        std::fs::read_to_string(config).with_context(|| format!("the config `{}`", config.display()))?;
    let (parsed, mistakes) = Config::parse(&text);
    if !mistakes.is_empty() {
        return Err(copydesk_core::ConfigError::new(config.display().to_string(), &text, mistakes).into());
    }
    let folder = config.parent().unwrap_or(Path::new(""));
    let (lock, problems) = Plugins::lock(&parsed.plugins, folder);
    for problem in &problems {
        print::note(&format!("left out: {problem}"));
    }
    let file = folder.join("plugins.lock");
    std::fs::write(&file, &lock).with_context(|| format!("`{}` cannot be written", file.display()))?;
    print::text(&format!("{} plugins in {}\n", lock.matches("[[plugin]]").count(), file.display()))?;
    Ok(if problems.is_empty() { Finish::Clean } else { Finish::SetAside })
}
