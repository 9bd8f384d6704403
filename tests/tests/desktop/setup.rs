//! Credentials, tags, users and the state of the system: added, changed and taken away again.

use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sets_a_site_up_and_clears_it_away() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        window.choose("link", "Tags").await?;
        window.choose("button", "Add tag").await?;
        window.enter("textbox", "Name", "berlin").await?;
        window.enter("textbox", "Kind", "site").await?;
        window.choose("button", "Add").await?;
        rows_are(&window, "Tags", "Name", &["berlin", "default"]).await?;
        // A name that is taken is refused at its field, and nothing typed is lost.
        window.choose("button", "Add tag").await?;
        window.enter("textbox", "Name", "berlin").await?;
        window.choose("button", "Add").await?;
        window.sees("already").await?;
        window.picture("tag-taken").await?;
        window.key("Escape").await?;
        window.choose("button", "Change the tag berlin").await?;
        window.enter("textbox", "Name", "berlin-mitte").await?;
        window.choose("button", "Save").await?;
        rows_are(&window, "Tags", "Name", &["berlin-mitte", "default"]).await?;

        window.choose("link", "Credentials").await?;
        window.choose("button", "Add credential").await?;
        window.enter("textbox", "User name", "backup").await?;
        window.enter("textbox", "Password", "s3cret-of-the-site").await?;
        window.choose("checkbox", "berlin-mitte").await?;
        window.choose("button", "Add").await?;
        rows_are(&window, "Credentials", "User name", &["backup"]).await?;
        window.misses("s3cret-of-the-site").await?;
        window.choose("button", "Delete the credential of backup").await?;
        window.choose("button", "Delete the credential").await?;
        window.sees("The credential of backup was deleted.").await?;
        window.sees("No credentials yet").await?;

        window.choose("link", "Users").await?;
        window.choose("button", "Add user").await?;
        window.enter("textbox", "Name to sign in with", "ruth").await?;
        window.enter("textbox", "Password", "a-long-enough-one").await?;
        window.choose("button", "Add").await?;
        window.sees("ruth").await?;
        window.picture("users-two").await?;
        window.choose("button", "Delete ruth").await?;
        window.choose("button", "Delete the user").await?;
        window.sees("ruth was deleted.").await?;

        window.choose("link", "Tags").await?;
        window.choose("button", "Delete the tag berlin-mitte").await?;
        window.choose("button", "Delete the tag").await?;
        window.sees("The tag berlin-mitte was deleted.").await?;
        rows_are(&window, "Tags", "Name", &["default"]).await?;

        window.choose("link", "System").await?;
        for part in ["API", "PostgreSQL", "Redis", "Workers", "Scheduler"] {
            window.sees(part).await?;
        }
        window
            .column_is("Parts of the system", "State", "all are healthy", |states| {
                states.len() == 5 && states.iter().all(|state| state == "Healthy")
            })
            .await?;
        window.picture("system").await?;
        anyhow::Ok(())
    };
    screen.walk(&window, "setup", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

/// Waits until a table has exactly these rows.
async fn rows_are(window: &Window, table: &str, head: &str, rows: &[&str]) -> anyhow::Result<()> {
    window.column_is(table, head, &format!("{rows:?}"), |cells| cells == rows).await.map(drop)
}
