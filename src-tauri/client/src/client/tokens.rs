//! What requests are authorised with, and what happens when that is refused.

use futures::future::{BoxFuture, FutureExt};
use netraven_api::Secret;

/// Provides the token of each request.
pub trait Tokens: Send + Sync {
    /// The current token; asked again for each request.
    fn token(&self) -> Secret;

    /// A server refused a token. True if another one is available, so that the request is worth repeating; it may take as
    /// long as a person needs to enter a password, and has a time limit of its own.
    fn renewed<'a>(&'a self, refused: &'a Secret) -> BoxFuture<'a, bool>;
}

/// Tokens that cannot be renewed.
pub(super) struct Plain<F>(pub F);

impl<F: Fn() -> Secret + Send + Sync> Tokens for Plain<F> {
    fn token(&self) -> Secret {
        (self.0)()
    }

    fn renewed<'a>(&'a self, _refused: &'a Secret) -> BoxFuture<'a, bool> {
        async { false }.boxed()
    }
}
