//! When enough is enough: plugins that break down too often end the run.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How the plugins of a run are.
#[derive(Default)]
pub(crate) struct Health {
    /// Set when the run is to end.
    stop: OnceLock<Arc<AtomicBool>>,
    verdict: OnceLock<String>,
    plugins: Mutex<HashMap<String, Plugin>>,
}

#[derive(Default)]
struct Plugin {
    breakdowns: u64,
    most: u64,
}

impl Health {
    /// The run ends when `flag` is set.
    pub(crate) fn stop_with(&self, flag: Arc<AtomicBool>) {
        // a second run of the same plugins is stopped with the first
        let _ = self.stop.set(flag);
    }

    /// How many payloads a plugin may break down at; one more ends the run.
    pub(crate) fn allow(&self, plugin: &str, most: u64) {
        self.lock().entry(plugin.to_owned()).or_default().most = most;
    }

    /// A plugin broke down at a payload.
    pub(crate) fn count(&self, plugin: &str) {
        let mut plugins = self.lock();
        let health = plugins.entry(plugin.to_owned()).or_default();
        health.breakdowns += 1;
        let (breakdowns, most) = (health.breakdowns, health.most);
        drop(plugins);
        if breakdowns > most {
            self.give_up(format!(
                "the plugin `{plugin}` broke down at {breakdowns} payloads; `give-up-after` in \
                 `[plugins.{plugin}]` allows {most}"
            ));
        }
    }

    /// Ends the run; the first verdict counts.
    pub(crate) fn give_up(&self, verdict: String) {
        let _ = self.verdict.set(verdict);
        if let Some(stop) = self.stop.get() {
            stop.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn verdict(&self) -> Option<&str> {
        self.verdict.get().map(String::as_str)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Plugin>> {
        self.plugins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
