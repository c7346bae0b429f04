//! A plugin's filter or transform, as the pipeline sees it.
//!
//! It is shown the text of a document that is still kept, a line to each block, and answers about that
//! text: that the document goes, how it scores, or which bytes of it are struck or replaced. A block that
//! changes is struck, and what it became stands behind it: so nothing is edited, the trail has what was
//! there before, and the counts close.

use std::ops::Range;

use copydesk_core::{Block, Document, Evidence, Extractor, Guest, Removal};
use copydesk_plugin_abi::{CD_DROP, CD_ERROR, CD_NOT_MINE};
use serde_json::{Map, Value};

use crate::collect::{Collector, Edit, merged};
use crate::extractor::PluginExtractor;

pub(crate) type Refusal = (&'static str, String);

impl Guest for PluginExtractor {
    fn name(&self) -> &str {
        Extractor::name(self)
    }

    fn apply(&self, document: &mut Document) -> Result<(), Refusal> {
        if !self.claims(document) {
            return Ok(());
        }
        let refused =
            |reason, detail: String| Err((reason, format!("plugin `{}`: {detail}", Guest::name(self))));
        let Shown { payload, blocks } = Shown::of(document);
        let (payload, collected) = self.run(payload);
        let shown = Shown { payload, blocks };
        let collected = match collected {
            Ok(collected) => collected,
            Err(detail) if self.goes_on(&document.id, "stays as it is", &detail) => return Ok(()),
            Err(detail) => return refused("plugin-failed", detail),
        };
        if let Some(fault) = collected.fault_of(self.kind) {
            return refused("plugin-error", fault);
        }
        match collected.outcome {
            CD_NOT_MINE => Ok(()),
            CD_ERROR => refused("plugin-error", collected.reason),
            CD_DROP => {
                document.dropped.get_or_insert(Box::new(self.removal("dropped", &collected.reason)));
                Ok(())
            }
            _ => self.carry_out(collected, &shown, document).or_else(|fault| refused("plugin-error", fault)),
        }
    }
}

impl PluginExtractor {
    fn removal(&self, reason: &'static str, detail: &str) -> Removal {
        let name = Guest::name(self);
        let rule = if detail.is_empty() { name.to_owned() } else { format!("{name}: {detail}") };
        Removal { stage: "plugin", reason, evidence: Evidence::Rule(rule.into()) }
    }

    fn carry_out(&self, collected: Collector, shown: &Shown, document: &mut Document) -> Result<(), String> {
        let became = shown.edited(collected.edits)?;
        score(document, Guest::name(self), &collected.scores)?;
        let mut changed = Vec::new();
        for (index, text) in became {
            if text.trim().is_empty() {
                document.remove(index, self.removal("struck", ""));
            } else {
                document.remove(index, self.removal("replaced", "by the block that follows"));
                changed.push((index, text));
            }
        }
        put_behind(document, &changed);
        Ok(())
    }
}

/// What a plugin is shown of a document, and which bytes of it are which block.
pub(crate) struct Shown {
    pub(crate) payload: Document,
    blocks: Vec<(usize, Range<usize>)>,
}

impl Shown {
    pub(crate) fn of(document: &Document) -> Self {
        let (mut text, mut blocks) = (String::new(), Vec::new());
        for (index, block) in document.kept() {
            if !text.is_empty() {
                text.push('\n');
            }
            let start = text.len();
            text.push_str(&document.view(block));
            blocks.push((index, start..text.len()));
        }
        let payload = Document {
            id: document.id.clone(),
            source: document.source.clone(),
            mime: document.mime.clone(),
            url: document.url.clone(),
            language: document.language.clone(),
            metadata: known(document),
            text,
            ..Document::default()
        };
        Shown { payload, blocks }
    }

    /// The blocks that become another text, in order.
    fn edited(&self, mut edits: Vec<Edit>) -> Result<Vec<(usize, String)>, String> {
        let body = &self.payload.text;
        edits.sort_by_key(|edit| (edit.start, edit.end));
        let mut checked = Vec::with_capacity(edits.len());
        let mut last = 0;
        for edit in edits {
            let range = range(&edit, body).filter(|range| range.start >= last);
            let range = range.ok_or_else(|| {
                let Edit { start, end, .. } = edit;
                format!("the bytes {start} to {end} of {} are none that a span can be", body.len())
            })?;
            if edit.replacement.is_some() && !self.lies_in_a_block(&range) {
                return Err(format!("the bytes {} to {} are no part of one block", range.start, range.end));
            }
            last = range.end;
            checked.push((range, edit.replacement.unwrap_or_default()));
        }
        let changed = self.blocks.iter().filter_map(|(index, block)| {
            let text = rewritten(body, block, &checked)?;
            (text != body[block.clone()]).then_some((*index, text))
        });
        Ok(changed.collect())
    }

    fn lies_in_a_block(&self, span: &Range<usize>) -> bool {
        let first = self.blocks.partition_point(|(_, block)| block.end < span.start);
        let block = self.blocks.get(first);
        block.is_some_and(|(_, block)| block.start <= span.start && span.end <= block.end)
    }
}

/// The bytes of a span, where it is one.
fn range(edit: &Edit, body: &str) -> Option<Range<usize>> {
    let range = usize::try_from(edit.start).ok()?..usize::try_from(edit.end).ok()?;
    body.get(range.clone()).map(|_| range)
}

/// A block of the body after what was done to it, if anything was. Of a span that goes beyond it, its share
/// counts.
fn rewritten(body: &str, block: &Range<usize>, edits: &[(Range<usize>, String)]) -> Option<String> {
    // edits ascend and do not overlap, and so do their ends
    let first = edits.partition_point(|(span, _)| span.end < block.start);
    let mut touching = edits[first..].iter().take_while(|(span, _)| span.start <= block.end).peekable();
    touching.peek()?;
    let (mut text, mut at) = (String::with_capacity(block.len()), block.start);
    for (span, replacement) in touching {
        let share = span.start.max(block.start)..span.end.min(block.end);
        // what is put in between two blocks belongs to the first of them
        if share.start < at || (share.is_empty() && replacement.is_empty()) {
            continue;
        }
        text.push_str(&body[at..share.start]);
        text.push_str(replacement);
        at = share.end;
    }
    text.push_str(&body[at..block.end]);
    Some(text)
}

/// What is known of a document, as the members of an object: for a plugin that judges by it.
fn known(document: &Document) -> String {
    let own = [("title", &document.title), ("author", &document.author), ("date", &document.date)];
    let own = own.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.as_deref()?.into())));
    merged(&document.metadata, own.collect())
}

