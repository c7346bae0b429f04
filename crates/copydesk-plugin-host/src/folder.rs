//! What lies in the folders that plugins are looked for in.
//!
//! A manifest stands for the library beside it and is read without touching that; a library that no
//! manifest stands for has to be loaded to be asked for the manifest inside it.

use std::collections::BTreeMap;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use copydesk_plugin_abi::CD_ABI_MAJOR;

use crate::digest;
use crate::lock::Lock;
use crate::manifest::Manifest;
use crate::problem::PluginProblem;

const MANIFEST_SUFFIX: &str = ".copydesk.toml";

/// A library with a manifest that can be read, not yet started.
pub(crate) struct Candidate {
    pub(crate) manifest: Manifest,
    pub(crate) library: PathBuf,
    /// Did the manifest lie beside the library, rather than inside?
    pub(crate) has_sidecar: bool,
    /// What has to be the same for the plugin to be the same.
    pub(crate) files: Vec<PathBuf>,
}

/// Everything that was found.
#[derive(Default)]
pub(crate) struct Scan {
    /// One of each name.
    pub(crate) candidates: Vec<Candidate>,
    /// Names of plugins that have a problem: options for them are no mistake.
    troubled: Vec<String>,
}

impl Scan {
    /// Is there a plugin of that name, be it a broken one?
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.candidates.iter().any(|candidate| candidate.manifest.name == name)
            || self.troubled.iter().any(|troubled| *troubled == name.replace('_', "-"))
    }
}

/// The folders among `folders` that are there.
pub(crate) fn given(folders: &[PathBuf], problems: &mut Vec<PluginProblem>) -> Vec<PathBuf> {
    let (there, missing): (Vec<_>, Vec<_>) = folders.iter().cloned().partition(|folder| folder.is_dir());
    problems
        .extend(missing.iter().map(|folder| PluginProblem::new(folder, "no-folder", "this is no folder")));
    there
}

/// Looks through folders, each of them once.
pub(crate) fn scan(folders: &[PathBuf], lock: Option<&Lock>, problems: &mut Vec<PluginProblem>) -> Scan {
    let mut seen = Vec::new();
    let mut scan = Scan::default();
    for folder in folders {
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
        if !seen.contains(&folder) {
            if let Err(problem) = scan_folder(&folder, lock, &mut scan, problems) {
                problems.push(problem);
            }
            seen.push(folder);
        }
    }
    scan.candidates = one_of_each_name(scan.candidates, problems, &mut scan.troubled);
    scan
}

/// The plugin that a manifest, or a library with or without one, stands for.
pub(crate) fn one(file: &Path) -> Result<Candidate, PluginProblem> {
    let file =
        fs::canonicalize(file).map_err(|error| PluginProblem::new(file, "unreadable", error.to_string()))?;
    if manifest_stem(&file).is_some() {
        return with_sidecar(&file);
    }
    let stem = library_stem(&file);
    let beside = [stem.to_owned(), stem.replace('_', "-")]
        .map(|name| file.with_file_name(format!("{name}{MANIFEST_SUFFIX}")));
    match beside.iter().find(|manifest| manifest.is_file()) {
        Some(manifest) => with_sidecar(manifest),
        None => bare(&file, None),
    }
}

fn scan_folder(
    folder: &Path,
    lock: Option<&Lock>,
    scan: &mut Scan,
    problems: &mut Vec<PluginProblem>,
) -> Result<(), PluginProblem> {
    refuse_world_writable(folder)?;
    let files =
        files_by_name(folder).map_err(|error| PluginProblem::new(folder, "unreadable", error.to_string()))?;
    let (manifests, rest): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| manifest_stem(file).is_some());
    let mut spoken_for = Vec::new();
    for file in &manifests {
        let stem = manifest_stem(file).unwrap_or_default();
        spoken_for.push(beside(file, &stem.replace('-', "_")));
        match with_sidecar(file) {
            Ok(candidate) => {
                spoken_for.push(candidate.library.clone());
                scan.candidates.push(candidate);
            }
            Err(problem) => {
                scan.troubled.push(stem.replace('_', "-"));
                problems.push(problem);
            }
        }
    }
    for file in rest.iter().filter(|file| is_library(file) && !spoken_for.contains(file)) {
        match bare(file, lock) {
            Ok(candidate) => scan.candidates.push(candidate),
            Err(problem) => {
                scan.troubled.push(library_stem(file).replace('_', "-"));
                problems.push(problem);
            }
        }
    }
    Ok(())
}

fn files_by_name(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = paths.collect::<io::Result<Vec<_>>>()?;
    files.retain(|file| file.is_file());
    files.sort();
    Ok(files)
}

