//! `check`, `plan` and `stages`: what a config means, before anything is read.

use std::fmt::Write as _;
use std::path::Path;

use copydesk::desk::Desk;
use copydesk::{STAGES, reference, stages};
use copydesk_core::{Input, nearest};
use copydesk_plugin_host::{Kind, Manifest, PLUGIN};

use crate::escape::Escaped;
use crate::{Finish, print};

pub(crate) fn check(config: &Path) -> anyhow::Result<Finish> {
    let desk = Desk::open(config)?;
    let names: Vec<_> = desk.plan.stage_names().collect();
    print::text(&format!("{} is right: {}\n", config.display(), names.join(", ")))?;
    Ok(warn_of_plugins(&desk))
}

pub(crate) fn plan(config: &Path, input: &[String]) -> anyhow::Result<Finish> {
    let desk = Desk::open(config)?;
    let dumps = desk.inputs(input)?;
    let mut page = String::new();
    let bytes: u64 = dumps.units().iter().map(|unit| unit.bytes).sum();
    let units = dumps.units().len();
    let _ =
        writeln!(page, "{:<12} {} files, {} bytes, cut into {units} parts", "input", dumps.files(), bytes);
    for name in dumps.names() {
        let _ = writeln!(page, "{:<12} {name}", "");
    }
    let asks_guests = desk.plan.stage_names().any(|stage| stage == PLUGIN.name);
    for plugin in desk.plugins.list() {
        let Manifest { name, version, provides, .. } = &plugin.manifest;
        let is_idle = !asks_guests
            && provides.iter().all(|provide| matches!(provide.kind, Kind::Filter | Kind::Transform));
        let idle = if is_idle { "  (idle: no stage `plugin` asks it)" } else { "" };
        let _ = writeln!(page, "{:<12} {name} {version}, {}{idle}", "plugin", plugin.library.display());
    }
    let _ = write!(page, "{}", desk.plan);
    let output =
        desk.output.as_ref().map_or("not said: add `--output DIR`".into(), |dir| dir.display().to_string());
    let _ = writeln!(page, "{:<12} {output}", "output");
    print::text(&page)?;
    Ok(warn_of_plugins(&desk))
}

/// Tells of everything in the plugin folders that is no plugin.
pub(crate) fn warn_of_plugins(desk: &Desk) -> Finish {
    for problem in &desk.problems {
        print::note(&format!("plugin set aside: {}", problem.to_string().replace('\n', "\n  ")));
    }
    if desk.problems.is_empty() { Finish::Clean } else { Finish::SetAside }
}

/// Passes on what plugins had to say while they worked.
pub(crate) fn pass_on_notes(desk: &Desk) {
    desk.plugins.take_notes().iter().for_each(|note| print::note(&format!("plugin {}", Escaped(note))));
}

pub(crate) fn stage_list() -> String {
    let mut page = String::new();
    for kind in STAGES {
        let _ = writeln!(page, "{:<12} {}", kind.name, kind.summary);
    }
    page.push_str("\n`copydesk stages NAME` shows the manual page of one; `copydesk stages input` why records are set aside.\n");
    page
}

/// Why a reader sets records aside: what `copydesk stages input` shows.
fn input_page() -> String {
    let mut page =
        "A record that cannot be a document is set aside, with its place and one of these reasons:\n\n"
            .to_owned();
    for (reason, meaning) in copydesk_read::REASONS {
        let _ = writeln!(page, "{reason:<12} {meaning}");
    }
    page.push_str("\n`copydesk peek FILE OFFSET LENGTH` prints the bytes. The limits stand in `[input]`: `copydesk stages --reference`.\n");
    page
}

pub(crate) fn stage_page(name: &str) -> anyhow::Result<String> {
    let known = || STAGES.iter().map(|kind| kind.name);
    if name == "input" {
        return Ok(input_page());
    }
    match stages::find(name) {
        Some(kind) => Ok(reference::manual(kind)),
        None => match nearest(name, known()) {
            Some(near) => anyhow::bail!("no stage is called `{name}`; did you mean `{near}`?"),
            None => anyhow::bail!(
                "no stage is called `{name}`; there are {}",
                known().collect::<Vec<_>>().join(", ")
            ),
        },
    }
}
