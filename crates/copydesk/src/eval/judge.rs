//! One document through one config: what came out, and who struck what is missing.

use copydesk::{BlockKind, Document, Quarantined, Removal};

use super::align;
use super::candidate::Candidate;
use super::case::{self, Case, Line, Truth};
use super::grams::PageScore;

/// What became of a document.
pub(crate) struct Outcome {
    articles: Vec<Document>,
    /// Why it came to nothing, if it was set aside.
    pub(crate) set_aside: Option<Quarantined>,
    pub(crate) fate: Fate,
}

/// What came out, beside what should have.
pub(crate) enum Fate {
    /// Which of the labelled lines are kept, as figures count them and as their blocks have it.
    Lines { kept: Vec<bool>, in_blocks: Vec<bool> },
    /// How the text compares with the gold body.
    Body(PageScore),
}

impl Outcome {
    /// Takes a document through the stages and looks at what comes out: at the text, or, if `exact`, at
    /// the block of each labelled line.
    pub(crate) fn of(case: &Case, candidate: &Candidate, exact: bool) -> Self {
        let (articles, set_aside) = match candidate.clean(case) {
            Ok(articles) => (articles, None),
            Err(record) => (Vec::new(), Some(record)),
        };
        let text = exported(&articles);
        let fate = match &case.truth {
            Truth::Body(gold) => Fate::Body(PageScore::of(gold, &text)),
            Truth::Lines(lines) => fate_of_lines(lines, case, &articles, &text, exact),
        };
        Outcome { articles, set_aside, fate }
    }

    /// Which of the labelled lines nobody struck: what lists of lines go by, so that each has a reason.
    pub(crate) fn kept(&self) -> &[bool] {
        match &self.fate {
            Fate::Lines { in_blocks, .. } => in_blocks,
            Fate::Body(_) => &[],
        }
    }

    /// Why a labelled line is not in the output.
    pub(crate) fn why(&self, case: &Case, lines: &[Line], index: usize) -> String {
        if let Some(record) = &self.set_aside {
            return format!("set aside: {}: {}", record.reason, record.detail);
        }
        let Some(blocks) = case::blocks(lines, &case.payload, &self.articles) else {
            return "the extractor made another text".to_owned();
        };
        let article = &self.articles[0];
        let removal = article.blocks[blocks[index].clone()].iter().find_map(|block| block.removal.as_deref());
        match removal.or(article.dropped.as_deref()) {
            Some(removal) => why(removal),
            None => "nobody struck it".to_owned(),
        }
    }

    /// Blocks that went although the gold body has them, with who struck them.
    pub(crate) fn wrongly_struck(&self, gold: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for article in &self.articles {
            for block in &article.blocks {
                let removal = block.removal.as_deref().or(article.dropped.as_deref());
                let Some(removal) = removal else { continue };
                let text = article.view(block);
                if is_in(gold, &text) == Some(true) {
                    found.push((text.into_owned(), why(removal)));
                }
            }
        }
        found
    }

    /// Blocks that stay although the gold body knows nothing of them; titles aside, which most gold
    /// bodies leave out.
    pub(crate) fn noise_left(&self, gold: &str) -> Vec<String> {
        let kept = self.articles.iter().filter(|article| article.dropped.is_none());
        let blocks = kept.flat_map(|article| article.kept().map(move |(_, block)| (article, block)));
        let blocks = blocks.filter(|(_, block)| block.kind != BlockKind::Title);
        let texts = blocks.map(|(article, block)| article.view(block));
        texts.filter(|text| is_in(gold, text) == Some(false)).map(|text| text.into_owned()).collect()
    }
}

/// The text that an export would write.
fn exported(articles: &[Document]) -> String {
    let mut text = String::new();
    for article in articles.iter().filter(|article| article.dropped.is_none()) {
        if !text.is_empty() {
            text.push('\n');
        }
        article.write_kept("\n", &mut text);
    }
    text
}

fn fate_of_lines(lines: &[Line], case: &Case, articles: &[Document], text: &str, exact: bool) -> Fate {
    let in_blocks = kept_in_blocks(lines, case, articles);
    let in_text = align::kept_in_text(lines.iter().map(|line| line.text.as_str()), text);
    let (kept, in_blocks) = match (in_text, in_blocks) {
        (Some(in_text), Some(in_blocks)) if !exact => (in_text, in_blocks),
        (_, Some(in_blocks)) => (in_blocks.clone(), in_blocks),
        (Some(in_text), None) => (in_text.clone(), in_text),
        // a text so odd that nobody can say what came of which line
        (None, None) => (vec![false; lines.len()], vec![false; lines.len()]),
    };
    Fate::Lines { kept, in_blocks }
}

fn kept_in_blocks(lines: &[Line], case: &Case, articles: &[Document]) -> Option<Vec<bool>> {
    let blocks = case::blocks(lines, &case.payload, articles)?;
    let article = &articles[0];
    let is_kept = |range: std::ops::Range<usize>| {
        article.dropped.is_none()
            && !range.is_empty()
            && article.blocks[range].iter().all(|block| block.is_kept())
    };
    Some(blocks.into_iter().map(is_kept).collect())
}

/// Does the gold body have this text, or does it not? Of a few words, and where it has some of them, nobody
/// can say.
fn is_in(gold: &str, text: &str) -> Option<bool> {
    const MOST: f64 = 0.8;
    const FEW: f64 = 0.2;
    const WORDS: usize = 4;
    let share = PageScore::of(gold, text).precision?;
    match align::words(text).nth(WORDS - 1) {
        Some(_) if share >= MOST => Some(true),
        Some(_) if share <= FEW => Some(false),
        _ => None,
    }
}

fn why(removal: &Removal) -> String {
    format!("{}/{}: {}", removal.stage, removal.reason, removal.evidence)
}
