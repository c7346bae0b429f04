//! The tokenizer against the public tests of the standard, which are read from beside the repository.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::limits::Limits;
use crate::name::{KNOWN, Name};
use crate::tokenizer::{RawText, Run, Tag, Token, Tokenizer};

/// What a tokenizer that works on UTF-8 cannot be given, and why.
const SURROGATES: &str = "a lone surrogate; no decoder of the Encoding Standard ever gives one";

/// `html5lib-tests` in the folder that `COPYDESK_DATA` names, or in `../shared/data`.
fn folder() -> PathBuf {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    std::env::var_os("COPYDESK_DATA").map_or_else(beside, PathBuf::from).join("html5lib-tests")
}

#[test]
fn the_tokenizer_passes_the_tests_of_html5lib() {
    let Ok(files) = std::fs::read_dir(folder().join("tokenizer")) else {
        return eprintln!("skipped: no html5lib-tests at {}", folder().display());
    };
    let (mut count, mut passed, mut impossible, mut failed) = (0, 0, 0, Vec::new());
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "test")) {
        let text = std::fs::read_to_string(path).unwrap();
        for case in cases(&text) {
            count += 1;
            for state in states(&case) {
                match outcome(&case, &state) {
                    None => impossible += 1,
                    Some((found, expected)) if found == expected => passed += 1,
                    Some((found, expected)) => {
                        failed.push(format!("{} in {state}\n  {expected}\n  {found}", case["description"]));
                    }
                }
            }
        }
    }
    println!("html5lib tokenizer: {count} cases, {passed} runs passed, {} failed", failed.len());
    println!("{impossible} runs are impossible: {SURROGATES}");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(passed >= 7000, "only {passed} cases");
}

/// The cases of a file; those of `xmlViolation.test` are for who writes XML, which 13.2.9 of the standard allows to
/// change what was read, and are left out. A lone surrogate, which is no text, becomes a mark.
fn cases(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(&marked(text)).unwrap();
    let lists = file["tests"].as_array();
    lists.cloned().unwrap_or_default()
}

const MARK: &str = "LONE-SURROGATE";

/// JSON in which no lone surrogate is left.
fn marked(text: &str) -> String {
    let is = |rest: &str, from: u32, to: u32| {
        rest.strip_prefix("\\u")
            .and_then(|hex| u32::from_str_radix(hex.get(..4)?, 16).ok())
            .is_some_and(|unit| (from..to).contains(&unit))
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let taken = if is(rest, 0xd800, 0xdc00) && rest.get(6..).is_some_and(|next| is(next, 0xdc00, 0xe000))
        {
            out.push_str(&rest[..12]);
            12
        } else if is(rest, 0xd800, 0xe000) {
            out.push_str(MARK);
            6
        } else if rest.starts_with("\\\\") {
            out.push_str("\\\\");
            2
        } else {
            out.push(letter);
            letter.len_utf8()
        };
        rest = &rest[taken..];
    }
    out
}

fn states(case: &Value) -> Vec<String> {
    let named = case["initialStates"].as_array();
    named.map_or(vec!["Data state".into()], |states| {
        states.iter().map(|state| state.as_str().unwrap().to_owned()).collect()
    })
}

/// What came of a case and what should have.
fn outcome(case: &Value, state: &str) -> Option<(Value, Value)> {
    let is_escaped = case["doubleEscaped"] == true;
    let unescape = |text: &str| if is_escaped { unescaped(text) } else { Some(text.to_owned()) };
    let input = unescape(case["input"].as_str().unwrap()).filter(|input| !input.contains(MARK))?;
    let expected = case["output"].as_array().unwrap().iter();
    let expected: Option<Vec<Value>> = expected.map(|token| every_text(token, &unescape)).collect();
    let last = case["lastStartTag"].as_str().unwrap_or_default();
    Some((Value::Array(tokens(&input, state, last)), Value::Array(expected?)))
}

/// `\uXXXX` read once more; nothing if that is no letter.
fn unescaped(text: &str) -> Option<String> {
    let mut pieces = text.split("\\u");
    let mut units: Vec<u16> = pieces.next()?.encode_utf16().collect();
    for piece in pieces {
        units.push(u16::from_str_radix(piece.get(..4)?, 16).ok()?);
        units.extend(piece[4..].encode_utf16());
    }
    String::from_utf16(&units).ok()
}