fn file_name(file: &Path) -> &str {
    file.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn manifest_stem(file: &Path) -> Option<&str> {
    file_name(file).strip_suffix(MANIFEST_SUFFIX)
}

fn is_library(file: &Path) -> bool {
    file_name(file).ends_with(DLL_SUFFIX)
}

fn library_stem(file: &Path) -> &str {
    let name = file_name(file).trim_end_matches(DLL_SUFFIX);
    name.strip_prefix(DLL_PREFIX).unwrap_or(name)
}

fn beside(manifest: &Path, stem: &str) -> PathBuf {
    manifest.with_file_name(format!("{DLL_PREFIX}{stem}{DLL_SUFFIX}"))
}

fn with_sidecar(file: &Path) -> Result<Candidate, PluginProblem> {
    refuse_world_writable(file)?;
    let text = fs::read_to_string(file)
        .map_err(|error| PluginProblem::new(file, "unreadable", error.to_string()))?;
    let manifest = parse(&text, file)?;
    if !manifest.command.is_empty() {
        return program(manifest, file);
    }
    let library = beside(file, &manifest.stem);
    if !library.is_file() {
        let detail = format!("there is no {} beside this manifest", file_name(&library));
        return Err(PluginProblem::new(file, "no-library", detail));
    }
    refuse_world_writable(&library)?;
    Ok(Candidate { manifest, files: vec![library.clone()], library, has_sidecar: true })
}

/// A program: the manifest and whatever of its command lies beside it.
fn program(manifest: Manifest, file: &Path) -> Result<Candidate, PluginProblem> {
    let words = manifest.command.iter().map(|word| file.with_file_name(word));
    let mut files: Vec<_> = words.filter(|path| path.is_file()).collect();
    files.iter().try_for_each(|path| refuse_world_writable(path))?;
    files.push(file.to_owned());
    Ok(Candidate { manifest, library: files[0].clone(), files, has_sidecar: true })
}

fn bare(library: &Path, lock: Option<&Lock>) -> Result<Candidate, PluginProblem> {
    refuse_world_writable(library)?;
    let refused = |(reason, detail)| PluginProblem::new(library, reason, detail);
    if let Some(lock) = lock {
        let sum = digest::of(&[library.to_owned()])
            .map_err(|error| PluginProblem::new(library, "unreadable", error.to_string()))?;
        lock.knows(&sum).map_err(refused)?;
    }
    let inside = crate::workers::manifest_inside(library).map_err(refused)?;
    let manifest = parse(&inside, library)?;
    let library = library.to_owned();
    Ok(Candidate { manifest, files: vec![library.clone()], library, has_sidecar: false })
}

fn parse(text: &str, file: &Path) -> Result<Manifest, PluginProblem> {
    let shown = file.display().to_string();
    let manifest = Manifest::parse(text, &shown)
        .map_err(|error| PluginProblem::new(file, "bad-manifest", error.to_string()))?;
    if manifest.abi_major() == CD_ABI_MAJOR.to_string() {
        return Ok(manifest);
    }
    let detail = format!("made for plugin interface {}; this copydesk speaks {CD_ABI_MAJOR}", manifest.abi);
    Err(PluginProblem::new(file, "wrong-abi", detail))
}

/// Where anybody may write, anybody may put code that runs with the user's rights.
#[cfg(unix)]
fn refuse_world_writable(path: &Path) -> Result<(), PluginProblem> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map(|metadata| metadata.permissions().mode());
    match mode {
        Ok(mode) if mode & 0o002 == 0 => Ok(()),
        Ok(_) => {
            let detail = format!(
                "anybody may write here, and what stands here is run; type `chmod o-w {}`",
                path.display()
            );
            Err(PluginProblem::new(path, "world-writable", detail))
        }
        Err(error) => Err(PluginProblem::new(path, "unreadable", error.to_string())),
    }
}

#[cfg(not(unix))]
fn refuse_world_writable(_: &Path) -> Result<(), PluginProblem> {
    Ok(())
}

/// Leaves out every plugin whose name is taken twice: which one was meant is for the user to say.
fn one_of_each_name(
    candidates: Vec<Candidate>,
    problems: &mut Vec<PluginProblem>,
    troubled: &mut Vec<String>,
) -> Vec<Candidate> {
    let mut places: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for candidate in &candidates {
        places.entry(candidate.manifest.name.clone()).or_default().push(candidate.library.clone());
    }
    places.retain(|_, libraries| libraries.len() > 1);
    for (name, libraries) in &places {
        let shown: Vec<_> = libraries.iter().map(|library| library.display().to_string()).collect();
        let detail = format!("more than one plugin is called `{name}`: {}; keep one", shown.join(" and "));
        problems.push(PluginProblem::new(&libraries[1], "two-of-one-name", detail));
        troubled.push(name.clone());
    }
    candidates.into_iter().filter(|candidate| !places.contains_key(&candidate.manifest.name)).collect()
}
