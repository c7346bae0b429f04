//! Finds plugins and turns them into extractors.
//!
//! [`Plugins::discover`] looks into folders for manifests (`NAME.copydesk.toml`) and the libraries
//! beside them, checks the user's options against the manifests, and loads what is left. A file
//! that is no plugin is a [`PluginProblem`], a wrong option a [`Mistake`] at its place in the
//! config; neither keeps the other plugins from work. What comes out is a list of
//! [`copydesk_core::Extractor`]s, to be asked before the built-in ones, and of [`copydesk_core::Guest`]s, which
//! the stage [`PLUGIN`] asks, and of [`copydesk_core::Encoder`]s, for the way out.
//!
//! A plugin runs in processes of its own, which [`serve`] documents and die in the place of the
//! program, or, where the config says so, inside this process. What plugins emit is checked (UTF-8,
//! indices, sizes); what they do with the memory of a process cannot be. Libraries are never unloaded.
//!
//! The crate knows the C interface and core; it knows no stage, no reader and no flags.

#[cfg(unix)]
mod bell;
mod claims;
mod collect;
mod digest;
mod elf;
mod encoder;
mod event;
mod extractor;
mod folder;
#[cfg(unix)]
mod frame;
mod guest;
#[cfg(unix)]
mod harden;
mod health;
mod instance;
#[cfg(unix)]
mod lectern;
mod library;
mod lock;
mod manifest;
mod notes;
#[cfg(unix)]
mod pool;
mod problem;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod ring;
#[cfg(unix)]
mod serve;
mod settings;
#[cfg(unix)]
mod shared;
mod sink;
mod stage;
#[cfg(unix)]
mod trial;
mod workers;

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use copydesk_core::{Encoder, Extractor, Guest, Mistake, Options};
pub use copydesk_plugin_abi::CD_SYMBOL;

pub use crate::elf::Linkage;
use crate::extractor::{Common, PluginExtractor};
use crate::folder::Candidate;
use crate::health::Health;
use crate::library::Library;
use crate::lock::Lock;
pub use crate::manifest::{Kind, Manifest, OptionKind, OptionSpec, Provide};
use crate::notes::Notes;
pub use crate::problem::PluginProblem;
#[cfg(unix)]
pub use crate::serve::{become_program, serve};
use crate::settings::{Handling, Isolation, Values};
pub use crate::stage::PLUGIN;
#[cfg(unix)]
pub use crate::trial::{Finding, Trial, stand_trial};
pub use crate::workers::use_workers;

/// Why a payload that a plugin took may be set aside, with what each reason means.
pub const REASONS: &[(&str, &str)] = &[
    ("no-article", "the plugin read the payload and found no article in it"),
    ("plugin-dropped", "the plugin understood the payload and says that it is not an article"),
    ("plugin-error", "the plugin cannot read the payload, or emitted what is not allowed"),
    ("plugin-failed", "the plugin broke down at this payload; it was started anew for the next one"),
];

/// What [`Plugins::discover`] found.
#[derive(Default)]
pub struct Found {
    /// The plugins that work.
    pub plugins: Plugins,
    /// Files and folders that should have been plugins and are not.
    pub problems: Vec<PluginProblem>,
    /// What is wrong in the `[plugins]` table, to be shown together with the rest of the config.
    pub mistakes: Vec<Mistake>,
}

/// The plugins that work, in the order in which their extractors are asked.
#[derive(Default)]
pub struct Plugins {
    loaded: Vec<Plugin>,
    notes: Arc<Notes>,
    health: Arc<Health>,
}

/// A loaded plugin.
pub struct Plugin {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Where its code is.
    pub library: PathBuf,
    /// Of its code: the file's own SHA-256, or, for a program, that of its files.
    pub sha256: String,
    /// Does it run in processes of its own?
    pub is_isolated: bool,
    values: Values,
    memory_mib: u64,
    extractors: Vec<(i64, Arc<PluginExtractor>)>,
}

impl Plugin {
    /// The whole manifest inside the library, if there is one: the head will do.
    pub fn manifest_inside(&self) -> Option<Manifest> {
        let is_library = self.manifest.command.is_empty();
        let text = is_library.then(|| workers::manifest_inside(&self.library).ok()).flatten()?;
        Manifest::parse(&text, "").ok()
    }
}

impl Plugins {
    /// Looks for plugins in `folders` and in `dirs` of `options`, which is the `[plugins]` table of
    /// the config; relative `dirs` start at `base`, the folder of the config.
    ///
    /// Folders are looked through in their order, the files in each by name. A plugin whose options
    /// are wrong, or whose name is taken by a second one, is not loaded.
    pub fn discover(folders: &[PathBuf], options: &Options<'_>, base: &Path) -> Found {
        let mut found = Found::default();
        let mut places = folder::given(folders, &mut found.problems);
        places.extend(settings::dirs(options, base, &mut found.mistakes));
        let lock = Lock::of(base).unwrap_or_else(|detail| {
            found.problems.push(PluginProblem::new(&base.join(lock::FILE), "bad-lock", detail));
            Some(Lock::nothing())
        });
        let scan = folder::scan(&places, lock.as_ref(), &mut found.problems);
        let checked = settings::check(options, scan, workers::isolation(), &mut found.mistakes);
        for (candidate, values, handling) in checked {
            match found.plugins.load(candidate, &values, &handling, lock.as_ref()) {
                Ok(plugin) => found.plugins.loaded.push(plugin),
                Err(problem) => found.problems.push(problem),
            }
        }
        found
    }

