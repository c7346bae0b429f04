//! Talking to a store.
//!
//! A [`Store`] is a bucket, a container or a web server. Everything runs on one small runtime with one
//! thread, on which the threads that do the work wait. A request that fails is tried again for half a
//! minute; then the store counts as lost, and who finds a record damaged can ask whether that is why.

use std::env;
use std::fmt;
use std::future::Future;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientConfigKey, GetOptions, GetResult, ObjectMeta, ObjectStore, PutMode, PutPayload,
    PutResult, RetryConfig,
};
use tokio::runtime::{Builder, Runtime};

use super::trouble::{Trouble, trouble};
use super::url::{Scheme, Url};
use crate::error::at;

/// A connection that carries no byte for so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A store that can be talked to.
pub(crate) struct Store {
    /// `s3://bucket`
    root: String,
    inner: Arc<dyn ObjectStore>,
    /// None if it only lists whole folders.
    listing: Option<Arc<dyn PaginatedListStore>>,
    /// Why it can no longer be reached.
    lost: OnceLock<String>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // nothing below it: the credentials are there
        f.debug_tuple("Store").field(&self.root).finish()
    }
}

impl Store {
    /// Opens the store of a URL, with what the environment says. Nothing is sent yet.
    ///
    /// # Errors
    /// When the environment lacks credentials.
    pub(crate) fn open(url: &Url) -> Result<Arc<Self>, String> {
        check_environment(url)?;
        let (inner, listing) = connect(url)
            .map_err(|error| format!("`{url}` cannot be opened: {}", explain_setting(url.scheme, &error)))?;
        Ok(Arc::new(Store { root: url.root(), inner, listing, lost: OnceLock::new() }))
    }

    /// `s3://bucket`
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// The URL of an object.
    pub(crate) fn url(&self, key: &str) -> String {
        format!("{}/{key}", self.root)
    }

    /// Why the store can no longer be reached.
    pub(crate) fn lost(&self) -> Option<io::Error> {
        let why = self.lost.get()?;
        Some(io::Error::new(io::ErrorKind::NotConnected, format!("{}: {why}", self.root)))
    }

    /// What an error means; remembers that the store is lost, if it does.
    pub(crate) fn trouble(&self, error: &object_store::Error) -> Trouble {
        let trouble = trouble(error);
        if trouble.is_lost {
            let _ = self.lost.set(trouble.text.clone());
        }
        trouble
    }

    /// An error that names the object.
    pub(crate) fn error(&self, key: &str, error: &object_store::Error) -> io::Error {
        at(self.url(key).as_ref())(self.trouble(error).into())
    }

    /// Size and version of an object, if it is there.
    pub(crate) fn head(&self, key: &str) -> Result<Option<ObjectMeta>, Trouble> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        match self.wait(self.get(key, options)) {
            Ok(result) => Ok(Some(result.meta)),
            Err(error) => match self.trouble(&error) {
                trouble if trouble.kind == io::ErrorKind::NotFound => Ok(None),
                trouble => Err(trouble),
            },
        }
    }

    pub(crate) async fn get(&self, key: &str, options: GetOptions) -> object_store::Result<GetResult> {
        self.inner.get_opts(&Path::parse(key)?, options).await
    }

    pub(crate) async fn put(
        &self,
        key: &str,
        bytes: PutPayload,
        mode: PutMode,
    ) -> object_store::Result<PutResult> {
        self.inner.put_opts(&Path::parse(key)?, bytes, mode.into()).await
    }

    pub(crate) fn inner(&self) -> &Arc<dyn ObjectStore> {
        &self.inner
    }

    /// Shows all objects whose names begin like this to `each`, in no order, until it wants no more.
    pub(crate) fn list(
        &self,
        prefix: &str,
        mut each: impl FnMut(ObjectMeta) -> bool,
    ) -> object_store::Result<()> {
        let Some(listing) = &self.listing else { return self.list_all(prefix, each) };
        let mut page_token = None;
        loop {
            let options = PaginatedListOptions { page_token, ..PaginatedListOptions::default() };
            let prefix = Some(prefix).filter(|prefix| !prefix.is_empty());
            let page = self.wait(listing.list_paginated(prefix, options))?;
            if !page.result.objects.into_iter().all(&mut each) || page.page_token.is_none() {
                return Ok(());
            }
            page_token = page.page_token;
        }
    }

    /// For a store that only lists whole folders.
    fn list_all(&self, prefix: &str, each: impl FnMut(ObjectMeta) -> bool) -> object_store::Result<()> {
        let objects: Vec<_> = self.wait(self.inner.list(None).try_collect())?;
        let mut begin_so = objects.into_iter().filter(|meta| meta.location.as_ref().starts_with(prefix));
        begin_so.all(each);
        Ok(())
    }

    /// Deletes objects. One that is not there is no error.
    pub(crate) fn delete(&self, keys: Vec<String>) -> io::Result<()> {
        let paths = keys.into_iter().map(|key| Path::parse(key).map_err(object_store::Error::from));
        let paths = futures_util::stream::iter(paths.collect::<Vec<_>>());
        let deleted = self.inner.delete_stream(Box::pin(paths)).try_for_each(|_| async { Ok(()) });
        match self.wait(deleted) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.error("", &error)),
        }
    }

    /// Waits for an answer.
    pub(crate) fn wait<T>(
        &self,
        answer: impl Future<Output = object_store::Result<T>>,
    ) -> object_store::Result<T> {
        runtime().map_err(no_runtime)?.block_on(answer)
    }
}

