//! Plugins in processes of their own, for programs that have told how such a process is started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::extractor::{Common, PluginExtractor};
use crate::library::Library;
use crate::problem::Refusal;
use crate::settings::Isolation;

static PROGRAM: OnceLock<(PathBuf, OsString)> = OnceLock::new();

/// Says that `program`, called with `subcommand`, `--memory-mib N` and then `--library FILE
/// [--shared-memory DESCRIPTORS]` or `-- COMMAND...`, calls [`serve`](crate::serve) or [`become_program`](crate::become_program). From
/// then on plugins run in processes of their own, unless the config says otherwise. Without it, in a
/// program that is no such thing (a test, an interpreter that has copydesk for a library), they run
/// inside.
pub fn use_workers(program: PathBuf, subcommand: &str) {
    // the first to say so knows best
    let _ = PROGRAM.set((program, subcommand.into()));
}

/// Where plugins run when the config says nothing.
pub(crate) fn isolation() -> Isolation {
    if cfg!(unix) && PROGRAM.get().is_some() { Isolation::Process } else { Isolation::InProcess }
}

/// The manifest inside a library. It is loaded to be asked, in a process of its own if there can be one.
pub(crate) fn manifest_inside(library: &Path) -> Result<String, Refusal> {
    match isolation() {
        #[cfg(unix)]
        Isolation::Process => {
            let (_, hello) = launch(library, &[], PROBE_MEMORY)?.start()?;
            hello.manifest.ok_or_else(|| ("bad-table", "the plugin carries no manifest".to_owned()))
        }
        _ => Library::open(library).map(|library| library.manifest),
    }
}

/// The extractors of a plugin that runs in processes of its own.
#[cfg(unix)]
pub(crate) fn extractors(
    common: &Common<'_>,
    library: &Path,
    digest: &str,
    has_sidecar: bool,
) -> Result<Vec<(i64, Arc<PluginExtractor>)>, Refusal> {
    let manifest = common.manifest;
    let launch = launch(library, &manifest.command, common.handling.memory_mib)?;
    let (_, hello) = launch.start()?;
    if let Some(inside) = hello.manifest.filter(|_| has_sidecar) {
        manifest.matches(&inside).map_err(|detail| ("manifest-differs", detail))?;
    }
    if manifest.command.is_empty() {
        common.there(&hello.kinds, &launch, digest)
    } else {
        common.there(&manifest.kinds(), &launch, digest)
    }
}

#[cfg(not(unix))]
pub(crate) fn extractors(
    _: &Common<'_>,
    _: &Path,
    _: &str,
    _: bool,
) -> Result<Vec<(i64, Arc<PluginExtractor>)>, Refusal> {
    Err(("cannot-load", "on this system plugins run with `isolation = \"in-process\"` only".to_owned()))
}

/// In MiB, for a library that is only asked what it is.
#[cfg(unix)]
const PROBE_MEMORY: u64 = 2048;

#[cfg(unix)]
pub(crate) fn launch(
    library: &Path,
    command: &[String],
    memory: u64,
) -> Result<crate::pool::Launch, Refusal> {
    let Some((program, subcommand)) = PROGRAM.get() else {
        let detail = "plugins run in processes of their own only for the program `copydesk`";
        return Err(("cannot-load", detail.to_owned()));
    };
    let mut arguments = vec![subcommand.clone(), "--memory-mib".into(), memory.to_string().into()];
    let is_program = !command.is_empty();
    if is_program {
        arguments.push("--".into());
        arguments.extend(command.iter().map(OsString::from));
    } else {
        arguments.extend(["--library".into(), library.as_os_str().to_owned()]);
    }
    let folder = library.parent().filter(|_| is_program).unwrap_or(Path::new("/")).to_owned();
    // an interpreter is found by its name, and finds its modules by these
    let environment: &[&str] = if is_program { &["PATH", "HOME", "VIRTUAL_ENV"] } else { &[] };
    Ok(crate::pool::Launch {
        program: program.clone(),
        arguments,
        folder,
        environment,
        shares_memory: !is_program,
    })
}
