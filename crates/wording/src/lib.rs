//! Sentences that know how they were made, so that each reader has them in their language.
//!
//! A sentence is written once, in Chinese, where it arises: `say!("应于{day}办结，已逾期{n}个工作日")`. What is kept is the
//! sentence with its places, and what stands in them. In Chinese it is read as it was written; for another language a
//! [`Catalog`] is asked, and where that knows nothing the Chinese stands, which is better than nothing.
//!
//! [`Words`] are turned into text in one place: when they are serialised, in the language of the request in hand
//! ([`Lang::current`]). In a database they stand with their places ([`Words::stored`]), so what was written down years
//! ago can still be read in either language.

mod lang;
mod stored;
mod words;

#[doc(hidden)]
pub use words::{Arg, ToArg};

pub use lang::{Catalog, CatalogError, Lang, install};
pub use say::say;
pub use words::{Join, Words};

// The macro's paths begin with `::wording`, here as elsewhere.
extern crate self as wording;
