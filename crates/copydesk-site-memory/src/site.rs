//! Which site a document is a page of.
//!
//! What the record says of itself, if the user names a field of it; else the host in its URL; else
//! the folder that its file lies in: dumps without URLs often have one for each site. Hosts are taken
//! as they are, but for `www.`: a site on hosts of its own has furniture of its own, and costs pages,
//! not articles, where it has not.

use std::borrow::Cow;

use copydesk_core::Document;
use serde::{Deserialize, Serialize};

/// What makes pages one site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Site {
    /// The host of the URL.
    #[default]
    Host,
    /// The folder of the file.
    Folder,
}

/// The name of the site, for people and to compare.
pub(crate) fn name<'d>(document: &'d Document, site: Site, field: Option<&str>) -> Cow<'d, str> {
    let host = || document.url.as_deref().filter(|_| site == Site::Host).and_then(host);
    field
        .and_then(|field| member(&document.metadata, field))
        .map(Cow::Owned)
        .or_else(host)
        .unwrap_or_else(|| Cow::Borrowed(folder(&document.source.file)))
}

/// A member of the record's metadata that is a string.
fn member(metadata: &str, field: &str) -> Option<String> {
    let members: serde_json::Value = serde_json::from_str(&format!("{{{metadata}}}")).ok()?;
    Some(members.get(field)?.as_str()?.to_owned()).filter(|name| !name.is_empty())
}

/// The host in a URL, in lower case and without `www.`; a URL can come without its scheme.
fn host(url: &str) -> Option<Cow<'_, str>> {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = behind_scheme.split(['/', '?', '#', '\\']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = authority.split(':').next()?.trim_end_matches('.');
    let host = match host.get(..4) {
        Some(start) if start.eq_ignore_ascii_case("www.") => &host[4..],
        _ => host,
    };
    let is_host = host.contains('.') && !host.contains(char::is_whitespace);
    let is_lower = !host.bytes().any(|byte| byte.is_ascii_uppercase());
    is_host.then(|| if is_lower { Cow::Borrowed(host) } else { Cow::Owned(host.to_ascii_lowercase()) })
}

fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_taken_out_of_urls() {
        let host = |url| host(url).map(Cow::into_owned);
        assert_eq!(host("https://www.Courier.example:8080/a?b").as_deref(), Some("courier.example"));
        assert_eq!(host("http://user:key@news.courier.example./").as_deref(), Some("news.courier.example"));
        assert_eq!(host("courier.example/2016/a.html").as_deref(), Some("courier.example"));
        assert_eq!(host("at/Courier"), None);
        assert_eq!(host("not a url."), None);
        assert_eq!(host(""), None);
    }

    #[test]
    fn without_a_url_the_folder_is_the_site() {
        let mut document = Document::default();
        document.source.file = "dumps/courier/001.txt".into();
        assert_eq!(name(&document, Site::Host, None), "dumps/courier");
        document.url = Some("https://courier.example/a".into());
        assert_eq!(name(&document, Site::Host, None), "courier.example");
        assert_eq!(name(&document, Site::Folder, None), "dumps/courier");
    }

    #[test]
    fn the_record_can_name_its_site() {
        let document = Document { metadata: r#""n":1,"paper":"The Courier""#.into(), ..Document::default() };
        assert_eq!(name(&document, Site::Host, Some("paper")), "The Courier");
        assert_eq!(name(&document, Site::Host, Some("n")), "");
    }
}
