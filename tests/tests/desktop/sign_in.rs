//! Signing in to a server elsewhere, and out again.

use anyhow::{Context as _, ensure};
use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::site::Site;
use serde_json::json;

use netraven_tests::support::network;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_to_a_server_and_out_again() -> anyhow::Result<()> {
    let site = Site::start().await?;
    network::fill(site.database.pool()).await?;
    let screen = Screen::open().await?;
    let data = tempfile::tempdir()?;
    let folder = data.path().to_str().context("the path is text")?;

    let window = screen.window(&["--data-dir", folder]).await?;
    let journey = async {
        window.choose("button", "NetRaven server").await?;
        window.enter("textbox", "Address", site.url()).await?;
        window.enter("textbox", "User name", "admin").await?;
        window.refusal("button", "Sign in").await?;
        window.enter("textbox", "Password", "not the password").await?;
        window.choose("button", "Sign in").await?;
        window.find("alert", "Incorrect user name or password.").await?;
        let left = window.ask("return document.getElementById('server-password').value").await?;
        ensure!(left == json!(""), "a password that was refused stays in its field");
        window.picture("sign-in-refused").await?;

        window.enter("textbox", "Password", ADMIN_PASSWORD).await?;
        window.key("Enter").await?;
        window.find("heading", "Job Status Dashboard").await?;
        keeps_no_secret(&window).await?;
        window.choose("link", "Core backup").await?;
        window.find("table", "Devices of this run").await?;

        window.choose("button", "127.0.0.1").await?;
        window.choose("button", "Sign out").await?;
        shows_nothing_of_the_server(&window).await?;
        window.address_is("/").await?;
        // The way back in the window's own history leads nowhere either.
        window.ask("history.back(); return true").await?;
        shows_nothing_of_the_server(&window).await?;

        // The address and the name are known by now; whatever place comes next begins at its dashboard.
        window.choose("button", "NetRaven server").await?;
        window.enter("textbox", "Password", ADMIN_PASSWORD).await?;
        window.key("Enter").await?;
        window.find("heading", "Job Status Dashboard").await?;
        window.find("link", "Core backup").await?;
        anyhow::Ok(())
    };
    screen.walk(&window, "sign-in", journey).await?;
    window.close().await
}

async fn shows_nothing_of_the_server(window: &Window) -> anyhow::Result<()> {
    window.find("heading", "Where is your data?").await?;
    let document = window.ask("return document.documentElement.outerHTML").await?;
    let document = document.as_str().context("the document is text")?;
    for datum in ["Core backup", "Edge backup", "Refresh", "Unified Logs"] {
        ensure!(!document.contains(datum), "{datum:?} is still in the document of a window that is signed out");
    }
    keeps_no_secret(window).await
}

/// Neither token nor password is anywhere a script of the page could find it, in what the shell says of the session included.
async fn keeps_no_secret(window: &Window) -> anyhow::Result<()> {
    const KEPT: &str = "
        const session = await window.__TAURI__.core.invoke('native', { wish: { do: 'session' } });
        const fields = [...document.querySelectorAll('input')].map(field => field.value);
        const page = [document.documentElement.outerHTML, document.cookie, location.href, history.state, fields];
        const stores = [{ ...localStorage }, { ...sessionStorage }, performance.getEntries()];
        return JSON.stringify([page, stores, session]);";
    let kept = window.ask_async(KEPT, json!([])).await?;
    let kept = kept.as_str().context("what is kept is text")?;
    ensure!(kept.contains("netraven") || kept.contains("NetRaven"), "nothing was looked at: {kept}");
    ensure!(!kept.contains(ADMIN_PASSWORD), "the password is in the web view");
    // A token begins with its head as JSON, in base64.
    ensure!(!kept.contains("eyJ"), "a token is in the web view: {kept}");
    Ok(())
}