    /// One plugin, with its defaults; `file` is its manifest or its library.
    ///
    /// # Errors
    /// Why it is none.
    pub fn of_file(file: &Path) -> Result<Self, PluginProblem> {
        let mut plugins = Plugins::default();
        let candidate = folder::one(file)?;
        let options = Options::empty("");
        let (values, handling) = settings::defaults_of(&candidate.manifest, &options);
        let plugin = plugins.load(candidate, &values, &handling, None)?;
        plugins.loaded.push(plugin);
        Ok(plugins)
    }

    /// The text of a `plugins.lock` that holds what is there now, and the files that are no plugins.
    /// No code is loaded but that of libraries without a manifest beside them.
    pub fn lock(options: &Options<'_>, base: &Path) -> (String, Vec<PluginProblem>) {
        let mut problems = Vec::new();
        let scan = folder::scan(&settings::dirs(options, base, &mut Vec::new()), None, &mut problems);
        let mut sums = Vec::new();
        for candidate in &scan.candidates {
            match digest::of(&candidate.files) {
                Ok(sum) => sums.push((&candidate.manifest, sum)),
                Err(error) => {
                    problems.push(PluginProblem::new(&candidate.library, "unreadable", error.to_string()));
                }
            }
        }
        (lock::text(sums.iter().map(|(manifest, sum)| (*manifest, sum.as_str()))), problems)
    }

    /// What was loaded.
    pub fn list(&self) -> &[Plugin] {
        &self.loaded
    }

    /// The extractors: by falling priority, then by name.
    pub fn extractors(&self) -> Vec<Arc<dyn Extractor>> {
        let extractors = self.provided().filter(|provided| provided.kind == Kind::Extractor);
        extractors.map(|extractor| extractor as Arc<dyn Extractor>).collect()
    }

    /// The filters and transforms: by falling priority, then by name.
    pub fn guests(&self) -> Vec<Arc<dyn Guest>> {
        let guests =
            self.provided().filter(|provided| matches!(provided.kind, Kind::Filter | Kind::Transform));
        guests.map(|guest| guest as Arc<dyn Guest>).collect()
    }

    /// The encoders: by falling priority, then by name.
    pub fn encoders(&self) -> Vec<Arc<dyn Encoder>> {
        let encoders = self.provided().filter(|provided| provided.kind == Kind::Encoder);
        encoders.map(|encoder| encoder as Arc<dyn Encoder>).collect()
    }

    fn provided(&self) -> impl Iterator<Item = Arc<PluginExtractor>> {
        let mut all: Vec<_> = self.loaded.iter().flat_map(|plugin| &plugin.extractors).collect();
        all.sort_by_key(|(priority, provided)| (Reverse(*priority), Extractor::name(&**provided).to_owned()));
        all.into_iter().map(|(_, provided)| Arc::clone(provided))
    }

    /// What plugins said to the user so far, each line with the plugin's name: warnings, information,
    /// and errors that are in no failure; the first hundred of each plugin. They are forgotten here.
    pub fn take_notes(&self) -> Vec<String> {
        self.notes.take()
    }

    /// A run that these plugins work for ends when `stop` is set; they set it when one of them breaks
    /// down too often.
    pub fn stop_with(&self, stop: Arc<AtomicBool>) {
        self.health.stop_with(stop);
    }

    /// Why the plugins ended the run, if they did.
    pub fn verdict(&self) -> Option<&str> {
        self.health.verdict()
    }

    fn load(
        &self,
        candidate: Candidate,
        values: &Values,
        handling: &Handling,
        lock: Option<&Lock>,
    ) -> Result<Plugin, PluginProblem> {
        let Candidate { manifest, library, has_sidecar, files } = candidate;
        let refused = |(reason, detail)| PluginProblem::new(&library, reason, detail);
        let sha256 = digest::of(&files).map_err(|error| refused(("unreadable", error.to_string())))?;
        lock.map_or(Ok(()), |lock| lock.admits(&manifest, &sha256)).map_err(refused)?;
        let is_isolated = handling.isolation == Isolation::Process;
        let (notes, health) = (&self.notes, &self.health);
        let common = Common { manifest: &manifest, values, handling, notes, health };
        let extractors = if is_isolated {
            workers::extractors(&common, &library, &sha256, has_sidecar)
        } else {
            loaded(&common, &library, has_sidecar)
        };
        let extractors = extractors.map_err(refused)?;
        let (values, memory_mib) = (values.clone(), handling.memory_mib);
        Ok(Plugin { manifest, library, sha256, is_isolated, values, memory_mib, extractors })
    }
}

/// The extractors of a library, in this process.
fn loaded(
    common: &Common<'_>,
    library: &Path,
    has_sidecar: bool,
) -> Result<Vec<(i64, Arc<PluginExtractor>)>, problem::Refusal> {
    let code = Library::open(library)?;
    if has_sidecar {
        common.manifest.matches(&code.manifest).map_err(|detail| ("manifest-differs", detail))?;
    }
    common.here(&code)
}
