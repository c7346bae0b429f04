//! Why a record is set aside.

/// Every reason that a reader gives, and what it means. A reason completes "set aside because it is, or
/// has"; it is stable.
pub const REASONS: &[(&str, &str)] = &[
    ("bad-header", "the header of a crawl's record has no end, or does not say what the record is"),
    ("bad-length", "a crawl's record is not as long as it says, or does not say it"),
    ("bad-quotes", "a quoted field of a table is not closed, or text stands behind its quote"),
    ("bomb", "it becomes far more than it is when it is decompressed: `max-ratio`"),
    ("damaged", "bytes of a compressed file or body cannot be decompressed, or have the wrong checksum"),
    ("empty", "there is no text in it"),
    ("encoding", "the body of an answer is compressed in a way that is not known"),
    ("encrypted", "a file in an archive is encrypted"),
    ("nested-archive", "an archive lies in an archive"),
    ("no-text", "a JSON record has no member that is the text"),
    ("not-file", "what an archive holds there is a link or a device"),
    ("not-http", "a crawl's record holds no answer of a server"),
    ("not-json", "a line is no JSON"),
    ("not-object", "a line is JSON but no object"),
    ("not-ok", "the server's answer was no success: its status is not from 200 to 299"),
    ("not-parquet", "a Parquet file has no footer that can be read"),
    ("not-text", "it is neither text nor markup"),
    ("not-warc", "a WARC file has something else there than a record"),
    ("overlapping", "a file in an archive lies where another one does"),
    ("too-deep", "a member of a JSON record is nested too deep: `max-depth`"),
    ("too-long", "it is longer than a record may be: `max-record-mib`"),
    ("too-many", "the file holds more documents than one may: `max-documents`"),
    ("too-many-lines", "it has more lines than a document may: `max-lines`"),
    ("truncated", "the file ends in the middle of it"),
    ("undecodable", "its bytes are text in no encoding that fits"),
    ("unknown-method", "a file in an archive is packed in a way that is not known"),
    ("unreadable", "the system could not read it"),
    ("wrong-columns", "a row of a table has more or fewer fields than there are columns"),
];

#[cfg(test)]
mod tests {
    use super::REASONS;

    #[test]
    fn reasons_are_in_order_and_all_that_are_given_are_listed() {
        assert!(REASONS.is_sorted_by(|a, b| a.0 < b.0));
        let sources = [
            include_str!("archive.rs"),
            include_str!("csv.rs"),
            include_str!("dumps.rs"),
            include_str!("fields.rs"),
            include_str!("jsonl.rs"),
            include_str!("parquet.rs"),
            include_str!("sink.rs"),
            include_str!("stream.rs"),
            include_str!("tar.rs"),
            include_str!("text.rs"),
            include_str!("warc.rs"),
            include_str!("zip.rs"),
        ];
        let code = sources.map(|source| source.split("#[cfg(test)]").next().unwrap_or_default()).concat();
        for (reason, _) in REASONS {
            assert!(code.contains(&format!("\"{reason}\"")), "nobody gives `{reason}`");
        }
        let given = code
            .split("quarantine(")
            .skip(1)
            .filter_map(|call| call.split(',').nth(1)?.trim().split('"').nth(1));
        let unknown: Vec<_> =
            given.filter(|given| !REASONS.iter().any(|(reason, _)| reason == given)).collect();
        assert!(unknown.is_empty(), "{unknown:?} are not listed");
    }
}
