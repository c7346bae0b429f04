//! One hostile input, and the judgement over what a program made of it.

use std::fs;
use std::io;
use std::ops::RangeInclusive;
use std::path::Path;

use crate::news;

/// One hostile input.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Kebab-case; unique in its family.
    pub name: String,
    /// What to read.
    pub files: Vec<File>,
    /// What has to come of it.
    pub expect: Expect,
}

/// A file of an input.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Its name, with an extension that says what it claims to be.
    pub name: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// What has to come of an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Expect {
    /// Each of them stands in one document that comes out, and in one only.
    pub sentences: Vec<String>,
    /// How many documents come out.
    pub documents: RangeInclusive<usize>,
    /// How many records are set aside.
    pub set_aside: RangeInclusive<usize>,
    /// For what reasons: any of these.
    pub reasons: &'static [&'static str],
}

/// What a program made of an input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// The text of each document that came out.
    pub texts: Vec<String>,
    /// The reason of each record that was set aside.
    pub reasons: Vec<String>,
}

impl Case {
    /// A case of one file, which is named after it.
    pub fn new(name: &str, extension: &str, bytes: Vec<u8>, expect: Expect) -> Self {
        let file = File { name: format!("{name}.{extension}"), bytes };
        Case { name: name.to_owned(), files: vec![file], expect }
    }

    /// Puts good files before and behind, which must come out, too.
    #[must_use]
    pub fn between_good_files(mut self) -> Self {
        for (name, number) in [("aaa.txt", 901), ("zzz.txt", 902)] {
            self.files.push(File { name: name.to_owned(), bytes: news::article(number).into_bytes() });
            self.expect = self.expect.and_article(number);
        }
        self
    }

    /// Writes the files into a folder, which is made.
    ///
    /// # Errors
    /// When the folder or a file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        self.files.iter().try_for_each(|file| fs::write(folder.join(&file.name), &file.bytes))
    }
}

impl Expect {
    /// Nothing comes out, and nothing is set aside.
    pub fn nothing() -> Self {
        Expect { sentences: Vec::new(), documents: 0..=0, set_aside: 0..=0, reasons: &[] }
    }

    /// The articles of these numbers come out, and nothing else.
    pub fn articles(numbers: impl IntoIterator<Item = usize>) -> Self {
        let sentences: Vec<_> = numbers.into_iter().map(news::sentence).collect();
        Expect { documents: sentences.len()..=sentences.len(), sentences, ..Expect::nothing() }
    }

    /// One document comes out, and this sentence stands in it.
    pub fn sentence(sentence: &str) -> Self {
        Expect { sentences: vec![sentence.to_owned()], documents: 1..=1, ..Expect::nothing() }
    }

    /// One more article comes out.
    #[must_use]
    pub fn and_article(mut self, number: usize) -> Self {
        self.sentences.push(news::sentence(number));
        self.and_documents(1..=1)
    }

    /// So many more documents come out, with whatever in them.
    #[must_use]
    pub fn and_documents(mut self, more: RangeInclusive<usize>) -> Self {
        self.documents = plus(&self.documents, &more);
        self
    }

    /// So many more records are set aside.
    #[must_use]
    pub fn and_set_aside(mut self, more: RangeInclusive<usize>, reasons: &'static [&'static str]) -> Self {
        self.set_aside = plus(&self.set_aside, &more);
        self.reasons = reasons;
        self
    }

    /// What is wrong with an outcome; empty when nothing is.
    pub fn complaints(&self, outcome: &Outcome) -> Vec<String> {
        let mut complaints = Vec::new();
        let counts = [
            ("documents", outcome.texts.len(), &self.documents),
            ("records set aside", outcome.reasons.len(), &self.set_aside),
        ];
        for (what, count, allowed) in
            counts.into_iter().filter(|(_, count, allowed)| !allowed.contains(count))
        {
            complaints.push(format!("{count} {what}, expected {allowed:?}"));
        }
        let is_in_one =
            |sentence: &&String| outcome.texts.iter().filter(|text| text.contains(*sentence)).count() == 1;
        let lost: Vec<_> = self.sentences.iter().filter(|sentence| !is_in_one(sentence)).collect();
        if let Some(first) = lost.first() {
            complaints.push(format!("{} sentences are not in one document, as `{first}`", lost.len()));
        }
        let odd = |reason: &&String| !self.reasons.contains(&reason.as_str());
        complaints.extend(outcome.reasons.iter().filter(odd).map(|odd| format!("set aside as `{odd}`")));
        complaints
    }
}

fn plus(a: &RangeInclusive<usize>, b: &RangeInclusive<usize>) -> RangeInclusive<usize> {
    a.start() + b.start()..=a.end() + b.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(numbers: &[usize], reasons: &[&str]) -> Outcome {
        Outcome {
            texts: numbers.iter().map(|&number| news::article(number)).collect(),
            reasons: reasons.iter().map(|&reason| reason.to_owned()).collect(),
        }
    }

    #[test]
    fn what_comes_out_is_judged() {
        let expect = Expect::articles([1, 2]).and_set_aside(1..=1, &["damaged"]);
        assert_eq!(expect.complaints(&outcome(&[2, 1], &["damaged"])), [""; 0]);
        assert_eq!(
            expect.complaints(&outcome(&[1], &["empty"])),
            [
                "1 documents, expected 2..=2".to_owned(),
                format!("1 sentences are not in one document, as `{}`", news::sentence(2)),
                "set aside as `empty`".to_owned()
            ]
        );
        assert_eq!(expect.complaints(&outcome(&[1, 1, 2], &[])).len(), 3, "too many, in two, none aside");
    }
}
