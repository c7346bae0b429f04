//! The stages that ship, in the order in which an article usually meets them. A new stage is one
//! line here.

use copydesk_core::StageKind;

/// Every stage that a config can name.
pub const STAGES: &[StageKind] = &[
    copydesk_extract::EXTRACT,
    copydesk_boilerplate::BOILERPLATE,
    copydesk_headline::HEADLINE,
    copydesk_site_memory::SITE_MEMORY,
    copydesk_dedup::DEDUP,
    copydesk_plugin_host::PLUGIN,
    copydesk_export::EXPORT,
];

/// The stage of that name.
pub fn find(name: &str) -> Option<&'static StageKind> {
    STAGES.iter().find(|kind| kind.name == name)
}
