//! What went wrong in a store, in words of our own.
//!
//! A server's answer may repeat the key that it was asked with, so nothing of it is passed on but its
//! number. Trouble with one object is told apart from trouble with the way to the store: the first is
//! for the object's record, the second ends the run.

use std::error::Error as _;
use std::io;

use object_store::Error;
use object_store::client::{HttpError, HttpErrorKind};

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) kind: io::ErrorKind,
    pub(crate) text: String,
    /// The store cannot be reached, or is out of order: nothing else in it can be read either.
    pub(crate) is_lost: bool,
}

impl Trouble {
    fn with_object(kind: io::ErrorKind, text: &str) -> Self {
        Trouble { kind, text: text.to_owned(), is_lost: false }
    }

    fn with_store(kind: io::ErrorKind, text: String) -> Self {
        Trouble { kind, text, is_lost: true }
    }
}

impl From<Trouble> for io::Error {
    fn from(trouble: Trouble) -> Self {
        io::Error::new(trouble.kind, trouble.text)
    }
}

/// Says what an error means.
pub(crate) fn trouble(error: &Error) -> Trouble {
    use io::ErrorKind::{AlreadyExists, InvalidInput, ResourceBusy, Unsupported};
    match error {
        Error::NotFound { .. } => no_object(),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => refused(),
        Error::AlreadyExists { .. } => Trouble::with_object(AlreadyExists, "this object exists already"),
        Error::Precondition { .. } | Error::NotModified { .. } => {
            Trouble::with_object(ResourceBusy, "somebody else has changed this object")
        }
        Error::NotSupported { .. } | Error::NotImplemented { .. } => {
            Trouble::with_object(Unsupported, "the store cannot do this")
        }
        Error::InvalidPath { .. } => {
            Trouble::with_object(InvalidInput, "a name in the store has an empty part, or `.` or `..`")
        }
        other => generic(other),
    }
}

fn refused() -> Trouble {
    Trouble::with_object(
        io::ErrorKind::PermissionDenied,
        "the store refuses access: the credentials in the environment are wrong, or may not do this",
    )
}

fn no_object() -> Trouble {
    Trouble::with_object(io::ErrorKind::NotFound, "there is no such object, or no such bucket")
}

/// What the layers below say: a number from the server, or a connection that failed.
fn generic(error: &Error) -> Trouble {
    if let Some(status) = status(error) {
        return answer(status);
    }
    let system = deepest(error).map(|error| format!(": {error}")).unwrap_or_default();
    match http_kind(error) {
        Some(HttpErrorKind::Timeout) => {
            Trouble::with_store(io::ErrorKind::TimedOut, "the server does not answer in time".to_owned())
        }
        Some(_) => {
            Trouble::with_store(io::ErrorKind::NotConnected, format!("the server cannot be reached{system}"))
        }
        // in doubt it is not the object's fault
        None => Trouble::with_store(
            io::ErrorKind::Other,
            "it cannot be used: the settings in the environment do not fit together, or the answer makes no sense"
                .to_owned(),
        ),
    }
}

/// What a number from the server means. The crate tells apart only some, and not for every request.
fn answer(status: u16) -> Trouble {
    match status {
        401 | 403 => refused(),
        404 => no_object(),
        _ => {
            let text = format!("the server answers with the error {status}");
            let is_lost = status >= 500 || status == 429 || status == 408;
            Trouble { kind: io::ErrorKind::Other, text, is_lost }
        }
    }
}

type Cause<'e> = &'e (dyn std::error::Error + 'static);

fn chain(error: &Error) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error as Cause<'_>), |&error| error.source())
}

fn http_kind(error: &Error) -> Option<HttpErrorKind> {
    chain(error).find_map(|error| error.downcast_ref::<HttpError>()).map(HttpError::kind)
}

/// What the system says, if the trouble began there.
fn deepest(error: &Error) -> Option<String> {
    let system = |error: Cause<'_>| {
        error
            .downcast_ref::<io::Error>()
            .filter(|error| error.raw_os_error().is_some())
            .map(ToString::to_string)
    };
    chain(error).filter_map(system).last()
}

/// The number with which the server answered. The crate keeps it to itself, but says it.
fn status(error: &Error) -> Option<u16> {
    let said = error.source()?.to_string();
    let (_, behind) = said.split_once("non-2xx status code: ")?;
    behind.get(..3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Said(&'static str);

    impl std::fmt::Display for Said {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl std::error::Error for Said {}

    fn generic(text: &'static str) -> Trouble {
        trouble(&Error::Generic { store: "S3", source: Box::new(Said(text)) })
    }

    #[test]
    fn only_the_number_of_an_answer_is_passed_on() {
        let answer = generic(
            "Server returned non-2xx status code: 400 Bad Request: <AWSAccessKeyId>hunter2</AWSAccessKeyId>",
        );
        assert_eq!((answer.text.as_str(), answer.is_lost), ("the server answers with the error 400", false));
        assert!(generic("Server returned non-2xx status code: 503 Slow Down: ").is_lost);
        assert_eq!(
            generic("Server returned non-2xx status code: 403 Forbidden: <Key>hunter2</Key>"),
            refused()
        );
        assert!(!generic("hunter2").text.contains("hunter2"));
    }

    #[test]
    fn a_connection_that_fails_is_no_fault_of_the_object() {
        let refused = io::Error::from_raw_os_error(111);
        let source = Box::new(HttpError::new(HttpErrorKind::Connect, refused));
        let trouble = trouble(&Error::Generic { store: "S3", source });
        assert!(trouble.is_lost);
        assert!(trouble.text.starts_with("the server cannot be reached: "), "{}", trouble.text);
    }
}
