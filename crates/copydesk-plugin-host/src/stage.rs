//! Stage `plugin`: where in the order of the stages the filters and transforms that were dropped in stand.

use copydesk_core::{Guest, Mistake, Options, PlanContext, StageKind, Step, nearest};
use serde::{Deserialize, Serialize};

/// The entry in the list of stages.
pub const PLUGIN: StageKind = StageKind {
    name: "plugin",
    summary: "lets plugins that were dropped in drop documents and change their text",
    manual: include_str!("../manual.md"),
    reasons: &[
        ("dropped", "is a document that a filter wants gone; the evidence says which, and why"),
        ("struck", "is a block that a transform strikes"),
        ("replaced", "is a block that a transform puts another in the place of: the one that follows"),
    ],
    schema: || schemars::schema_for!(PluginOptions),
    build,
};

/// The options of `[[stage]] use = "plugin"`.
#[derive(Debug, Clone, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct PluginOptions {
    /// Which filters and transforms see the document, in this order: `["contacts"]` for all that a plugin
    /// provides, `["contacts/mask"]` for one. Without names, all that were found, by their priority. What
    /// each is told stands in `[plugins.NAME]`.
    names: Vec<String>,
}

fn build(options: &Options<'_>, context: &PlanContext) -> Result<Step, Vec<Mistake>> {
    let PluginOptions { names } = options.read()?;
    let there = &context.guests;
    let unknown = names.iter().filter(|name| !there.iter().any(|guest| is_meant(guest.as_ref(), name)));
    let mistakes: Vec<_> = unknown.map(|name| options.wrong("names", unknown_guest(name, context))).collect();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    if names.is_empty() {
        return Ok(Step::Guests(there.clone()));
    }
    let meant =
        |name: &String| there.iter().filter(|guest| is_meant(guest.as_ref(), name)).cloned().collect();
    let lists: Vec<Vec<_>> = names.iter().map(meant).collect();
    Ok(Step::Guests(lists.concat()))
}

/// `contacts` is all of `contacts/mask` and `contacts/lists`.
fn is_meant(guest: &dyn Guest, name: &str) -> bool {
    guest.name() == name || guest.name().strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
}

fn unknown_guest(name: &str, context: &PlanContext) -> String {
    let there: Vec<_> = context.guests.iter().map(|guest| guest.name()).collect();
    let plugins = there.iter().filter_map(|guest| Some(guest.split_once('/')?.0));
    let hint = match nearest(name, plugins.chain(there.iter().copied())) {
        Some(near) => format!("did you mean `{near}`?"),
        None if there.is_empty() => "none was found: `[plugins] dirs` names the folders".to_owned(),
        None => format!("there are {}", there.join(", ")),
    };
    format!("has `{name}`, which is no filter and no transform; {hint}")
}
