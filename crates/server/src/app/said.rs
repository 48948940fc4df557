use db::Tx;
use futures_util::future::BoxFuture;

use super::{Ctx, Outcome};

/// What a request wants to have written down.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Method and path.
    pub request: String,
    /// Texts by the path of their field, for example `children[2].title`.
    pub texts: Vec<(String, String)>,
    /// Whoever asks has been shown what was found in it and stands by it.
    pub confirmed: bool,
}

/// Looks through it before anything is changed; what it writes commits with the change.
pub type Screen = for<'a> fn(&'a mut Tx, &'a Ctx, &'a Said) -> BoxFuture<'a, Outcome<()>>;
