//! What a plugin provides, as the pipeline sees it: an extractor here, a filter or a transform in `guest`, an
//! encoder in `encoder`.

use std::ops::ControlFlow;
#[cfg(unix)]
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use copydesk_core::{Document, EachExtraction, Envelope, Extraction, Extractor};
use copydesk_plugin_abi::{CD_DROP, CD_ERROR, CD_NOT_MINE};

use crate::claims::Claims;
use crate::collect::Collector;
#[cfg(unix)]
use crate::frame::Create;
use crate::health::Health;
use crate::instance::{Blueprint, Instance, told};
use crate::library::Library;
use crate::manifest::{Kind, Manifest, Provide};
use crate::notes::Notes;
#[cfg(unix)]
use crate::pool::{Launch, Pool};
use crate::problem::Refusal;
use crate::settings::{Handling, OnFailure, Values};

/// Something that a plugin provides.
pub(crate) struct PluginExtractor {
    name: String,
    pub(crate) kind: Kind,
    claims: Claims,
    pub(crate) envelope: Envelope,
    on_failure: OnFailure,
    health: Arc<Health>,
    notes: Arc<Notes>,
    runner: Runner,
}

/// Where the work is done. Instances and workers are used by one thread at a time: whoever comes
/// takes an idle one or starts another, so that there are as many as there are threads.
enum Runner {
    Here {
        blueprint: Blueprint,
        idle: Mutex<Vec<Instance>>,
    },
    #[cfg(unix)]
    There(Pool),
}

/// What all extractors of a plugin have in common.
pub(crate) struct Common<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) values: &'a Values,
    pub(crate) handling: &'a Handling,
    pub(crate) notes: &'a Arc<Notes>,
    pub(crate) health: &'a Arc<Health>,
}

type Prioritised = (i64, Arc<PluginExtractor>);

impl Common<'_> {
    /// The extractors of a library in this process. Each is started once, to see whether it does.
    pub(crate) fn here(&self, code: &Library) -> Result<Vec<Prioritised>, Refusal> {
        let kinds: Vec<_> = code.provides.iter().map(|provide| provide.kind).collect();
        self.all(&kinds, |index, _| {
            let blueprint = Blueprint {
                table: code.table,
                provide: index,
                plugin: self.manifest.name.clone(),
                values: self.values.clone(),
                notes: Arc::clone(self.notes),
            };
            let first = blueprint.start()?;
            Ok(Runner::Here { blueprint, idle: Mutex::new(vec![first]) })
        })
    }

    /// The extractors of a plugin in processes of its own. Each is started once, to see whether it does.
    #[cfg(unix)]
    pub(crate) fn there(
        &self,
        kinds: &[u32],
        launch: &Launch,
        digest: &str,
    ) -> Result<Vec<Prioritised>, Refusal> {
        self.all(kinds, |index, provide| {
            let create = Create {
                plugin: self.manifest.name.clone(),
                provide: index,
                id: provide.id.clone(),
                options: self.values.clone(),
            };
            let pool = Pool {
                launch: launch.clone(),
                create,
                digest: digest.to_owned(),
                timeout: self.handling.timeout,
                notes: Arc::clone(self.notes),
                health: Arc::clone(self.health),
                streak: AtomicU64::new(0),
                idle: Mutex::default(),
            };
            pool.warm_up()?;
            Ok(Runner::There(pool))
        })
    }

    fn all(
        &self,
        kinds: &[u32],
        start: impl Fn(u32, &Provide) -> Result<Runner, String>,
    ) -> Result<Vec<Prioritised>, Refusal> {
        let provides = &self.manifest.provides;
        if kinds != self.manifest.kinds() {
            let promised: Vec<_> = provides.iter().map(|provide| provide.kind.name()).collect();
            let detail = format!(
                "the manifest promises: {}; the library has the kinds {kinds:?}",
                promised.join(", ")
            );
            return Err(("manifest-differs", detail));
        }
        self.health.allow(&self.manifest.name, self.handling.give_up_after);
        let one = |(index, provide): (usize, &Provide)| {
            let runner = start(index as u32, provide).map_err(|detail| ("cannot-start", detail))?;
            Ok((provide.priority, Arc::new(self.extractor(provide, runner))))
        };
        provides.iter().enumerate().map(one).collect()
    }

    fn extractor(&self, provide: &Provide, runner: Runner) -> PluginExtractor {
        let name = &self.manifest.name;
        let alone = self.manifest.provides.len() == 1;
        PluginExtractor {
            name: if alone { name.clone() } else { format!("{name}/{}", provide.id) },
            kind: provide.kind,
            claims: provide.claims.clone(),
            envelope: provide.envelope.clone(),
            on_failure: self.handling.on_failure,
            health: Arc::clone(self.health),
            notes: Arc::clone(self.notes),
            runner,
        }
    }
}

