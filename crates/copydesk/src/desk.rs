//! From a config file to something that can run: inputs found, plugins loaded, every mistake
//! collected before the first byte is read.
//!
//! Paths in a config are relative to the config's folder; paths on the command line are relative
//! to the current one.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use copydesk_core::{
    Config, ConfigError, Identity, Input, InputIdentity, Mistake, Plan, PlanContext, PluginIdentity,
};
use copydesk_plugin_host::{Plugin, PluginProblem, Plugins};
use copydesk_read::{Dumps, InputOptions};
use copydesk_store::{Sealed, is_url};
use serde::{Deserialize, Serialize};

use crate::STAGES;

/// The reference of all options has a hundredth of that.
const LONGEST_CONFIG: u64 = 1 << 20;

/// The options of `[output]`.
#[derive(Debug, Clone, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct OutputOptions {
    /// The folder that a run writes to, or a place in a store: `s3://bucket/clean`, `gs://` or `az://`.
    /// `--output` on the command line wins over it.
    pub dir: Option<String>,
}

/// A checked config: what would run, on which options.
pub struct Desk {
    /// The stages.
    pub plan: Plan,
    /// What `[input]` says.
    pub input: InputOptions,
    /// Where the output goes, if the config says so.
    pub output: Option<PathBuf>,
    /// The plugins that were found and loaded.
    pub plugins: Plugins,
    /// Files in the plugin folders that are no plugins, with the reason.
    pub problems: Vec<PluginProblem>,
    folder: PathBuf,
}

impl Desk {
    /// Reads and checks a config file.
    ///
    /// # Errors
    /// When the file cannot be read, or with every mistake in it.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let text = text_of(path)
            .map_err(|error| anyhow::anyhow!("the config `{}` cannot be read: {}", path.display(), error))?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Desk::check(&text, &path.display().to_string(), folder)?)
    }

    /// The desk of the built-in default stages.
    ///
    /// # Panics
    /// Never: a test checks the built-in config.
    pub fn default_stages() -> Self {
        Desk::check(crate::DEFAULT_CONFIG, "the built-in config", PathBuf::new())
            .expect("the built-in config is right")
    }

    /// Checks a config that is named `name` and whose relative paths start at `folder`.
    ///
    /// # Errors
    /// Every mistake in the config.
    pub fn check(text: &str, name: &str, folder: PathBuf) -> Result<Self, ConfigError> {
        let (config, mut mistakes) = Config::parse(text);
        let input = or_default(config.input.read::<InputOptions>(), &mut mistakes);
        let output = or_default(config.output.read::<OutputOptions>(), &mut mistakes);
        let found = Plugins::discover(&[], &config.plugins, &folder);
        mistakes.extend(found.mistakes);
        let context = PlanContext {
            extractors: found.plugins.extractors(),
            guests: found.plugins.guests(),
            encoders: found.plugins.encoders(),
            folder: folder.clone(),
        };
        match Plan::new(&config, STAGES, &context) {
            Ok(plan) if mistakes.is_empty() => Ok(Desk {
                plan,
                input,
                output: output.dir.map(|dir| whereabouts(&dir, &folder)),
                plugins: found.plugins,
                problems: found.problems,
                folder,
            }),
            outcome => {
                mistakes.extend(outcome.err().unwrap_or_default());
                Err(ConfigError::new(name, text, mistakes))
            }
        }
    }

    /// Finds the inputs: those of the command line, or else those of the config.
    ///
    /// # Errors
    /// When a path matches nothing, or there are no paths.
    pub fn inputs(&self, named: &[String]) -> anyhow::Result<Dumps> {
        let (patterns, base) = match named {
            [] => (self.input.paths.as_slice(), self.folder.as_path()),
            _ => (named, Path::new("")),
        };
        anyhow::ensure!(
            !patterns.is_empty(),
            "nothing to read: name files or folders, or set `paths` in `[input]`"
        );
        let found = copydesk_store::find(patterns, base)?;
        Ok(Dumps::open(&self.input, patterns, found))
    }

    /// What the output of a run over these dumps depends on.
    ///
    /// # Errors
    /// When an input cannot be looked at.
    pub fn identity(&self, dumps: &Dumps) -> anyhow::Result<Identity> {
        let input = InputOptions { paths: Vec::new(), ..self.input.clone() };
        let mut config = serde_json::json!({ "input": input, "stage": self.plan.to_json() });
        // the manifest beside a library is not in the library's checksum, and has what stands in every file
        for encoder in self.plugins.encoders() {
            config["encoder"][encoder.name()] = serde_json::json!(encoder.envelope());
        }
        Ok(Identity {
            program: concat!("copydesk ", env!("CARGO_PKG_VERSION")).to_owned(),
            config,
            plugins: self.plugins.list().iter().map(plugin_identity).collect(),
            inputs: input_identity(dumps)?,
        })
    }
}

/// The text of a config. A dump in its place is not read to its end.
fn text_of(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST_CONFIG + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_CONFIG {
        return Err(io::Error::other("it is longer than 1 MiB; dumps are named behind the config"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}

fn plugin_identity(plugin: &Plugin) -> PluginIdentity {
    let (name, version) = (plugin.manifest.name.clone(), plugin.manifest.version.clone());
    PluginIdentity { name, version, sha256: plugin.sha256.clone() }
}

fn input_identity(dumps: &Dumps) -> io::Result<InputIdentity> {
    let listing: String = dumps.listing().map(|(name, size)| format!("{name}\0{size}\n")).collect();
    Ok(InputIdentity {
        named: dumps.names(),
        files: dumps.files() as u64,
        bytes: dumps.listing().map(|(_, size)| size).sum(),
        sha256: Sealed::of(listing.as_bytes())?.sha256,
    })
}

fn or_default<T: Default>(outcome: Result<T, Vec<Mistake>>, mistakes: &mut Vec<Mistake>) -> T {
    outcome.unwrap_or_else(|found| {
        mistakes.extend(found);
        T::default()
    })
}

/// Where an output lies that a config in `folder` names.
fn whereabouts(dir: &str, folder: &Path) -> PathBuf {
    if is_url(dir) { dir.into() } else { tidy(&folder.join(dir)) }
}

/// `config/../out` is `out`: for people, not for the file system.
fn tidy(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match (part, tidy.components().next_back()) {
            (Component::ParentDir, Some(Component::Normal(_))) => {
                tidy.pop();
            }
            (Component::CurDir, _) => {}
            _ => tidy.push(part),
        }
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_without_detours() {
        assert_eq!(tidy(Path::new("config/../out")), Path::new("out"));
        assert_eq!(tidy(Path::new("../out")), Path::new("../out"));
        assert_eq!(tidy(Path::new("./a/./b/..")), Path::new("a"));
    }

    #[test]
    fn the_built_in_config_is_right() {
        let names: Vec<_> = Desk::default_stages().plan.stage_names().collect();
        assert_eq!(names, ["extract", "headline", "boilerplate"]);
    }
}
