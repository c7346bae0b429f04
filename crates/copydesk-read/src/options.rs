//! The table `[input]`: what is read, and how it is taken.
//!
//! Only the options and their defaults live here. What they do is in the file that each of them
//! names; that the paths exist is for `copydesk-store` to find out.

use std::fmt::Display;
use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Charset, FieldNames, Format};

/// The largest value of the options that end in `-mib`. The text of a document is addressed with
/// 32 bits, and a text can grow threefold when it is decoded.
const MOST_MIB: u32 = 1024;

/// Where documents come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct InputOptions {
    /// Files, folders and globs such as `dumps/**/*.txt`. They count from the folder that the
    /// config lies in. The same behind `s3://`, `gs://` and `az://`, and single files behind
    /// `https://`; credentials come from the environment. gzip, zstd, bzip2 and xz are decompressed; the
    /// files in a `.zip` or `.tar` are read like files of their own, under names such as
    /// `news.zip/2024/a.txt`. An archive in an archive is set aside.
    pub paths: Vec<String>,
    /// What the files are: `auto` goes by the file's name, then by its first bytes. `text`,
    /// `html`, `xml` and `sgml` hold one article a file, `json` holds one object or a list of
    /// them, `jsonl` an object a line, `warc` the records of a crawl. `csv` and `tsv` are tables whose
    /// first row names the columns: fields are separated by that one of `,`, `;` and tab that stands most
    /// often in the first line, or by tabs; such a file is not cut, because a quoted field can hold line
    /// ends. `parquet` is cut between row groups, `zip` between files, `tar` not at all; in an archive,
    /// each file is told by its name and bytes.
    pub format: Format,
    /// The encoding of text and markup: `auto`, or a label such as `windows-1251`. A byte order
    /// mark in the file wins over it. JSON and Parquet are UTF-8 and do not ask. In a table, each row that is
    /// not UTF-8 is decoded by itself.
    pub encoding: Charset,
    /// How much of the input, in MiB on disk, is worked on as a whole and becomes one part of the
    /// output. Smaller parts keep more threads busy on a small input; another value gives the same
    /// articles in other files.
    #[serde(deserialize_with = "mib")]
    #[schemars(range(min = 1, max = 1024))]
    pub unit_mib: u32,
    /// The longest record, in MiB: a longer line, or a longer file of text or markup, is set aside
    /// as `too-long`. So is a file of JSON that is not lines, and a Parquet or ZIP file that cannot be read
    /// where it lies because it is compressed or in an archive. Bounds the memory that a thread needs,
    /// but is not that memory: many short lines need several times their size, which `max-lines` bounds.
    #[serde(deserialize_with = "mib")]
    #[schemars(range(min = 1, max = 1024))]
    pub max_record_mib: u32,
    /// The most files that are read of one archive; those behind are set aside as `too-many`.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub max_entries: u64,
    /// A member of a compressed file, or a file in an archive, that becomes more than so many times its
    /// size is set aside as `bomb`, and so is a page in a crawl. gzip and zstd make a third to a twentieth
    /// of news, and a hundredth of records that hardly differ. Judged from 16 MiB on.
    #[serde(deserialize_with = "ratio")]
    #[schemars(range(min = 2, max = 1_000_000))]
    pub max_ratio: u32,
    /// A JSON record with a member that is nested deeper is set aside as `too-deep`: most programs that
    /// would read the output refuse it.
    #[serde(deserialize_with = "depth")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_depth: u32,
    /// A document of more lines is set aside as `too-many-lines`. Each line becomes a block, which takes
    /// more memory than a short line does: the limit bounds what a text of nothing but line ends can cost.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub max_lines: u64,
    /// The most documents of one file, or of one range of a file that is cut. The rest is set aside as
    /// one record, `too-many`.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub max_documents: u64,
    /// Names of members in JSON records, or of columns, where the usual ones do not fit: `[input.fields]`
    /// and below it `text = "story"`, or `text = "article.body"` for a member of an object. Renamed can be
    /// `text`, `id`, `url`, `title`, `date`, `author` and
    /// `language`.
    pub fields: FieldNames,
}

impl Default for InputOptions {
    fn default() -> Self {
        InputOptions {
            paths: Vec::new(),
            format: Format::Auto,
            encoding: Charset::default(),
            unit_mib: 32,
            max_record_mib: 16,
            max_entries: 10_000_000,
            max_ratio: 200,
            max_depth: 100,
            max_lines: 1_000_000,
            max_documents: 10_000_000,
            fields: FieldNames::default(),
        }
    }
}

fn mib<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    number(deserializer, 1..=MOST_MIB)
}

fn ratio<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    number(deserializer, 2..=1_000_000)
}

fn depth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    number(deserializer, 1..=1_000_000)
}

fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    number(deserializer, 1..=i64::MAX as u64)
}

fn number<'de, D: Deserializer<'de>, N: TryFrom<i64> + PartialOrd + Display>(
    deserializer: D,
    allowed: RangeInclusive<N>,
) -> Result<N, D::Error> {
    let number = i64::deserialize(deserializer)?;
    let fits = N::try_from(number).ok().filter(|number| allowed.contains(number));
    fits.ok_or_else(|| {
        let (least, most) = (allowed.start(), allowed.end());
        D::Error::custom(format_args!("must be from {least} to {most}, not {number}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json};

    fn read(value: serde_json::Value) -> Result<InputOptions, String> {
        from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_written_has_its_default() {
        let expected = InputOptions { unit_mib: 8, format: Format::Jsonl, ..InputOptions::default() };
        assert_eq!(read(json!({ "unit-mib": 8, "format": "jsonl" })), Ok(expected));
    }

    #[test]
    fn a_record_is_at_most_16_mib_unless_told_otherwise() {
        assert_eq!(InputOptions::default().max_record_mib, 16);
    }

    #[test]
    fn sizes_have_bounds() {
        assert_eq!(read(json!({ "unit-mib": 0 })), Err("must be from 1 to 1024, not 0".to_owned()));
        assert_eq!(
            read(json!({ "max-record-mib": 5000 })),
            Err("must be from 1 to 1024, not 5000".to_owned())
        );
    }

    #[test]
    fn an_encoding_is_known_or_refused() {
        let koi8 = read(json!({ "encoding": "KOI8-R" })).unwrap();
        assert_eq!(serde_json::to_value(koi8.encoding).unwrap(), "koi8-r");
        let message = read(json!({ "encoding": "koi9" })).unwrap_err();
        assert_eq!(
            message,
            "`koi9` is no encoding; write `auto`, or a label such as `utf-8`, `windows-1251` or `shift_jis`"
        );
    }

    #[test]
    fn every_option_is_described() {
        let schema = schemars::schema_for!(InputOptions).to_value();
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!(properties.len(), 11);
        for (name, property) in properties {
            assert!(property["description"].is_string(), "{name}");
            assert!(!property["default"].is_null(), "{name}");
        }
    }
}
