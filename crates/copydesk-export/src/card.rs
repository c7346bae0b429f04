//! The card of an output: `README.md`, which tells `datasets` what to load, and a person what the folder
//! holds and how its counts read. It is made from the options and the report, and from nothing else.

use std::fmt::Write;
use std::io;

use copydesk_core::{Count, Output, PartFile, Report, Tally};

use crate::columns::columns;
use crate::{ExportOptions, Format, Formulas, Schema, features};

const NAME: &str = "README.md";

/// Writes the card.
pub(crate) fn write(output: &dyn Output, report: &Report, options: &ExportOptions) -> io::Result<PartFile> {
    let mut file = output.create(NAME)?;
    file.write_all(card(report, options).as_bytes())?;
    Ok(PartFile::new(NAME, 1, file.seal()?))
}

fn card(report: &Report, options: &ExportOptions) -> String {
    let mut card = features::front_matter(report, options);
    card.push_str("# Articles, cleaned by copydesk\n\n");
    push_folders(report, options, &mut card);
    push_counts(report, options, &mut card);
    push_reasons(report, &mut card);
    if options.format.has_rows() {
        push_columns(options, &mut card);
    }
    card.push_str(PLACES);
    card
}

fn push_folders(report: &Report, options: &ExportOptions, card: &mut String) {
    card.push_str("| path | what |\n| --- | --- |\n");
    line(card, &format!("`{}/`", options.folder()), &articles_are(options));
    if options.schema == Schema::Dolma {
        line(
            card,
            "`attributes/copydesk/`",
            "what was struck, as spans for `dolma mix`; row by row beside `documents/`",
        );
    }
    if options.removed {
        line(
            card,
            "`removed/`",
            "what was struck from each article, by which stage, for which reason, on what evidence",
        );
    }
    if report.documents.quarantined > 0 {
        line(card, "`quarantine/`", "records that could not be read, each with its place and the reason");
    }
    line(card, "`report.json`", "the counts below, for programs");
    card.push('\n');
    card.push_str(remark(options));
}

fn articles_are(options: &ExportOptions) -> String {
    let what = match (options.schema, options.format) {
        (Schema::Dolma, _) => "every document as it was read, one JSON object a line",
        (_, Format::Jsonl) => "articles, one JSON object a line",
        (_, Format::Parquet) => "articles, as Parquet",
        (_, Format::Csv) => "articles, as comma-separated values with a header (RFC 4180)",
        (_, Format::Text) => "articles, a text file for each, in a folder for each part",
        (_, Format::Markdown) => "articles, a Markdown file for each, in a folder for each part",
        (_, Format::Plugin) => return format!("articles, as the plugin `{}` writes them", options.plugin),
    };
    what.to_owned()
}

/// What a reader of these files would get wrong.
fn remark(options: &ExportOptions) -> &'static str {
    match (options.schema, options.format, options.formulas) {
        (Schema::Dolma, ..) => {
            "Nothing was cut out of the documents. Those that were dropped are among them, marked with the attribute\n\
             `copydesk__document__dropped`; `documents/` holds exported + dropped + duplicate rows.\n\n"
        }
        (_, Format::Csv, Formulas::Exact) => {
            "Cells are exact. A spreadsheet runs those that begin with `=`, `+`, `-` or `@` as formulas: open the files with\n\
             something else, or write them with `formulas = \"escaped\"`. Text is quoted, also where it is empty or looks like\n\
             a number; tell your reader so.\n\n"
        }
        (_, Format::Csv, Formulas::Escaped) => {
            "A cell that began with `=`, `+`, `-`, `@`, a tab or a carriage return has an apostrophe in front (`formulas =\n\
             \"escaped\"`), so that no spreadsheet runs it. Text is quoted, also where it is empty or looks like a number; tell\n\
             your reader so.\n\n"
        }
        _ => "",
    }
}

fn push_counts(report: &Report, options: &ExportOptions, card: &mut String) {
    let exported =
        if options.schema == Schema::Dolma { " Exported are those that no stage dropped." } else { "" };
    let _ = write!(
        card,
        "## Counts\n\nEvery record that was read has one fate: read = exported + dropped + duplicate + quarantined.{exported}\n\n"
    );
    card.push_str("| input | read | exported | dropped | duplicate | quarantined |\n");
    card.push_str("| --- | ---: | ---: | ---: | ---: | ---: |\n");
    for (input, tally) in &report.inputs {
        push_tally(&code(input), *tally, card);
    }
    push_tally("all", report.documents, card);
    let _ = writeln!(card, "\n{} of {} blocks of text were struck.\n", report.blocks_removed, report.blocks);
}

