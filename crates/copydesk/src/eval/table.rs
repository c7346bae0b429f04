//! What `eval` prints: tables for a person, or all of it as JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::cases::Notes;
use super::score::Tally;
use super::sheet::{Column, Difference, Differences, Page, Sheet};
use crate::escape::Escaped;
use crate::print::{FAINT, STRONG};

/// So many characters of a line are shown.
const SHOWN: usize = 160;
/// What two configs are called beside each other.
const NAMES: [&str; 2] = ["A", "B"];

/// The page for a person.
pub(crate) fn page(sheet: &Sheet, modes: bool) -> String {
    let mut page = String::new();
    match (&sheet.columns[..], &sheet.differences) {
        ([first, second], Some(differences)) => {
            write_comparison(&mut page, first, second);
            write_differences(&mut page, differences);
        }
        (columns, _) => {
            if modes && columns[0].has_lines() {
                write_modes(&mut page, columns);
            }
            columns.iter().for_each(|column| write_table(&mut page, column, modes));
        }
    }
    for column in &sheet.columns {
        let by = if modes { format!(" by {}", Escaped(&column.name)) } else { String::new() };
        write_pages(&mut page, &format!("lost most{by}"), &column.damaged);
        write_pages(&mut page, &format!("most noise left{by}"), &column.noisy);
    }
    for column in sheet.columns.iter().filter(|column| column.disputed > 0) {
        let _ = writeln!(
            page,
            "{FAINT}{}: of lines that stand twice, the text that is left cannot tell which one went: `--exact` counts {} lines otherwise{FAINT:#}",
            Escaped(&column.name),
            column.disputed
        );
    }
    page
}

impl Column {
    /// Were labelled lines scored, and not bodies?
    fn has_lines(&self) -> bool {
        !self.total.figure("lost").is_nan()
    }

    /// The groups, and all together if there are several.
    fn rows(&self) -> impl Iterator<Item = (&str, &Tally)> {
        let total = (self.groups.len() > 1).then_some(("all", &self.total));
        self.groups.iter().map(|(name, tally)| (name.as_str(), tally)).chain(total)
    }
}

fn write_table(page: &mut String, column: &Column, named: bool) {
    if named {
        let _ = writeln!(page, "{STRONG}{}{STRONG:#}", Escaped(&column.name));
    }
    let mut rows = vec![header(column, &["", "docs"])];
    for (name, tally) in column.rows() {
        let mut row = vec![Escaped(name).to_string(), tally.documents.to_string()];
        row.extend(tally.figures().into_iter().map(|(_, value)| share(value)));
        rows.push(row);
    }
    write_aligned(page, &rows, 1);
    page.push('\n');
}

fn header(column: &Column, first: &[&str]) -> Vec<String> {
    let figures = column.total.figures().into_iter().map(|(name, _)| name);
    first.iter().copied().chain(figures).map(str::to_owned).collect()
}

fn share(value: f64) -> String {
    if value.is_nan() { "-".to_owned() } else { format!("{value:.4}") }
}

/// What each mode loses and what it finds, in one line.
fn write_modes(page: &mut String, columns: &[Column]) {
    let _ = writeln!(page, "{STRONG}body words lost / documents intact / recall of noise lines{STRONG:#}");
    let groups = columns[0].rows().map(|(name, _)| Escaped(name).to_string());
    let mut rows: Vec<Vec<String>> = vec![std::iter::once(String::new()).chain(groups).collect()];
    for column in columns {
        let cells = column.rows().map(|(_, tally)| {
            let [lost, intact, recall] = ["lost", "intact", "recall"].map(|name| tally.figure(name));
            format!("{:.2} % / {:.1} % / {}", 100.0 * lost, 100.0 * intact, share(recall))
        });
        rows.push(std::iter::once(column.name.clone()).chain(cells).collect());
    }
    write_aligned(page, &rows, 1);
    page.push('\n');
}

fn write_comparison(page: &mut String, first: &Column, second: &Column) {
    for (name, column) in NAMES.iter().zip([first, second]) {
        let _ = writeln!(page, "{name}  {}", Escaped(&column.name));
    }
    page.push('\n');
    let mut rows = vec![header(first, &["", "", "docs"])];
    for ((group, before), (_, after)) in first.rows().zip(second.rows()) {
        let figures = |tally: &Tally| tally.figures().into_iter().map(|(_, value)| value);
        let row = |group: &str, name: &str, documents: String, cells: Vec<String>| {
            [vec![Escaped(group).to_string(), name.to_owned(), documents], cells].concat()
        };
        rows.push(row(group, NAMES[0], before.documents.to_string(), figures(before).map(share).collect()));
        rows.push(row("", NAMES[1], after.documents.to_string(), figures(after).map(share).collect()));
        let change = figures(before).zip(figures(after)).map(|(before, after)| change(after - before));
        rows.push(row("", "B - A", String::new(), change.collect()));
    }
    write_aligned(page, &rows, 2);
    page.push('\n');
}

