//! The hidden command that a run starts for each plugin: the process that dies in the run's place.

use crate::Finish;
use crate::args::PluginWorkerArgs;

const SUBCOMMAND: &str = "plugin-worker";

/// Tells the plugin host that this very program is one.
pub(crate) fn announce() {
    if let Ok(program) = std::env::current_exe() {
        copydesk_plugin_host::use_workers(program, SUBCOMMAND);
    }
}

#[cfg(unix)]
pub(crate) fn work(args: &PluginWorkerArgs) -> anyhow::Result<Finish> {
    let Some(library) = &args.library else {
        let command = args.command.join(" ");
        let error = copydesk_plugin_host::become_program(&args.command, args.memory_mib);
        return Err(anyhow::Error::new(error).context(format!("`{command}` cannot be started")));
    };
    if args.trial {
        copydesk_plugin_host::stand_trial(library, args.memory_mib)?;
    } else {
        copydesk_plugin_host::serve(library, args.memory_mib, &args.shared_memory)?;
    }
    Ok(Finish::Clean)
}

#[cfg(not(unix))]
pub(crate) fn work(_: &PluginWorkerArgs) -> anyhow::Result<Finish> {
    anyhow::bail!("on this system plugins do not run in processes of their own")
}
