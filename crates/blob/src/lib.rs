//! Blob: bytes kept under the name of their own SHA-256.
//!
//! [`Store`] takes uploads as they arrive, in constant memory, and gives them back by [`Digest`]. Two uploads of the same
//! bytes share one file; several leave together as a ZIP ([`Bundle`]). What the bytes *are* is told by [`sniff()`], what may be shown in a browser by [`is_inline_safe`], and
//! how a name given by a stranger becomes harmless by [`safe_name`] and [`content_disposition`].
//!
//! An upload that may break off and go on later is a [`Partial`] until it is whole.
//!
//! Blobs live on the disk or, with [`Store::with_bucket`], in a bucket of a store that speaks the S3 protocol. [`Store::carry`] brings
//! them from one [`Place`] to the other, one by one, while they are read and new ones come.
//!
//! *Terms.* **digest**: 64 lower-case hexadecimal digits. **head**: the first 8 KiB, enough to sniff.
//!
//! *Invariants.* A blob is complete and safe where it is kept before its digest is told to anybody; no path and no key is ever built
//! from anything but a [`Digest`]; memory does not grow with the size of a file.
//!
//! *Not here.* Who may read a blob, which rows point at it, virus scanning, and when an unreferenced one may go: the caller
//! knows its rows, the store does not.

mod bucket;
mod bundle;
mod content;
mod digest;
mod error;
mod name;
mod partial;
mod place;
mod sniff;
mod store;
mod upload;

pub use bucket::BucketOptions;
pub use bundle::{Bundle, Entry, Part};
pub use content::Content;
pub use digest::{Digest, NotADigest};
pub use error::BlobError;
pub use name::{content_disposition, safe_name};
pub use partial::Partial;
pub use place::{Carried, Place, Rest};
pub use sniff::{is_inline_safe, sniff};
pub use store::Store;
pub use upload::{HEAD_BYTES, Stored, Upload};