/// The one runtime, made when it is first needed.
pub(crate) fn runtime() -> io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Result<Runtime, io::ErrorKind>> = OnceLock::new();
    let made = RUNTIME.get_or_init(|| {
        let runtime =
            Builder::new_multi_thread().worker_threads(1).thread_name("stores").enable_all().build();
        runtime.map_err(|error| error.kind())
    });
    made.as_ref().map_err(|&kind| kind.into())
}

fn no_runtime(error: io::Error) -> object_store::Error {
    object_store::Error::Generic { store: "runtime", source: Box::new(error) }
}

type Connection = (Arc<dyn ObjectStore>, Option<Arc<dyn PaginatedListStore>>);

fn connect(url: &Url) -> object_store::Result<Connection> {
    let retry = RetryConfig {
        backoff: BackoffConfig { max_backoff: Duration::from_secs(8), ..BackoffConfig::default() },
        max_retries: 8,
        retry_timeout: 2 * PATIENCE,
    };
    fn listed<S: ObjectStore + PaginatedListStore>(store: S) -> Connection {
        let store = Arc::new(store);
        (Arc::clone(&store) as _, Some(store as _))
    }
    let name = url.host.as_str();
    Ok(match url.scheme {
        Scheme::S3 => listed(AmazonS3Builder::from_env().with_bucket_name(name).with_retry(retry).build()?),
        Scheme::Gs => {
            listed(GoogleCloudStorageBuilder::from_env().with_bucket_name(name).with_retry(retry).build()?)
        }
        Scheme::Az => {
            listed(MicrosoftAzureBuilder::from_env().with_container_name(name).with_retry(retry).build()?)
        }
        Scheme::Https | Scheme::Http => {
            let allow_http = (url.scheme == Scheme::Http).to_string();
            let http = HttpBuilder::new()
                .with_url(url.root())
                .with_config(ClientConfigKey::AllowHttp, allow_http)
                .with_retry(retry)
                .build()?;
            (Arc::new(http), None)
        }
    })
}

/// The variables of which one has to be set, so that nobody waits for a machine in a cloud that is not
/// there; and what to say if none is.
fn wanted(scheme: Scheme) -> (&'static [&'static str], &'static str) {
    match scheme {
        Scheme::S3 => (
            &[
                "AWS_ACCESS_KEY_ID",
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "AWS_METADATA_ENDPOINT",
                "AWS_SKIP_SIGNATURE",
            ],
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SKIP_SIGNATURE=true for a public bucket",
        ),
        Scheme::Gs => (
            &[
                "GOOGLE_SERVICE_ACCOUNT",
                "GOOGLE_SERVICE_ACCOUNT_PATH",
                "GOOGLE_SERVICE_ACCOUNT_KEY",
                "GOOGLE_APPLICATION_CREDENTIALS",
                "GOOGLE_BEARER_TOKEN",
                "GOOGLE_SKIP_SIGNATURE",
            ],
            "set GOOGLE_APPLICATION_CREDENTIALS to the file of a key, or GOOGLE_SKIP_SIGNATURE=true for a public bucket",
        ),
        Scheme::Az => (
            &["AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_USE_EMULATOR"],
            "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
        ),
        Scheme::Https | Scheme::Http => (&[], ""),
    }
}

fn check_environment(url: &Url) -> Result<(), String> {
    let (variables, advice) = wanted(url.scheme);
    let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if variables.is_empty() || variables.iter().any(is_set) {
        return Ok(());
    }
    Err(format!("`{url}` cannot be opened: there are no credentials in the environment; {advice}"))
}

/// Settings that do not fit together; what the crate says may repeat their values.
fn explain_setting(scheme: Scheme, _: &object_store::Error) -> String {
    format!("the settings in the environment do not fit together; {}", wanted(scheme).1)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use object_store::memory::InMemory;

    /// A store in memory.
    pub(crate) fn memory() -> Arc<Store> {
        let inner = Arc::new(InMemory::new());
        let (root, lost) = ("memory://test".to_owned(), OnceLock::new());
        Arc::new(Store { root, listing: None, inner, lost })
    }

    #[test]
    fn missing_credentials_are_told_before_anything_is_sent() {
        // the variables of the other clouds are not set where tests run
        for (url, variable) in [
            ("gs://dumps/a", "GOOGLE_APPLICATION_CREDENTIALS"),
            ("az://dumps/a", "AZURE_STORAGE_ACCOUNT_NAME"),
        ] {
            let error = Store::open(&Url::parse(url).unwrap()).unwrap_err();
            let begin = format!(
                "`{url}` cannot be opened: there are no credentials in the environment; set {variable}"
            );
            assert!(error.starts_with(&begin), "{error}");
        }
    }
}