fn push_tally(name: &str, tally: Tally, card: &mut String) {
    let Tally { read, exported, dropped, duplicate, quarantined } = tally;
    let _ = writeln!(card, "| {name} | {read} | {exported} | {dropped} | {duplicate} | {quarantined} |");
}

fn push_reasons(report: &Report, card: &mut String) {
    let lists = [
        ("blocks struck", &report.removals),
        ("documents dropped", &report.drops),
        ("records set aside", &report.quarantine),
    ];
    if lists.iter().all(|(_, counts)| counts.is_empty()) {
        return;
    }
    card.push_str("| what | stage | reason | count |\n| --- | --- | --- | ---: |\n");
    for (what, counts) in lists {
        for Count { stage, reason, count } in counts {
            let _ = writeln!(card, "| {what} | {stage} | {} | {count} |", code(reason));
        }
    }
    card.push('\n');
}

fn push_columns(options: &ExportOptions, card: &mut String) {
    card.push_str("## Columns\n\nEvery column stands in every row, with one type. What is not known is an empty string, or 0.\n\n");
    card.push_str("| column | type |\n| --- | --- |\n");
    for column in columns(options.schema) {
        let group = column.group.map(|group| format!("{group}.")).unwrap_or_default();
        line(card, &format!("`{group}{}`", column.name), features::type_name(column.value));
    }
    card.push('\n');
}

const PLACES: &str = "\
## Where an article came from

`file` is the dump, `offset` where the record begins in it. In a compressed dump `offset` counts decompressed bytes
from the gzip member or zstd frame that begins at byte `member`; so does `length` in `quarantine/`. To look at a record:

```
tail -c +$((OFFSET + 1)) FILE | head -c LENGTH
tail -c +$((MEMBER + 1)) FILE.zst | zstd -dc | tail -c +$((OFFSET + 1)) | head -c LENGTH
```

`start` and `end` in `removed/` count characters of the text as it was read: in Python, `text[start:end]` is what was
struck.
";

fn line(card: &mut String, first: &str, second: &str) {
    let _ = writeln!(card, "| {first} | {second} |");
}

/// Foreign words in a table: they cannot end the cell, the code or the line.
fn code(words: &str) -> String {
    let tame = |letter: char| if letter.is_control() || "`|".contains(letter) { '\u{fffd}' } else { letter };
    format!("`{}`", words.chars().map(tame).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let tally = Tally { read: 4, exported: 2, dropped: 1, duplicate: 0, quarantined: 1 };
        let count = |stage: &'static str, reason: &'static str| Count {
            stage: stage.into(),
            reason: reason.into(),
            count: 3,
        };
        Report {
            documents: tally,
            inputs: vec![("dumps/a|b`\n.jsonl".into(), tally)],
            blocks: 9,
            blocks_removed: 3,
            removals: vec![count("boilerplate", "ad-label")],
            quarantine: vec![count("", "not-json")],
            ..Report::default()
        }
    }

    #[test]
    fn a_card_tells_the_counts() {
        let card = card(&report(), &ExportOptions::default());
        for line in [
            "| `dumps/a\u{fffd}b\u{fffd}\u{fffd}.jsonl` | 4 | 2 | 1 | 0 | 1 |\n| all | 4 | 2 | 1 | 0 | 1 |\n",
            "3 of 9 blocks of text were struck.",
            "| blocks struck | boilerplate | `ad-label` | 3 |",
            "| records set aside |  | `not-json` | 3 |",
            "| `source.offset` | int64 |",
            "| `quarantine/` |",
        ] {
            assert!(card.contains(line), "{line} is missing from {card}");
        }
    }

    #[test]
    fn a_card_says_what_a_reader_would_get_wrong() {
        let of = |options: ExportOptions| card(&report(), &options);
        let csv = ExportOptions { format: Format::Csv, ..ExportOptions::default() };
        assert!(of(csv.clone()).contains("Cells are exact."));
        assert!(of(ExportOptions { formulas: Formulas::Escaped, ..csv }).contains("apostrophe in front"));
        let dolma = ExportOptions { schema: Schema::Dolma, ..ExportOptions::default() };
        assert!(of(dolma).contains("exported + dropped + duplicate rows"));
        let text = of(ExportOptions { format: Format::Text, ..ExportOptions::default() });
        assert!(!text.contains("## Columns"));
    }
}
