//! How many connections may be open to one origin.
//!
//! A connection holds its slot until it is closed, also while it is idle: it is
//! the service's sockets and this machine's that are bounded, not requests.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::policy::origin::Origin;

/// The slots of all origins.
pub(super) struct Slots {
    each: usize,
    origins: Mutex<HashMap<Origin, Arc<Semaphore>>>,
}

impl Slots {
    pub(super) fn new(each: usize) -> Self {
        Self {
            each,
            origins: Mutex::default(),
        }
    }

    pub(super) fn of(&self, origin: &Origin) -> Arc<Semaphore> {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        let slots = origins.entry(origin.clone());
        let slots = slots.or_insert_with(|| Arc::new(Semaphore::new(self.each)));
        slots.clone()
    }
}

/// A connection in its slot.
pub(super) struct Held<T> {
    pub(super) inner: T,
    pub(super) _slot: OwnedSemaphorePermit,
}

impl<T: Connection> Connection for Held<T> {
    fn connected(&self) -> Connected {
        self.inner.connected()
    }
}

impl<T: Read + Unpin> Read for Held<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        room: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, room)
    }
}

impl<T: Write + Unpin> Write for Held<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, parts)
    }
}
