//! What the user wrote.
//!
//! A [`Config`] is the parsed TOML with every table in its place: `[input]`, `[[stage]]`,
//! `[plugins]`, `[output]`. It does not know what the tables mean; their owners read them as
//! [`Options`].

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::options::list;
use crate::{Mistake, Options, nearest};

/// What the user wrote: the tables of one config.
pub struct Config<'a> {
    /// Where documents come from; read by the crate that reads.
    pub input: Options<'a>,
    /// The stages, in the order in which documents pass through them.
    pub stages: Vec<StageEntry<'a>>,
    /// Where plugins lie and what they are told.
    pub plugins: Options<'a>,
    /// Where the output goes.
    pub output: Options<'a>,
}

/// One `[[stage]]`.
pub struct StageEntry<'a> {
    /// The value of `use`.
    pub name: String,
    /// Where that value stands.
    pub span: Range<usize>,
    /// Everything but `use`.
    pub options: Options<'a>,
}

const TABLES: [&str; 4] = ["input", "stage", "plugins", "output"];

impl<'a> Config<'a> {
    /// Parses a config. It comes back even when there are mistakes in it, so that the mistakes
    /// that only the stages can see are reported together with these.
    pub fn parse(text: &'a str) -> (Self, Vec<Mistake>) {
        let (document, errors) = DeTable::parse_recoverable(text);
        let mut mistakes: Vec<Mistake> = errors.iter().map(syntax_mistake).collect();
        let mut table = document.into_inner();
        let mut section = |name: &str, mistakes: &mut Vec<Mistake>| match table.remove(name) {
            None => Options::empty(format!("`[{name}]`")),
            Some(value) => as_table(value, format!("`[{name}]`"), &format!("`[{name}]`"), mistakes),
        };
        let input = section("input", &mut mistakes);
        let plugins = section("plugins", &mut mistakes);
        let output = section("output", &mut mistakes);
        let stages = stage_entries(table.remove("stage"), &mut mistakes);
        mistakes.extend(table.keys().map(unknown_table));
        (Config { input, stages, plugins, output }, mistakes)
    }
}

fn syntax_mistake(error: &toml::de::Error) -> Mistake {
    let message = error.message().trim().replace('\n', ", ");
    Mistake::new(error.span().unwrap_or(0..0), format!("this is not TOML: {message}"))
}

fn as_table<'a>(
    value: Spanned<DeValue<'a>>,
    owner: String,
    form: &str,
    mistakes: &mut Vec<Mistake>,
) -> Options<'a> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Table(table) => Options::new(owner, table, span),
        other => {
            mistakes.push(Mistake::new(
                span,
                format!("this is the table {form}, not {}", with_article(other.type_str())),
            ));
            Options::empty(owner)
        }
    }
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

fn stage_entries<'a>(
    value: Option<Spanned<DeValue<'a>>>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<StageEntry<'a>> {
    let Some(value) = value else { return Vec::new() };
    let span = value.span();
    match value.into_inner() {
        DeValue::Array(items) => items.into_iter().filter_map(|item| stage_entry(item, mistakes)).collect(),
        _ => {
            mistakes.push(Mistake::new(span, "stages are a list: write `[[stage]]`, with two brackets"));
            Vec::new()
        }
    }
}

fn stage_entry<'a>(item: Spanned<DeValue<'a>>, mistakes: &mut Vec<Mistake>) -> Option<StageEntry<'a>> {
    let span = item.span();
    let DeValue::Table(mut table) = item.into_inner() else {
        mistakes.push(Mistake::new(span, "a stage is a table: `[[stage]]` and below it `use = \"...\"`"));
        return None;
    };
    let Some(name) = table.remove("use") else {
        mistakes.push(Mistake::new(span, "this stage does not say what it is: add `use = \"...\"`"));
        return None;
    };
    let place = name.span();
    let Some(name) = name.get_ref().as_str().map(str::to_owned) else {
        mistakes.push(Mistake::new(place, "`use` takes the name of a stage in quotes"));
        return None;
    };
    let options = Options::new(format!("the stage `{name}`"), table, span);
    Some(StageEntry { name, span: place, options })
}

fn unknown_table(key: &Spanned<toml::de::DeString<'_>>) -> Mistake {
    let name = key.get_ref().as_ref();
    let message = match nearest(name, TABLES) {
        Some(near) => format!("a config has no table `{name}`; did you mean `{near}`?"),
        None => format!("a config has no table `{name}`; it has {}", list(TABLES)),
    };
    Mistake::new(key.span(), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<(String, String)> {
        let (_, mistakes) = Config::parse(text);
        mistakes.into_iter().map(|mistake| (text[mistake.span].to_owned(), mistake.message)).collect()
    }

    #[test]
    fn stages_keep_their_order_and_their_options() {
        let (config, mistakes) = Config::parse("[[stage]]\nuse = \"b\"\nn = 1\n[[stage]]\nuse = \"a\"\n");
        assert!(mistakes.is_empty());
        let stages: Vec<_> =
            config.stages.iter().map(|stage| (stage.name.as_str(), stage.options.keys().count())).collect();
        assert_eq!(stages, [("b", 1), ("a", 0)]);
    }

    #[test]
    fn a_misspelt_table_is_named() {
        let found = mistakes("[inputs]\n");
        assert_eq!(
            found,
            [("inputs".into(), "a config has no table `inputs`; did you mean `input`?".into())]
        );
    }

    #[test]
    fn a_stage_with_one_bracket_is_explained() {
        assert_eq!(
            mistakes("[stage]\nuse = \"a\"\n")[0].1,
            "stages are a list: write `[[stage]]`, with two brackets"
        );
    }

    #[test]
    fn broken_syntax_does_not_hide_what_else_is_wrong() {
        let found = mistakes("[input]\npaths = [\"a\"\n\n[outptu]\n");
        assert!(found.len() >= 2, "{found:?}");
        assert!(found.iter().any(|(_, message)| message.starts_with("this is not TOML")));
    }
}
