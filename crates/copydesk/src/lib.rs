//! copydesk cleans dumps of scraped articles and says why each line went.
//!
//! This crate wires the others together: it is the only one that names a stage. The program of the
//! same name is a thin shell round it.
//!
//! ```
//! let plan = copydesk::plan("[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"boilerplate\"\n").unwrap();
//! let page = copydesk::Document::from_text("Advertisement\n\nThe bridge over the Aune is open again.");
//! let articles = copydesk::clean(&plan, page).unwrap();
//! let mut text = String::new();
//! articles[0].write_kept("\n", &mut text);
//! assert_eq!(text, "The bridge over the Aune is open again.");
//! ```

pub mod desk;
pub mod output;
pub mod reference;
pub mod stages;

pub use copydesk_core::{
    Block, BlockKind, Config, ConfigError, Document, Evidence, Plan, PlanContext, Quarantined, Removal,
    Report,
};
pub use stages::STAGES;

/// What `clean` and `explain` do without a config: the stages for plain text.
pub const DEFAULT_CONFIG: &str =
    "[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"headline\"\n[[stage]]\nuse = \"boilerplate\"\n";

/// The plan of a config's stages, without plugins.
///
/// # Errors
/// Every mistake in the config, each at its place.
pub fn plan(config: &str) -> Result<Plan, ConfigError> {
    let (parsed, mut mistakes) = Config::parse(config);
    match Plan::new(&parsed, STAGES, &PlanContext::default()) {
        Ok(plan) if mistakes.is_empty() => return Ok(plan),
        Ok(_) => {}
        Err(more) => mistakes.extend(more),
    }
    Err(ConfigError::new("config", config, mistakes))
}

/// Takes one payload through the stages and gives back its articles, marked. Corpus stages, which
/// have to see all documents first, are left out.
///
/// # Errors
/// The record to set aside, with its reason, when no extractor can read the payload.
pub fn clean(plan: &Plan, payload: Document) -> Result<Vec<Document>, Quarantined> {
    let mut articles = Vec::new();
    plan.extract(payload, &mut articles)?;
    articles.iter_mut().try_for_each(|article| plan.mark(article, &[]))?;
    Ok(articles)
}
