//! A config that is scored: its stages, and its documents on their way through them.
//!
//! Documents pass in memory, as `clean` and `explain` take them, on all cores. Stages that must see every
//! document first get passes of their own. Dumps of one page made in several ways are no corpus that
//! would ever be cleaned as one, so each kind of dump is shown to stages of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use copydesk::desk::Desk;
use copydesk::output::Temporary;
use copydesk::{DEFAULT_CONFIG, Document, Plan, Quarantined};
use copydesk_core::Stage;
use rayon::prelude::*;

use super::case::Case;
use super::cases::Cases;

/// What a config says and where it stands.
#[derive(Clone)]
struct Written {
    text: String,
    name: String,
    folder: PathBuf,
}

impl Written {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the config `{}` cannot be read", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Written { text, name: path.display().to_string(), folder })
    }

    fn built_in() -> Self {
        Written {
            text: DEFAULT_CONFIG.to_owned(),
            name: "the built-in stages".to_owned(),
            folder: PathBuf::new(),
        }
    }

    fn desk(&self) -> anyhow::Result<Desk> {
        Ok(Desk::check(&self.text, &self.name, self.folder.clone())?)
    }
}

/// A config that is scored.
pub(crate) struct Candidate {
    /// What tables call it.
    pub(crate) name: String,
    /// Its stages.
    pub(crate) desk: Desk,
    written: Written,
    /// The stages for each kind of dump, where some must see all documents of it first.
    corpora: BTreeMap<String, Corpus>,
}

/// The documents of one kind, as the stages see them.
struct Corpus {
    desk: Desk,
    decided: Vec<Arc<dyn Stage>>,
}

/// The modes of the stage `boilerplate`.
const MODES: [&str; 3] = ["safe", "balanced", "aggressive"];

impl Candidate {
    /// The config in a file, or the built-in stages.
    pub(crate) fn open(config: Option<&Path>) -> anyhow::Result<Self> {
        Candidate::of(config.map_or_else(|| Ok(Written::built_in()), Written::read)?)
    }

    fn of(written: Written) -> anyhow::Result<Self> {
        let desk = written.desk()?;
        Ok(Candidate { name: written.name.clone(), desk, written, corpora: BTreeMap::new() })
    }

    /// The same config in each mode of its stage `boilerplate`.
    pub(crate) fn modes(&self) -> anyhow::Result<Vec<Self>> {
        let stages = copydesk::stages::find("boilerplate").map(|kind| (kind.schema)());
        let knows_modes = stages.is_some_and(|schema| schema.pointer("/properties/mode").is_some());
        anyhow::ensure!(knows_modes, "the stage `boilerplate` has no option `mode`");
        MODES.iter().map(|mode| self.in_mode(mode)).collect()
    }

    fn in_mode(&self, mode: &str) -> anyhow::Result<Self> {
        let text = with_mode(&self.written.text, mode)
            .with_context(|| format!("{}: `--modes` needs a stage `boilerplate`", self.name))?;
        let name = format!("{} with mode = \"{mode}\"", self.name);
        let candidate = Candidate::of(Written { text, name, folder: self.written.folder.clone() })?;
        Ok(Candidate { name: mode.to_owned(), ..candidate })
    }

    /// Shows all documents to the stages that must see them before they mark any.
    pub(crate) fn observe(&mut self, cases: &Cases) -> anyhow::Result<()> {
        for pass in 0..self.desk.plan.corpus_stages().count() {
            cases.each_batch(&mut |batch| {
                for case in &batch {
                    self.admit(&case.kind)?;
                }
                batch.par_iter().try_for_each(|case| self.show(case, pass))?;
                Ok(())
            })?;
            for corpus in self.corpora.values_mut() {
                let stage = corpus.desk.plan.corpus_stages().nth(pass);
                corpus.decided.extend(stage.map(|stage| stage.decide(&Temporary)).transpose()?);
            }
        }
        Ok(())
    }

    fn admit(&mut self, kind: &str) -> anyhow::Result<()> {
        if !self.corpora.contains_key(kind) {
            let corpus = Corpus { desk: self.written.desk()?, decided: Vec::new() };
            self.corpora.insert(kind.to_owned(), corpus);
        }
        Ok(())
    }

    fn show(&self, case: &Case, pass: usize) -> std::io::Result<()> {
        let stage = self.plan(case).0.corpus_stages().nth(pass);
        match (stage, self.clean(case)) {
            (Some(stage), Ok(articles)) => {
                articles.iter().try_for_each(|article| stage.observe(article, &Temporary))
            }
            // what cannot be read is told when it is scored
            _ => Ok(()),
        }
    }

    /// Takes a document through the stages: its articles, marked, or why it is set aside.
    pub(crate) fn clean(&self, case: &Case) -> Result<Vec<Document>, Quarantined> {
        let mut articles = Vec::new();
        if case.is_missing {
            return Ok(articles);
        }
        let (plan, decided) = self.plan(case);
        plan.extract(case.payload.clone(), &mut articles)?;
        for article in &mut articles {
            article.source.sequence = case.payload.source.sequence;
            plan.mark(article, decided)?;
        }
        Ok(articles)
    }

    fn plan(&self, case: &Case) -> (&Plan, &[Arc<dyn Stage>]) {
        match self.corpora.get(&case.kind) {
            Some(corpus) => (&corpus.desk.plan, &corpus.decided),
            None => (&self.desk.plan, &[]),
        }
    }
}

/// A config with another mode of its stage `boilerplate`.
fn with_mode(text: &str, mode: &str) -> Option<String> {
    let mut config: toml::Table = toml::from_str(text).ok()?;
    let stages = config.get_mut("stage")?.as_array_mut()?;
    let mut stages = stages.iter_mut().filter_map(toml::Value::as_table_mut);
    let stage = stages.find(|stage| stage.get("use").and_then(toml::Value::as_str) == Some("boilerplate"))?;
    stage.insert("mode".to_owned(), mode.into());
    toml::to_string(&config).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_replaces_the_one_that_was_written() {
        let config = "[[stage]]\nuse = \"extract\"\n\n[[stage]]\nuse = \"boilerplate\"\nmode = \"safe\"\nkeep = [\"byline\"]\n";
        let text = with_mode(config, "aggressive").unwrap();
        let expected = config.replace("safe", "aggressive");
        assert_eq!(toml::from_str::<toml::Table>(&text), toml::from_str::<toml::Table>(&expected));
        assert_eq!(with_mode("[[stage]]\nuse = \"extract\"\n", "safe"), None);
    }
}
