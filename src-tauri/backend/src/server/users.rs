//! The signed-in user.

use axum::Json;
use netraven_api::users::{GetMe, User};

use super::auth::Caller;
use super::mount::Mount;

/// Mounts the endpoints of users.
pub fn mount(mount: &mut Mount) {
    mount.add::<GetMe, _>(me);
}

async fn me(caller: Caller) -> Json<User> {
    Json(caller.0)
}
