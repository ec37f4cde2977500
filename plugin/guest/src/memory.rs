//! The component's heap.
//!
//! An instance lives for one call, and a host has to give it its memory anew each
//! time. To let it grow is dear for the host: it changes what its process may
//! access, which all its processors have to be told. So there is enough for most
//! calls from the beginning, which costs nothing until it is used, and then much
//! at a time. The standard library's allocator would leave the former unused,
//! and grow by 64 KiB; this one is smaller and faster, too.
#![allow(
    unsafe_code,
    reason = "an allocator is given memory that nobody else uses"
)]

use core::alloc::Layout;
use core::arch::wasm32::memory_grow;
use core::ptr::NonNull;

use talc::base::Talc;
use talc::base::binning::Binning;
use talc::cell::TalcSyncCell;
use talc::source::Source;
use talc::wasm::WasmBinning;

/// Bytes that there are from the beginning: enough for an answer of twenty rows.
const FIRST: usize = 1 << 18;

/// Bytes that are added at once, at the least.
const MORE: usize = 1 << 20;

/// Bytes of a page of WebAssembly.
const PAGE: usize = 1 << 16;

/// What the allocator keeps for itself of memory that it is given, at the most.
const OVERHEAD: usize = 1 << 10;

static mut BEGINNING: [u8; FIRST] = [0; FIRST];

#[global_allocator]
static HEAP: TalcSyncCell<Arenas, WasmBinning> = TalcSyncCell::new_wasm(Arenas { end: None });

/// Where memory comes from.
#[derive(Debug)]
struct Arenas {
    /// Where the memory ends that was given away last.
    end: Option<NonNull<u8>>,
}

// SAFETY: nothing here allocates, and all memory is given away once.
unsafe impl Source for Arenas {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        let Some(end) = talc.source.end else {
            // SAFETY: nobody else knows of this memory.
            talc.source.end = unsafe { talc.claim((&raw mut BEGINNING).cast(), FIRST) };
            return talc.source.end.map(drop).ok_or(());
        };
        let (base, size) = grow(layout)?;
        // SAFETY: the memory is new. It goes on where the last one ends, or is apart.
        talc.source.end = match end.as_ptr() == base {
            true => Some(unsafe { talc.extend(end, base.wrapping_add(size)) }),
            false => unsafe { talc.claim(base, size) },
        };
        talc.source.end.map(drop).ok_or(())
    }
}

/// More memory, in which this fits.
fn grow(layout: Layout) -> Result<(*mut u8, usize), ()> {
    let needed = layout.size().checked_add(layout.align()).ok_or(())?;
    let size = needed.checked_add(OVERHEAD).ok_or(())?.max(MORE);
    let pages = size.div_ceil(PAGE);
    let before = memory_grow::<0>(pages);
    // Both fit in the address space, or the memory would not have grown.
    match (before.checked_mul(PAGE), pages.checked_mul(PAGE)) {
        (Some(base), Some(size)) if before != usize::MAX => {
            Ok((core::ptr::without_provenance_mut(base), size))
        }
        _ => Err(()),
    }
}