/// Keeps scores with the document: `"NAME": {"score": 0.5}` of its metadata.
fn score(document: &mut Document, name: &str, scores: &[(String, f64)]) -> Result<(), String> {
    if scores.is_empty() {
        return Ok(());
    }
    let number = |(score, value): &(String, f64)| match serde_json::Number::from_f64(*value) {
        Some(number) => Ok((score.clone(), Value::Number(number))),
        None => Err(format!("the score `{score}` is no number")),
    };
    let scores = scores.iter().map(number).collect::<Result<Map<_, _>, _>>()?;
    let scores = Map::from_iter([(name.to_owned(), Value::Object(scores))]);
    document.metadata = merged(&document.metadata, scores);
    Ok(())
}

/// Puts texts behind the blocks that they are to replace.
fn put_behind(document: &mut Document, changed: &[(usize, String)]) {
    let blocks = std::mem::take(&mut document.blocks);
    let (old, mut texts) = (std::mem::take(&mut document.text), changed.iter().peekable());
    let mut copied = 0;
    for (index, mut block) in blocks.into_iter().enumerate() {
        let shift = document.text.len() - copied;
        let range = block.span.range();
        document.text.push_str(&old[copied..range.end]);
        copied = range.end;
        let kind = block.kind;
        block.span = copydesk_core::Span::new(range.start + shift..range.end + shift);
        document.blocks.push(block);
        if let Some((_, text)) = texts.next_if(|(place, _)| *place == index) {
            let text = text.trim();
            document.text.push('\n');
            let start = document.text.len();
            document.text.push_str(text);
            document.blocks.push(Block::new(start..document.text.len(), kind));
        }
    }
    document.text.push_str(&old[copied..]);
}

