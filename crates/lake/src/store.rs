//! An object store on a local folder that keeps its word.
//!
//! `object_store`'s local store links a new file without syncing it: after a power cut a Delta log entry
//! may be there and empty. This one writes, syncs, names and syncs the folder (see [`disk`]).

use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use disk::{Disk, NewFile, Taken};
use futures::FutureExt as _;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

/// The local file system with durable writes; paths are absolute.
#[derive(Debug)]
pub struct DurableStore {
    files: LocalFileSystem,
    disk: Disk,
}

impl DurableStore {
    /// A store that writes through `disk`.
    pub fn new(disk: Disk) -> Self {
        Self { files: LocalFileSystem::new(), disk }
    }

    fn path(&self, location: &Path) -> Result<PathBuf> {
        self.files.path_to_filesystem(location)
    }
}

impl fmt::Display for DurableStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("durable local folder")
    }
}

fn store_error(path: &std::path::Path, source: std::io::Error) -> Error {
    let path = path.display().to_string();
    match source.kind() {
        std::io::ErrorKind::AlreadyExists => Error::AlreadyExists { path, source: source.into() },
        _ => Error::Generic { store: "durable local folder", source: source.into() },
    }
}

fn put(disk: &Disk, path: &std::path::Path, payload: &PutPayload, taken: Taken) -> std::io::Result<()> {
    let mut file = disk.create(path)?;
    payload.iter().try_for_each(|bytes| file.write_all(bytes))?;
    file.publish(taken)
}

#[async_trait]
impl ObjectStore for DurableStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let taken = match options.mode {
            PutMode::Create => Taken::Refuse,
            PutMode::Overwrite => Taken::Replace,
            PutMode::Update(_) => {
                let (operation, implementer) = ("put with PutMode::Update".into(), self.to_string());
                return Err(Error::NotImplemented { operation, implementer });
            }
        };
        let path = self.path(location)?;
        put(&self.disk, &path, &payload, taken).map_err(|e| store_error(&path, e))?;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn put_multipart_opts(&self, location: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let path = self.path(location)?;
        let file = self.disk.create(&path).map_err(|e| store_error(&path, e))?;
        Ok(Box::new(Upload { file: Some(file) }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.files.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.files.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.files.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.files.copy_opts(from, to, options).await?;
        let path = self.path(to)?;
        self.disk.sync(&path).map_err(|e| store_error(&path, e))
    }
}

/// Parts written one after the other into a file in the making.
#[derive(Debug)]
struct Upload {
    file: Option<NewFile>,
}

impl Upload {
    fn gone() -> Error {
        Error::Generic { store: "durable local folder", source: "the upload has ended".into() }
    }
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let written = match &mut self.file {
            Some(file) => {
                let path = file.path().to_owned();
                data.iter().try_for_each(|bytes| file.write_all(bytes)).map_err(|e| store_error(&path, e))
            }
            None => Err(Self::gone()),
        };
        futures::future::ready(written).boxed()
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let mut file = self.file.take().ok_or_else(Self::gone)?;
        let path = file.path().to_owned();
        file.publish(Taken::Replace).map_err(|e| store_error(&path, e))?;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn abort(&mut self) -> Result<()> {
        self.file = None;
        Ok(())
    }
}

/// The store as the Delta library takes it.
pub(crate) fn durable(disk: &Disk) -> Arc<dyn ObjectStore> {
    Arc::new(DurableStore::new(disk.clone()))
}