fn change(value: f64) -> String {
    match value {
        _ if value.is_nan() => "-".to_owned(),
        0.0 => "=".to_owned(),
        _ => format!("{value:+.4}"),
    }
}

fn write_differences(page: &mut String, differences: &Differences) {
    if !differences.counts.is_empty() {
        let mut rows = vec![vec!["struck only by".to_owned(), "A".to_owned(), "B".to_owned()]];
        for (label, counts) in &differences.counts {
            let counts = counts.map(|count| count.to_string());
            rows.push([vec![label.name().to_owned()], counts.into()].concat());
        }
        write_aligned(page, &rows, 1);
        page.push('\n');
    }
    differences.lines.iter().for_each(|difference| write_difference(page, difference));
    write_pages(page, "they differ most in", &differences.pages);
}

fn write_difference(page: &mut String, difference: &Difference) {
    let _ = writeln!(
        page,
        "{} strikes {}: {}\n      {FAINT}{}  {}{FAINT:#}",
        NAMES[difference.column],
        difference.label.name(),
        Escaped(cut(&difference.text)),
        Escaped(cut(&difference.why)),
        Escaped(&difference.id),
    );
}

fn write_pages(page: &mut String, title: &str, pages: &super::ranking::Ranking<Page>) {
    if pages.is_empty() {
        return;
    }
    let _ = writeln!(page, "{STRONG}{title}{STRONG:#}");
    for document in pages.iter() {
        let url = document.url.as_deref().unwrap_or_default();
        let _ = writeln!(
            page,
            "{}  {}  {FAINT}{}{FAINT:#}",
            Escaped(&document.id),
            Escaped(&document.summary),
            Escaped(url)
        );
        for (text, why) in &document.lines {
            let mark = if why.is_some() { '-' } else { ' ' };
            let _ = writeln!(page, "  {mark} {}", Escaped(cut(text)));
            if let Some(why) = why {
                let _ = writeln!(page, "      {FAINT}{}{FAINT:#}", Escaped(cut(why)));
            }
        }
        if document.more > 0 {
            let _ = writeln!(page, "    {FAINT}and {} more{FAINT:#}", document.more);
        }
    }
    page.push('\n');
}

/// As much of a line as is shown.
fn cut(text: &str) -> &str {
    text.char_indices().nth(SHOWN).map_or(text, |(end, _)| &text[..end])
}

/// Writes rows of cells, the first `left` columns of them flush left and the others flush right.
fn write_aligned(page: &mut String, rows: &[Vec<String>], left: usize) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let gap = if column > 0 { "  " } else { "" };
            let width = widths[column];
            let _ = match column < left {
                true => write!(line, "{gap}{cell:<width$}"),
                false => write!(line, "{gap}{cell:>width$}"),
            };
        }
        let _ = writeln!(page, "{}", line.trim_end());
    }
}

/// All of it as JSON; a figure that is no number is null.
pub(crate) fn json(sheet: &Sheet, notes: &Notes) -> Value {
    let mut all = json!({
        "configs": sheet.columns.iter().map(column_json).collect::<Vec<_>>(),
        "set_aside": notes.set_aside,
        "set_aside_examples": notes.examples,
        "without_gold": notes.without_gold,
        "missing": notes.missing,
    });
    if let Some(differences) = &sheet.differences {
        all["differences"] = differences_json(differences);
    }
    all
}

fn column_json(column: &Column) -> Value {
    let groups: Map<String, Value> =
        column.groups.iter().map(|(name, tally)| (name.clone(), tally_json(tally))).collect();
    json!({
        "config": column.name,
        "groups": groups,
        "all": tally_json(&column.total),
        "disputed": column.disputed,
        "damaged": column.damaged.iter().map(page_json).collect::<Vec<_>>(),
        "noisy": column.noisy.iter().map(page_json).collect::<Vec<_>>(),
    })
}

fn tally_json(tally: &Tally) -> Value {
    let mut figures = Map::new();
    figures.insert("docs".to_owned(), tally.documents.into());
    figures.extend(tally.figures().into_iter().map(|(name, value)| (name.to_owned(), json!(value))));
    figures.into()
}

fn page_json(page: &Page) -> Value {
    let lines = page.lines.iter().map(|(text, why)| json!({ "text": text, "why": why }));
    json!({
        "id": page.id,
        "url": page.url,
        "summary": page.summary,
        "lines": lines.collect::<Vec<_>>(),
        "more": page.more,
    })
}

fn differences_json(differences: &Differences) -> Value {
    let counts: Map<String, Value> =
        differences.counts.iter().map(|(label, counts)| (label.name().to_owned(), json!(counts))).collect();
    let lines = differences.lines.iter().map(|difference| {
        json!({
            "id": difference.id,
            "text": difference.text,
            "label": difference.label.name(),
            "struck_by": NAMES[difference.column],
            "why": difference.why,
        })
    });
    json!({
        "struck_only_by": counts,
        "lines": lines.collect::<Vec<_>>(),
        "pages": differences.pages.iter().map(page_json).collect::<Vec<_>>(),
    })
}
