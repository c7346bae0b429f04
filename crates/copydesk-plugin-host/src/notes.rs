//! What plugins say to the user.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Enough to see what is going on; a plugin that complains of every document must not fill the
/// memory.
const LINES_OF_EACH: usize = 100;

#[derive(Default)]
pub(crate) struct Notes(Mutex<Lines>);

#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    count: HashMap<String, usize>,
}

impl Notes {
    pub(crate) fn add(&self, plugin: &str, message: &str) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = notes.count.entry(plugin.to_owned()).or_default();
        *count += 1;
        if *count <= LINES_OF_EACH {
            notes.lines.push(format!("{plugin}: {message}"));
        }
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).lines)
    }
}