fn every_text(value: &Value, change: &impl Fn(&str) -> Option<String>) -> Option<Value> {
    Some(match value {
        Value::String(text) => Value::String(change(text)?),
        Value::Array(list) => list.iter().map(|item| every_text(item, change)).collect::<Option<_>>()?,
        Value::Object(map) => {
            let changed = |(key, item): (&String, &Value)| Some((change(key)?, every_text(item, change)?));
            Value::Object(map.iter().map(changed).collect::<Option<_>>()?)
        }
        other => other.clone(),
    })
}

/// The tokens of a text in the notation of the tests.
fn tokens(input: &str, state: &str, last: &str) -> Vec<Value> {
    let mut tokenizer = Tokenizer::new(input, &Limits::none());
    let mut tokens = Tokens::default();
    match state {
        "Data state" => {}
        "CDATA section state" => tokens.text(&mut tokenizer, Tokenizer::cdata_section),
        "PLAINTEXT state" => tokens.text(&mut tokenizer, Tokenizer::plaintext),
        "RCDATA state" => tokens.text(&mut tokenizer, |t| t.raw_text(RawText::References, last)),
        "RAWTEXT state" => tokens.text(&mut tokenizer, |t| t.raw_text(RawText::Plain, last)),
        "Script data state" => tokens.text(&mut tokenizer, |t| t.raw_text(RawText::Script, last)),
        other => panic!("the state {other} is not known"),
    }
    loop {
        let token = tokenizer.next(false);
        if !tokens.push(&tokenizer, token) {
            assert!(tokenizer.is_at_end());
            return tokens.list;
        }
    }
}

#[derive(Default)]
struct Tokens {
    list: Vec<Value>,
}

impl Tokens {
    fn text<'s>(&mut self, tokenizer: &mut Tokenizer<'s>, read: impl FnOnce(&mut Tokenizer<'s>) -> Run) {
        let run = read(tokenizer);
        self.push(tokenizer, Token::Text(run));
    }

    fn push(&mut self, tokenizer: &Tokenizer<'_>, token: Token) -> bool {
        let text = |span| tokenizer.texts.get(span);
        self.list.push(match token {
            Token::Start(tag) => start(tokenizer, tag),
            Token::End(tag) => json!(["EndTag", name(tokenizer, tag.name)]),
            Token::Comment(span, _) => json!(["Comment", text(span)]),
            Token::Doctype(_) => {
                let doctype = tokenizer.doctype;
                let [name, public, system] =
                    [doctype.name, doctype.public, doctype.system].map(|span| span.map(text));
                json!(["DOCTYPE", name, public, system, !doctype.forces_quirks])
            }
            Token::Text(run) if run.span.is_empty() => return true,
            Token::Text(run) => return self.push_text(text(run.span)),
            Token::EndOfPage => return false,
        });
        true
    }

    fn push_text(&mut self, text: &str) -> bool {
        match self.list.last_mut() {
            Some(last) if last[0] == "Character" => {
                last[1] = json!(format!("{}{text}", last[1].as_str().unwrap()));
            }
            _ => self.list.push(json!(["Character", text])),
        }
        true
    }
}

fn start(tokenizer: &Tokenizer<'_>, tag: Tag) -> Value {
    let attributes = tokenizer.attributes[tag.attributes as usize..].iter();
    let attributes: serde_json::Map<String, Value> =
        attributes.map(|one| (name(tokenizer, one.name()), json!(tokenizer.texts.get(one.value)))).collect();
    let mut token = vec![json!("StartTag"), json!(name(tokenizer, tag.name)), Value::Object(attributes)];
    if tag.is_self_closing {
        token.push(json!(true));
    }
    Value::Array(token)
}

fn name(tokenizer: &Tokenizer<'_>, name: Name) -> String {
    match KNOWN.get(name.index()) {
        Some(known) => (*known).to_owned(),
        None => tokenizer.texts.get(tokenizer.names.get(name)).to_owned(),
    }
}