fn run_here(
    blueprint: &Blueprint,
    idle: &Mutex<Vec<Instance>>,
    payload: &Document,
) -> Result<Collector, String> {
    let lock = || idle.lock().unwrap_or_else(PoisonError::into_inner);
    let waiting = lock().pop();
    let mut instance = match waiting {
        Some(instance) => instance,
        None => blueprint.start()?,
    };
    let mut collector = Collector::new(payload);
    // an instance that broke down is destroyed here
    instance.run(&told(payload, &mut String::new()), &mut collector)?;
    lock().push(instance);
    Ok(collector)
}

impl PluginExtractor {
    fn extraction(
        &self,
        payload: Document,
        collected: Result<Collector, String>,
        articles: &mut Vec<Document>,
    ) -> Extraction {
        let collected = match collected {
            Ok(collected) => collected,
            Err(detail) => return self.broke_down(payload, &detail),
        };
        if let Some(fault) = collected.fault_of(self.kind) {
            return self.failed("plugin-error", &fault);
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

    fn failed(&self, reason: &'static str, detail: &str) -> Extraction {
        Extraction::Failed { reason, detail: format!("plugin `{}`: {detail}", self.name) }
    }

    fn broke_down(&self, payload: Document, detail: &str) -> Extraction {
        if self.goes_on(&payload.id, "went to the next extractor", detail) {
            Extraction::NotMine(Box::new(payload))
        } else {
            self.failed("plugin-failed", detail)
        }
    }

    /// It broke down. Does the document go on as it is? `way` says to whom.
    pub(crate) fn goes_on(&self, id: &str, way: &str, detail: &str) -> bool {
        match self.on_failure {
            OnFailure::Quarantine => {}
            OnFailure::Fallback => self.notes.add(&self.name, &format!("{id} {way}: {detail}")),
            OnFailure::Fail => {
                self.health.give_up(format!("the plugin `{}` broke down at {id}: {detail}", self.name));
            }
        }
        self.on_failure == OnFailure::Fallback
    }

    /// Lets the plugin see one payload, which comes back with what was collected.
    pub(crate) fn run(&self, payload: Document) -> (Document, Result<Collector, String>) {
        match &self.runner {
            Runner::Here { blueprint, idle } => {
                let collected = run_here(blueprint, idle, &payload);
                (payload, collected)
            }
            #[cfg(unix)]
            Runner::There(pool) => {
                let mut came = None;
                pool.run([payload].into(), &mut |payload, collected| {
                    came = Some((payload, collected));
                    ControlFlow::Continue(())
                });
                came.expect("every payload comes to something")
            }
        }
    }
}

impl Extractor for PluginExtractor {
    fn name(&self) -> &str {
        &self.name
    }

    fn claims(&self, payload: &Document) -> bool {
        self.claims.hold_for(payload)
    }

    fn takes_batches(&self) -> bool {
        !matches!(self.runner, Runner::Here { .. })
    }

    fn extract(&self, payload: Document, articles: &mut Vec<Document>) -> Extraction {
        let (payload, collected) = self.run(payload);
        self.extraction(payload, collected, articles)
    }

    fn extract_all(&self, payloads: Vec<Document>, each: &mut EachExtraction<'_>) {
        let mut articles = Vec::new();
        let mut one = |payload, collected| {
            articles.clear();
            let extraction = self.extraction(payload, collected, &mut articles);
            each(extraction, &mut articles)
        };
        match &self.runner {
            #[cfg(unix)]
            Runner::There(pool) => pool.run(payloads.into(), &mut one),
            Runner::Here { blueprint, idle } => {
                for payload in payloads {
                    let collected = run_here(blueprint, idle, &payload);
                    if one(payload, collected).is_break() {
                        return;
                    }
                }
            }
        }
    }
}
