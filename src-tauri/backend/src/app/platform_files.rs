//! The platforms that admins saved, as the catalog reads them: out of the database, and opened.

use std::sync::Arc;

use futures::future::BoxFuture;

use crate::catalog::SharedFiles;
use crate::platforms::SharedFile;
use crate::seal::SealKey;
use crate::store::Store;
use crate::store::platform_files::{SealedText, text_place};

/// The saved platforms of the database.
#[derive(Debug)]
pub struct SavedInStore {
    /// The database.
    pub store: Store,
    /// Opens them.
    pub seal: Arc<SealKey>,
}

impl SavedInStore {
    /// One that cannot be opened is refused like a file that cannot be read; the others stay in use.
    fn opened(&self, SealedText { name, sealed }: SealedText) -> SharedFile {
        let text = self.seal.open_text(&text_place(&name), &sealed);
        let text = text.map(|text| text.to_string()).map_err(|error| format!("cannot be opened: {error}"));
        SharedFile { name, text }
    }
}

impl SharedFiles for SavedInStore {
    fn mark(&self) -> BoxFuture<'_, anyhow::Result<String>> {
        Box::pin(async { Ok(self.store.platform_files_mark().await?) })
    }

    fn files(&self) -> BoxFuture<'_, anyhow::Result<Vec<SharedFile>>> {
        Box::pin(async {
            let sealed = self.store.platform_texts().await?;
            Ok(sealed.into_iter().map(|text| self.opened(text)).collect())
        })
    }
}
