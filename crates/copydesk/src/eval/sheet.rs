//! What was scored so far: the counts of every config, the worst documents, and where configs differ.

use std::collections::BTreeMap;

use super::case::{Case, Label, Line, Truth};
use super::judge::{Fate, Outcome};
use super::ranking::Ranking;
use super::score::Tally;

/// So many lines of a document are shown.
const SHOWN: usize = 8;

/// The scores of all configs over the same documents.
pub(crate) struct Sheet {
    /// One for each config, in their order.
    pub(crate) columns: Vec<Column>,
    /// Where the two configs differ, if there are two to compare.
    pub(crate) differences: Option<Differences>,
}

/// The scores of one config.
pub(crate) struct Column {
    pub(crate) name: String,
    /// By group, in byte order of their names.
    pub(crate) groups: BTreeMap<String, Tally>,
    /// All groups together.
    pub(crate) total: Tally,
    /// Documents that lost the most.
    pub(crate) damaged: Ranking<Page>,
    /// Documents in which the most noise is left.
    pub(crate) noisy: Ranking<Page>,
    /// Lines that the text and the blocks judge differently.
    pub(crate) disputed: u64,
}

/// A document that did not come out as it should have.
pub(crate) struct Page {
    pub(crate) id: String,
    pub(crate) url: Option<String>,
    /// What is wrong with it, in figures.
    pub(crate) summary: String,
    /// The lines in question, and who struck them.
    pub(crate) lines: Vec<(String, Option<String>)>,
    /// How many more there are.
    pub(crate) more: usize,
}

/// Where two configs differ.
pub(crate) struct Differences {
    /// How many lines with a label only the first config strikes, and only the second.
    pub(crate) counts: BTreeMap<Label, [u64; 2]>,
    /// The lines with the most words.
    pub(crate) lines: Ranking<Difference>,
    /// The pages whose score differs the most.
    pub(crate) pages: Ranking<Page>,
}

/// A line that one of two configs strikes.
pub(crate) struct Difference {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) label: Label,
    /// Which of them strikes it.
    pub(crate) column: usize,
    pub(crate) why: String,
}

impl Sheet {
    /// An empty one that lists so many of the worst documents, or of the differences.
    pub(crate) fn new(names: impl Iterator<Item = String>, worst: usize, differences: Option<usize>) -> Self {
        let column = |name| Column {
            name,
            groups: BTreeMap::new(),
            total: Tally::default(),
            damaged: Ranking::new(worst),
            noisy: Ranking::new(worst),
            disputed: 0,
        };
        let differences = differences.map(|most| Differences {
            counts: BTreeMap::new(),
            lines: Ranking::new(most),
            pages: Ranking::new(most),
        });
        Sheet { columns: names.map(column).collect(), differences }
    }

    /// Counts what each config made of a document.
    pub(crate) fn add(&mut self, case: &Case, outcomes: &[Outcome]) {
        for (column, outcome) in self.columns.iter_mut().zip(outcomes) {
            column.add(case, outcome);
        }
        if let (Some(differences), [first, second]) = (&mut self.differences, outcomes) {
            match &case.truth {
                Truth::Lines(lines) => differences.add_lines(case, lines, [first, second]),
                Truth::Body(_) => differences.add_page(case, [first, second]),
            }
        }
    }
}

impl Column {
    fn add(&mut self, case: &Case, outcome: &Outcome) {
        let group = self.groups.entry(case.group.clone()).or_default();
        match (&case.truth, &outcome.fate) {
            (Truth::Lines(lines), Fate::Lines { kept, in_blocks }) => {
                group.add_lines(lines, kept);
                self.total.add_lines(lines, kept);
                self.disputed +=
                    kept.iter().zip(in_blocks).filter(|(text, block)| text != block).count() as u64;
                self.rank_damage(case, lines, outcome);
                self.rank_noise(case, lines, outcome);
            }
            (Truth::Body(gold), Fate::Body(score)) => {
                group.add_body(score);
                self.total.add_body(score);
                self.rank_body(case, gold, score.f1, outcome);
            }
            _ => unreachable!("an outcome is judged by the truth of its case"),
        }
    }

