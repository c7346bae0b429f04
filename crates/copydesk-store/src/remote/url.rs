//! The URLs that can be read or written.
//!
//! A URL names a store and what is in it, and nothing that is secret: one with a user, a password or a
//! query is refused, and what is said of it leaves them out.

use std::fmt;

/// What stands in front of `://`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    S3,
    Gs,
    Az,
    Https,
    Http,
}

const SCHEMES: [(&str, Scheme); 5] = [
    ("s3", Scheme::S3),
    ("gs", Scheme::Gs),
    ("az", Scheme::Az),
    ("https", Scheme::Https),
    ("http", Scheme::Http),
];

impl Scheme {
    /// Is it a file on a web server, which cannot be listed or written?
    pub(crate) fn is_web(self) -> bool {
        matches!(self, Scheme::Https | Scheme::Http)
    }

    fn name(self) -> &'static str {
        SCHEMES.iter().find(|(_, scheme)| *scheme == self).map_or("", |(name, _)| name)
    }
}

/// A place in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) scheme: Scheme,
    /// The bucket, the container, or the server with its port.
    pub(crate) host: String,
    /// What follows, without the first `/`; a glob if it was written as one.
    pub(crate) path: String,
}

/// Does it begin like a URL?
pub fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
    })
}

impl Url {
    /// Reads a URL.
    ///
    /// # Errors
    /// What is wrong with it, without what may be secret in it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let shown = Shown { scheme, host, path };
        let known = SCHEMES.iter().find(|(name, _)| scheme.eq_ignore_ascii_case(name));
        let Some(&(_, scheme)) = known else {
            return Err(format!(
                "`{shown}` cannot be read: a URL begins with s3://, gs://, az://, https:// or http://"
            ));
        };
        if host.contains('@') {
            return Err(format!(
                "`{shown}` was written with a user in front of the host: credentials come from the environment"
            ));
        }
        if host.contains('?') || has_query(scheme, path) {
            return Err(format!(
                "`{shown}` was written with a query behind it: leave out what follows the `?`"
            ));
        }
        if host.is_empty() || host.contains(['*', '[', '{', '#']) || (scheme.is_web() && path.is_empty()) {
            return Err(format!("`{shown}` is no place: write `{}://NAME/PATH`", scheme.name()));
        }
        Ok(Url { scheme, host: host.to_owned(), path: path.to_owned() })
    }

    /// The store, without what is in it.
    pub(crate) fn root(&self) -> String {
        format!("{}://{}", self.scheme.name(), self.host)
    }
}

/// In a bucket, `?` is a letter of globs; what names a value behind it is a query all the same.
fn has_query(scheme: Scheme, path: &str) -> bool {
    match scheme.is_web() {
        true => path.contains(['?', '#']),
        false => path.split_once('?').is_some_and(|(_, query)| query.contains('=')),
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.root(), self.path)
    }
}

/// A URL as it can be shown: without user and query.
struct Shown<'t> {
    scheme: &'t str,
    host: &'t str,
    path: &'t str,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host.rsplit_once('@').map_or(self.host, |(_, host)| host);
        let (host, path) = match host.split_once('?') {
            Some((host, _)) => (host, ""),
            None if has_query(Scheme::S3, self.path) || has_query(Scheme::Https, self.path) => {
                (host, self.path.split(['?', '#']).next().unwrap_or_default())
            }
            None => (host, self.path),
        };
        write!(f, "{}://{host}/{path}", self.scheme)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Scheme, String, String) {
        let url = Url::parse(text).unwrap();
        assert_eq!(url.to_string(), text);
        (url.scheme, url.host, url.path)
    }

    #[test]
    fn a_url_names_a_store_and_a_path() {
        let of = |scheme, host: &str, path: &str| (scheme, host.to_owned(), path.to_owned());
        assert_eq!(parsed("s3://dumps/2024/a?.jsonl"), of(Scheme::S3, "dumps", "2024/a?.jsonl"));
        assert_eq!(parsed("gs://dumps/"), of(Scheme::Gs, "dumps", ""));
        assert_eq!(parsed("az://dumps/a b/*.gz"), of(Scheme::Az, "dumps", "a b/*.gz"));
        assert_eq!(parsed("https://host:8443/a.gz"), of(Scheme::Https, "host:8443", "a.gz"));
        assert_eq!(Url::parse("S3://dumps").unwrap().to_string(), "s3://dumps/");
        assert!(is_url("s3://x") && is_url("ftp://x") && !is_url("C:/x") && !is_url("a/b://c"));
    }

    #[test]
    fn what_may_be_secret_is_refused_and_not_shown() {
        let refused = |text: &str| {
            let error = Url::parse(text).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
            error
        };
        assert_eq!(
            refused("https://anna:hunter2@host/a.gz"),
            "`https://host/a.gz` was written with a user in front of the host: credentials come from the environment"
        );
        assert_eq!(
            refused("https://host/a.gz?token=hunter2"),
            "`https://host/a.gz` was written with a query behind it: leave out what follows the `?`"
        );
        refused("https://host/a.gz#hunter2");
        refused("s3://dumps/a.gz?X-Amz-Signature=hunter2");
        refused("s3://dumps?key=hunter2");
        refused("s3://key:hunter2@dumps/a.gz");
        refused("ftp://anna:hunter2@host/a?b=hunter2");
        assert_eq!(refused("s3:///a"), "`s3:///a` is no place: write `s3://NAME/PATH`");
        assert_eq!(refused("http://host/"), "`http://host/` is no place: write `http://NAME/PATH`");
    }
}
