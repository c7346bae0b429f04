//! Configs: each mistake points into the text and can be shown, and a config without mistakes is a
//! plan.

use copydesk::{Config, ConfigError, Plan, PlanContext, STAGES};
use copydesk_core::Mistake;
use copydesk_read::InputOptions;

/// Checks bytes as a config. Plugins are not looked for: they lie where a config says, and are code.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (config, mut mistakes) = Config::parse(text);
    mistakes.extend(config.input.read::<InputOptions>().err().unwrap_or_default());
    match Plan::new(&config, STAGES, &PlanContext::default()) {
        Ok(plan) => assert!(plan.stage_names().count() <= config.stages.len()),
        Err(more) => {
            assert!(!more.is_empty(), "a config that is refused has a mistake in it");
            mistakes.extend(more);
        }
    }
    mistakes.iter().for_each(|mistake| can_be_shown(mistake, text));
    if !mistakes.is_empty() {
        every_mistake_has_its_line(mistakes, text);
    }
}

fn can_be_shown(mistake: &Mistake, text: &str) {
    assert!(
        mistake.span.start <= mistake.span.end && mistake.span.end <= text.len(),
        "{mistake:?} is outside"
    );
    assert!(!mistake.message.is_empty() && !mistake.message.contains('\n'), "{mistake:?} is not one line");
}

/// `name:line:column: message`, for each of them.
pub(crate) fn every_mistake_has_its_line(mistakes: Vec<Mistake>, text: &str) {
    let count = mistakes.len();
    shown(&ConfigError::new("name", text, mistakes), text, count);
}

/// An error is shown with a place in the text for each mistake.
pub(crate) fn shown(error: &ConfigError, text: &str, count: usize) {
    let lines = text.matches('\n').count() + 1;
    let shown = error.to_string();
    let places = shown.split('\n').filter_map(|line| line.strip_prefix("name:")).filter_map(|place| {
        let (line, rest) = place.split_once(':')?;
        let (column, _) = rest.split_once(": ")?;
        Some((line.parse::<usize>().ok()?, column.parse::<usize>().ok()?))
    });
    let places: Vec<_> = places.collect();
    assert!(places.len() >= count, "{count} mistakes are shown as: {shown}");
    assert!(places.iter().all(|&(line, column)| (1..=lines).contains(&line) && column >= 1), "{shown}");
}