#[cfg(test)]
mod tests {
    use copydesk_core::BlockKind;

    use super::*;

    fn document() -> Document {
        let mut document = Document::from_text("Tïtle\n\nThe old\npier\nis open.\n");
        document.blocks = [0..6, 8..20, 21..29].map(|range| Block::new(range, BlockKind::Paragraph)).to_vec();
        document.blocks[0].kind = BlockKind::Title;
        document.blocks[1].wrapped = true;
        document
    }

    fn edit(start: u64, end: u64, replacement: Option<&str>) -> Edit {
        Edit { start, end, replacement: replacement.map(str::to_owned) }
    }

    fn edited(edits: &[Edit]) -> Result<Vec<(usize, String)>, String> {
        Shown::of(&document()).edited(edits.to_vec())
    }

    #[test]
    fn a_plugin_sees_what_is_kept_a_line_to_each_block() {
        let mut document = document();
        assert_eq!(Shown::of(&document).payload.text, "Tïtle\nThe old pier\nis open.");
        document.remove(1, Removal { stage: "s", reason: "r", evidence: Evidence::Rule("".into()) });
        (document.title, document.metadata) = (Some("T".into()), "\"views\":3".into());
        let shown = Shown::of(&document).payload;
        assert_eq!(
            (shown.text.as_str(), shown.metadata.as_str()),
            ("Tïtle\nis open.", "\"views\":3,\"title\":\"T\"")
        );
    }

    #[test]
    fn edits_are_made_in_the_blocks_that_they_touch() {
        let changed =
            edited(&[edit(11, 14, Some("new")), edit(7, 11, Some("A ")), edit(16, 28, None)]).unwrap();
        assert_eq!(changed, [(1, "A new p".into()), (2, String::new())]);
        assert_eq!(edited(&[edit(7, 7, Some("In "))]), Ok(vec![(1, "In The old pier".into())]));
        assert_eq!(edited(&[edit(6, 6, Some("!"))]), Ok(vec![(0, "Tïtle!".into())]));
        assert_eq!(edited(&[edit(6, 7, None), edit(7, 10, Some("The"))]), Ok(vec![]));
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for wrong in [edit(3, 2, None), edit(0, 29, None), edit(2, 4, None), edit(u64::MAX, u64::MAX, None)] {
            assert!(edited(std::slice::from_ref(&wrong)).is_err(), "{wrong:?}");
        }
        assert!(edited(&[edit(8, 10, None), edit(9, 12, None)]).is_err());
        let across = edited(&[edit(4, 9, Some("x"))]).unwrap_err();
        assert_eq!(across, "the bytes 4 to 9 are no part of one block");
    }

    #[test]
    fn what_a_block_became_stands_behind_it() {
        let mut document = document();
        put_behind(&mut document, &[(0, "Head".into()), (2, " is shut. ".into())]);
        assert_eq!(document.text, "Tïtle\nHead\n\nThe old\npier\nis open.\nis shut.\n");
        let texts: Vec<_> = document.blocks.iter().map(|block| document.slice(block)).collect();
        assert_eq!(texts, ["Tïtle", "Head", "The old\npier", "is open.", "is shut."]);
        assert_eq!(document.blocks[1].kind, BlockKind::Title);
        assert!(document.blocks[2].wrapped && !document.blocks[4].wrapped);
    }

    #[test]
    fn scores_stay_with_the_document() {
        let mut document = document();
        score(&mut document, "tone", &[("anger".into(), 0.25)]).unwrap();
        assert_eq!(document.metadata, "\"tone\":{\"anger\":0.25}");
        assert!(score(&mut document, "tone", &[("anger".into(), f64::NAN)]).is_err());
    }
}
