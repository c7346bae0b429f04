//! `plugin list`, `check`, `inspect` and `lock`: what is there, and what it says of itself.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;
use copydesk::desk::Desk;
use copydesk_core::Config;
use copydesk_plugin_host::{Manifest, OptionKind, OptionSpec, Plugin, Plugins};

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
    let Plugin { manifest, library, sha256, .. } = &plugins.list()[0];
    let Manifest { name, version, abi, .. } = manifest;
    let extractors: Vec<_> =
        plugins.extractors().iter().map(|extractor| extractor.name().to_owned()).collect();
    print::text(&format!(
        "{} is the plugin `{name}` {version}, made for interface {abi}; it starts: {}\nsha256 {sha256}\n",
        library.display(),
        extractors.join(", ")
    ))
}

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
        let _ = writeln!(page, "  {:<10} {}, priority {}", "extractor", provide.id, provide.priority);
        let _ = writeln!(page, "  {:<10} {}", "claims", provide.claims_in_words());
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
