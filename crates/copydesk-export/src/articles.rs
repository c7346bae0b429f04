//! A folder with a file for each article: text or Markdown.

use std::io;

use copydesk_core::{Document, Output, OutputFiles, PartFile};

use crate::{ExportOptions, Format, text};

/// A folder that articles are added to.
pub(crate) struct Articles {
    name: String,
    rows: u64,
    files: Box<dyn OutputFiles>,
}

impl Articles {
    pub(crate) fn create(output: &dyn Output, name: String) -> io::Result<Self> {
        Ok(Articles { files: output.create_folder(&name)?, name, rows: 0 })
    }

    /// A file's name begins with the article's place in the part, so that no two are the same, whatever
    /// the ids are.
    pub(crate) fn add(&mut self, document: &Document, options: &ExportOptions) -> io::Result<()> {
        let ending = if options.format == Format::Markdown { "md" } else { "txt" };
        let name = format!("{:06}-{}.{ending}", self.rows, safe_name(&document.id));
        self.rows += 1;
        self.files.add(&name, text::article(document, options).as_bytes())
    }

    pub(crate) fn seal(self) -> io::Result<PartFile> {
        Ok(PartFile::new(self.name, self.rows, self.files.seal()?))
    }
}

/// An id as part of a file name: letters, digits, `.`, `_` and `-`, anything else as `_`, 80
/// characters of it. Nothing in an id can name another folder.
fn safe_name(id: &str) -> String {
    let safe =
        |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' };
    id.chars().take(80).map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_the_folder() {
        assert_eq!(safe_name("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(safe_name("news/a b.txt"), "news_a_b.txt");
    }
}