    fn rank_damage(&mut self, case: &Case, lines: &[Line], outcome: &Outcome) {
        let article = || of(lines, |label| matches!(label, Label::Body | Label::Headline));
        let lost = || article().filter(|(index, _)| !outcome.kept()[*index]);
        let words_lost: u64 = lost().map(|(_, line)| line.words()).sum();
        if words_lost > 0 {
            self.damaged.offer(words_lost as f64, || {
                let words: u64 = article().map(|(_, line)| line.words()).sum();
                let summary = format!("{words_lost} of {words} words of the article lost");
                let why = |(index, line): (usize, &Line)| {
                    (line.text.clone(), Some(outcome.why(case, lines, index)))
                };
                Page::of(case, summary, lost().map(why), lost().count())
            });
        }
    }

    fn rank_noise(&mut self, case: &Case, lines: &[Line], outcome: &Outcome) {
        let noise = || of(lines, Label::is_noise);
        let left = || noise().filter(|(index, _)| outcome.kept()[*index]);
        let count = left().count();
        if count > 0 {
            self.noisy.offer(count as f64, || {
                let summary = format!("{count} of {} noise lines left", noise().count());
                Page::of(case, summary, left().map(|(_, line)| (line.text.clone(), None)), count)
            });
        }
    }

    fn rank_body(&mut self, case: &Case, gold: &str, f1: f64, outcome: &Outcome) {
        if f1 < 1.0 {
            self.damaged.offer(1.0 - f1, || {
                let struck = outcome.wrongly_struck(gold).into_iter().map(|(text, why)| (text, Some(why)));
                let left = outcome.noise_left(gold).into_iter().map(|text| (text, None));
                let lines: Vec<_> = struck.chain(left).collect();
                let count = lines.len();
                Page::of(case, scored(outcome), lines.into_iter(), count)
            });
        }
    }
}

/// The lines whose label is wanted, with their index. Blank ones are nobody's.
fn of(lines: &[Line], is_wanted: impl Fn(Label) -> bool) -> impl Iterator<Item = (usize, &Line)> {
    lines.iter().enumerate().filter(move |(_, line)| is_wanted(line.label) && !line.is_blank())
}

/// The figures of one page.
fn scored(outcome: &Outcome) -> String {
    let shown = |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.3}"));
    match (&outcome.set_aside, &outcome.fate) {
        (Some(record), _) => format!("set aside: {}: {}", record.reason, record.detail),
        (None, Fate::Body(score)) => {
            let (precision, recall) = (shown(score.precision), shown(score.recall));
            format!("f1 {:.3}, precision {precision}, recall {recall}", score.f1)
        }
        (None, Fate::Lines { .. }) => String::new(),
    }
}

impl Page {
    /// The page of a document with the first of `count` lines.
    fn of(
        case: &Case,
        summary: String,
        lines: impl Iterator<Item = (String, Option<String>)>,
        count: usize,
    ) -> Self {
        Page {
            id: case.payload.id.clone(),
            url: case.payload.url.clone(),
            summary,
            lines: lines.take(SHOWN).collect(),
            more: count.saturating_sub(SHOWN),
        }
    }
}

impl Differences {
    fn add_lines(&mut self, case: &Case, lines: &[Line], outcomes: [&Outcome; 2]) {
        let kept = outcomes.map(Outcome::kept);
        for (index, line) in lines.iter().enumerate() {
            let column = match (kept[0][index], kept[1][index]) {
                (false, true) => 0,
                (true, false) => 1,
                _ => continue,
            };
            self.counts.entry(line.label).or_default()[column] += 1;
            self.lines.offer(line.words() as f64, || Difference {
                id: case.payload.id.clone(),
                text: line.text.clone(),
                label: line.label,
                column,
                why: outcomes[column].why(case, lines, index),
            });
        }
    }

    fn add_page(&mut self, case: &Case, outcomes: [&Outcome; 2]) {
        let [Fate::Body(first), Fate::Body(second)] = outcomes.map(|outcome| &outcome.fate) else { return };
        if first != second {
            self.pages.offer((first.f1 - second.f1).abs(), || {
                let lines = outcomes.map(|outcome| (scored(outcome), None));
                let summary = format!("f1 {:.3} and {:.3}", first.f1, second.f1);
                Page::of(case, summary, lines.into_iter(), 2)
            });
        }
    }
}
