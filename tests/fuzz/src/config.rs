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
    mistakes.iter().for_each(|mistake| points_into(mistake, text));
    if !mistakes.is_empty() {
        can_be_shown(&ConfigError::new("name", text, mistakes), text);
    }
}

fn points_into(mistake: &Mistake, text: &str) {
    let Mistake { span, message } = mistake;
    assert!(span.start <= span.end && span.end <= text.len(), "{mistake:?} is outside");
    assert!(!message.is_empty());
}

/// Each mistake of an error is shown with a place in the text, its line and a caret, and nothing in
/// that steers a terminal.
pub(crate) fn can_be_shown(error: &ConfigError, text: &str) {
    let shown = error.to_string();
    let steers = |letter: char| letter.is_control() && !"\n\t".contains(letter);
    assert!(!shown.contains(steers), "{shown:?}");
    let lines: Vec<_> = shown.split('\n').collect();
    assert_eq!(lines.len(), 3 * error.mistakes().len(), "{shown}");
    for place in lines.iter().step_by(3) {
        let numbers: Vec<usize> =
            place.split(':').skip(1).map_while(|number| number.parse().ok()).take(2).collect();
        let [line, column] = numbers[..] else { panic!("no place in {place}") };
        let line = text.split('\n').nth(line - 1).expect("the line is in the text");
        assert!(column <= line.chars().count() + 1, "{place} is not in {line:?}");
    }
}
