//! The sign-in ends while a dialog is open: it is asked for above the dialog, and what was given up is never sent.

use anyhow::ensure;
use netraven_api::devices::ListDevices;
use netraven_api::users::DeleteUser;
use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use serde_json::json;

/// Whether the field with the focus is the one of an id, and nothing lies over it.
const IS_ON_TOP: &str = "
    const field = document.getElementById(arguments[0]);
    if (!field || document.activeElement !== field) return false;
    const { left, top, width, height } = field.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2) === field;";

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_is_asked_for_above_an_open_dialog_and_what_was_cancelled_is_never_sent() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    app.add_user("ruth", "user", true).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "ruth").await?;
    let journey = async {
        window.go("Devices").await?;
        window.choose("button", "Add device").await?;
        window.enter("textbox", "Hostname", "never-added").await?;
        window.enter("textbox", "Address", "192.0.2.7").await?;
        window.pick("combobox", "Platform", "Linux (recorded session)").await?;
        end_sign_in(&app).await?;
        // By the page: whatever is read beneath may ask for the password first, and stand before the button.
        window.ask("document.querySelector('[role=\"dialog\"] [data-action=\"Add\"]').click()").await?;

        window.until(IS_ON_TOP, json!(["renewal-password"])).await?;
        window.picture("sign-in-ends").await?;
        // Put off: the dialog beneath has kept what was typed, and can be left.
        window.key("Escape").await?;
        window.lacks("dialog", "Sign in again").await?;
        let typed = window.ask("return document.getElementById('device-hostname').value").await?;
        ensure!(typed == json!("never-added"), "what was typed is gone: {typed}");
        window.choose("button", "Cancel").await?;
        window.lacks("dialog", "Add device").await?;

        app.add_user("ruth", "user", true).await?;
        window.choose("button", "Enter the password").await?;
        sign_in(&window).await?;
        // Had the request been kept, it would be sent with the new token, before what is asked for now.
        window.choose("button", "Add device").await?;
        window.enter("textbox", "Hostname", "added-later").await?;
        window.enter("textbox", "Address", "192.0.2.8").await?;
        window.pick("combobox", "Platform", "Linux (recorded session)").await?;
        window.choose("button", "Add").await?;
        window.sees("added-later was added").await?;
        let devices = app.client.send(&ListDevices::default()).await?;
        let names: Vec<&str> = devices.items.iter().map(|device| device.hostname.as_str()).collect();
        ensure!(names == ["added-later"], "{names:?}");
        anyhow::Ok(())
    };
    screen.walk(&window, "sign-in-ends", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

/// Takes the user away, and with that the token.
async fn end_sign_in(app: &TestApp) -> anyhow::Result<()> {
    let ruth: i64 = sqlx::query_scalar("select id from users where username = 'ruth'").fetch_one(app.pool()).await?;
    app.client.send(&DeleteUser(ruth.into())).await?;
    Ok(())
}

async fn sign_in(window: &Window) -> anyhow::Result<()> {
    window.enter("textbox", "Password", ADMIN_PASSWORD).await?;
    window.key("Enter").await?;
    window.lacks("dialog", "Sign in again").await
}
