//! A plugin's extractor, as the pipeline sees it.

use std::sync::{Arc, Mutex, PoisonError};

use copydesk_core::{Document, Extraction, Extractor};
use copydesk_plugin_abi::{CD_DROP, CD_ERROR, CD_KIND_EXTRACTOR, CD_NOT_MINE};

use crate::claims::Claims;
use crate::collect::Collector;
use crate::instance::{Blueprint, Instance};
use crate::library::Library;
use crate::manifest::{Manifest, Provide};
use crate::notes::Notes;
use crate::problem::Refusal;
use crate::settings::Values;

/// A plugin's extractor. Instances are used by one thread at a time: whoever comes takes an idle
/// one or starts another, so that there are as many as there are threads.
pub(crate) struct PluginExtractor {
    name: String,
    claims: Claims,
    blueprint: Blueprint,
    idle: Mutex<Vec<Instance>>,
}

/// The extractors of a plugin with their priorities. Each is started once, to see whether it does.
pub(crate) fn provided(
    code: &Library,
    manifest: &Manifest,
    values: &Values,
    notes: &Arc<Notes>,
) -> Result<Vec<(i64, Arc<PluginExtractor>)>, Refusal> {
    let kinds: Vec<_> = code.provides.iter().map(|provide| provide.kind).collect();
    if kinds != vec![CD_KIND_EXTRACTOR; manifest.provides.len()] {
        let detail = format!(
            "the manifest promises {} extractors, the library has the kinds {kinds:?}",
            manifest.provides.len()
        );
        return Err(("manifest-differs", detail));
    }
    let started = |(index, provide): (usize, &Provide)| {
        let blueprint = Blueprint {
            table: code.table,
            provide: index as u32,
            plugin: manifest.name.clone(),
            values: values.clone(),
            notes: Arc::clone(notes),
        };
        let first = blueprint.start().map_err(|detail| ("cannot-start", detail))?;
        let name = if kinds.len() == 1 {
            manifest.name.clone()
        } else {
            format!("{}/{}", manifest.name, provide.id)
        };
        let idle = Mutex::new(vec![first]);
        let extractor = PluginExtractor { name, claims: provide.claims.clone(), blueprint, idle };
        Ok((provide.priority, Arc::new(extractor)))
    };
    manifest.provides.iter().enumerate().map(started).collect()
}

impl PluginExtractor {
    fn run(&self, payload: &Document) -> Result<Collector, String> {
        let idle = self.lock().pop();
        let mut instance = match idle {
            Some(instance) => instance,
            None => self.blueprint.start()?,
        };
        // an instance that broke down is destroyed here
        let collected = instance.run(payload)?;
        self.lock().push(instance);
        Ok(collected)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Instance>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, reason: &'static str, detail: &str) -> Extraction {
        Extraction::Failed { reason, detail: format!("plugin `{}`: {detail}", self.name) }
    }
}

impl Extractor for PluginExtractor {
    fn name(&self) -> &str {
        &self.name
    }

    fn claims(&self, payload: &Document) -> bool {
        self.claims.hold_for(payload)
    }

    fn extract(&self, payload: Document, articles: &mut Vec<Document>) -> Extraction {
        let collected = match self.run(&payload) {
            Ok(collected) => collected,
            Err(detail) => return self.failed("plugin-failed", &detail),
        };
        if let Some(fault) = &collected.fault {
            return self.failed("plugin-error", fault);
        }
        match collected.outcome {
            CD_NOT_MINE => return Extraction::NotMine(Box::new(payload)),
            CD_DROP => return self.failed("plugin-dropped", &collected.reason),
            CD_ERROR => return self.failed("plugin-error", &collected.reason),
            _ => {}
        }
        let found = collected.into_documents(&payload);
        if found.is_empty() {
            return self.failed("no-article", "it found no article");
        }
        articles.extend(found);
        Extraction::Done
    }
}
