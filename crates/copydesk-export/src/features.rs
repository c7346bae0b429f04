//! The front matter of a dataset card: which files `datasets` loads, and the types of their columns.
//!
//! `datasets` loads all files of a folder by one reader, that of the first. So the trail and the quarantine
//! are named only where articles are JSON Lines as well. Types are told, not left to be guessed: a cell
//! of CSV that says 007 is text, and a list that is empty in one file has a type all the same.

use std::fmt::Write;

use copydesk_core::Report;

use crate::columns::{Column, Value, columns};
use crate::{ExportOptions, Format, Metadata, Schema};

const REMOVED: &str = "\
- config_name: removed
  features:
  - name: id
    dtype: string
  - name: source
    struct:
    - name: file
      dtype: string
    - name: member
      dtype: int64
    - name: offset
      dtype: int64
  - name: dropped
    struct:
    - name: stage
      dtype: string
    - name: reason
      dtype: string
    - name: evidence
      dtype: string
  - name: removals
    list:
    - name: start
      dtype: int64
    - name: end
      dtype: int64
    - name: stage
      dtype: string
    - name: reason
      dtype: string
    - name: evidence
      dtype: string
    - name: text
      dtype: string
";

/// The front matter, with the lines that enclose it, or nothing where `datasets` finds nothing to load.
pub(crate) fn front_matter(report: &Report, options: &ExportOptions) -> String {
    let documents = report.documents;
    let gone = documents.dropped + documents.duplicate;
    let rows = documents.exported + if options.schema == Schema::Dolma { gone } else { 0 };
    // Markdown and what a plugin makes have no reader, and a folder that is not there is an error
    if rows == 0 || matches!(options.format, Format::Markdown | Format::Plugin) {
        return String::new();
    }
    let mut yaml = String::from("---\nconfigs:\n- config_name: default\n  default: true\n");
    let _ = writeln!(yaml, "  data_files: {}/*{}", options.folder(), below_folder(options.format));
    let trail = options.format == Format::Jsonl;
    let has_trail = trail && options.removed && report.blocks_removed + gone > 0;
    if has_trail {
        yaml.push_str("- config_name: removed\n  data_files: removed/*\n");
    }
    if trail && documents.quarantined > 0 {
        yaml.push_str("- config_name: quarantine\n  data_files: quarantine/*\n");
    }
    push_types(options, has_trail, &mut yaml);
    yaml.push_str("---\n\n");
    yaml
}

/// What the reader of the format has to be told besides.
fn below_folder(format: Format) -> &'static str {
    match format {
        Format::Csv => "\n  keep_default_na: false",
        Format::Text => "/*\n  sample_by: document",
        _ => "",
    }
}

fn push_types(options: &ExportOptions, has_trail: bool, yaml: &mut String) {
    // an object has the types that each record brings
    let is_typed = options.format.has_rows() && options.metadata == Metadata::String;
    if is_typed || has_trail {
        yaml.push_str("dataset_info:\n");
    }
    if is_typed {
        yaml.push_str("- config_name: default\n  features:\n");
        push_features(columns(options.schema), options.format == Format::Csv, yaml);
    }
    if has_trail {
        yaml.push_str(REMOVED);
    }
}

fn push_features(columns: &[Column], is_flat: bool, yaml: &mut String) {
    let mut open = None;
    for Column { group, name, value } in columns {
        let dtype = type_name(*value);
        let _ = match group {
            None => writeln!(yaml, "  - name: {name}\n    dtype: {dtype}"),
            Some(group) if is_flat => writeln!(yaml, "  - name: {group}.{name}\n    dtype: {dtype}"),
            Some(group) => {
                if open != Some(group) {
                    let _ = writeln!(yaml, "  - name: {group}\n    struct:");
                    open = Some(group);
                }
                writeln!(yaml, "    - name: {name}\n      dtype: {dtype}")
            }
        };
    }
}

/// The name that Arrow and `datasets` have for a type.
pub(crate) fn type_name(value: Value) -> &'static str {
    match value {
        Value::Text(_) | Value::Json(_) => "string",
        Value::Integer(_) => "int64",
        Value::Real(_) => "float64",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::Tally;

    fn matter(exported: u64, struck: u64, options: &ExportOptions) -> String {
        let documents = Tally { read: exported + 1, exported, quarantined: 1, ..Tally::default() };
        let report = Report { documents, blocks_removed: struck, ..Report::default() };
        front_matter(&report, options)
    }

    #[test]
    fn what_is_there_is_named() {
        let jsonl = matter(3, 1, &ExportOptions::default());
        assert!(jsonl.starts_with("---\nconfigs:\n- config_name: default\n  default: true\n  data_files: data/*\n- config_name: removed\n  data_files: removed/*\n- config_name: quarantine\n"), "{jsonl}");
        assert!(jsonl.contains(
            "  - name: source\n    struct:\n    - name: file\n      dtype: string\n    - name: member\n"
        ));
        assert!(!matter(3, 0, &ExportOptions::default()).contains("removed"));
        assert_eq!(matter(0, 1, &ExportOptions::default()), "");
    }

    #[test]
    fn a_trail_is_no_csv() {
        let csv = matter(3, 1, &ExportOptions { format: Format::Csv, ..ExportOptions::default() });
        assert!(csv.contains("data_files: data/*\n  keep_default_na: false\ndataset_info:\n"), "{csv}");
        assert!(csv.contains("  - name: source.offset\n    dtype: int64\n"));
        assert!(!csv.contains("removed") && !csv.contains("quarantine"));
    }

    #[test]
    fn an_object_has_no_type_to_tell() {
        let object = matter(3, 0, &ExportOptions { metadata: Metadata::Object, ..ExportOptions::default() });
        assert!(!object.contains("dataset_info"), "{object}");
    }
}
