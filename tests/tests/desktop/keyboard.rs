//! The dashboard without a mouse: every stop is seen, has a name, and leads on.

use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::app::TestApp;

use serde_json::json;

use netraven_tests::support::network;

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_reached_with_the_keyboard_alone() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    network::fill(app.pool()).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        window.find("link", "Core backup").await?;
        // The list of keys, and back to where one was.
        window.key("Shift ?").await?;
        window.find("dialog", "Keyboard shortcuts").await?;
        window.key("Escape").await?;
        window.lacks("dialog", "Keyboard shortcuts").await?;

        // Into the filter, and a row that is left.
        window.key("/").await?;
        window.focused("searchbox", "Find job or device").await?;
        window.type_text("edge").await?;
        window
            .column_is("Job runs", "Job", "only those found", |rows| {
                !rows.is_empty() && rows.iter().all(|row| row != "Core backup")
            })
            .await?;

        // A filter's list: opened, walked and closed with keys.
        window.tab_to("combobox", "Status").await?;
        window.key("Down").await?;
        window.find("listbox", "Status").await?;
        window.key("End").await?;
        window.key("Up").await?;
        window.key("Enter").await?;
        window.key("Escape").await?;
        window.focused("combobox", "Status: failed").await?;
        window
            .column_is("Job runs", "Status", "only failed ones", |rows| rows.iter().all(|row| row == "Failed"))
            .await?;

        // Tabs by arrows; the log and its lines.
        window.tab_back_to("tab", "Job Runs").await?;
        window.key("Right").await?;
        window.focused("tab", "Unified Logs").await?;
        window.find("grid", "Log lines").await?;
        window.tab_to("grid", "Log lines").await?;
        window.key("Down").await?;
        window.until("return document.querySelector('[role=row][aria-selected=true]') !== null", json!([])).await?;
        window.key("Escape").await?;
        window.tab_back_to("tab", "Unified Logs").await?;
        window.key("Left").await?;
        window.focused("tab", "Job Runs").await?;

        // A run, one of its devices, and all the way back.
        window.tab_to("link", "Reach all").await?;
        window.key("j").await?;
        window.focused("link", "Edge backup").await?;
        window.key("Up").await?;
        window.focused("link", "Reach all").await?;
        window.key("Down").await?;
        window.key("Right").await?;
        window.find("group", "Why devices failed").await?;
        window.key("Left").await?;
        window.lacks("group", "Why devices failed").await?;
        window.focused("link", "Edge backup").await?;
        window.key("Enter").await?;
        window.find("table", "Devices of this run").await?;
        // The focus goes along with the page: the next Tab does not begin at the top of the window.
        stands_in_the_page(&window).await?;
        window.tab_to("link", "edge-1").await?;
        window.key("Enter").await?;
        window.find("heading", "edge-1").await?;
        stands_in_the_page(&window).await?;
        window.find("tab", "What happened").await?;
        window.picture("keyboard-run-device").await?;
        window.key("Alt Left").await?;
        window.find("table", "Devices of this run").await?;
        window.key("Alt Left").await?;
        window.address_is("/?status=failed&find=edge").await?;
        window.find("link", "Edge backup").await?;

        // The search of the whole window.
        window.key("Control k").await?;
        window.focused("combobox", "Search pages").await?;
        window.type_text("jobs").await?;
        window.find("option", "Jobs").await?;
        window.key("Enter").await?;
        window.find("heading", "Jobs").await?;
        window.key("Control k").await?;
        window.focused("combobox", "Search pages").await?;
        window.key("Escape").await?;
        window.lacks("dialog", "Search or jump to").await?;

        // A dialog keeps the focus, and gives it back.
        window.tab_to("button", "127.0.0.1").await?;
        window.key("Enter").await?;
        window.find("dialog", "127.0.0.1").await?;
        window.tab_to("button", "Done").await?;
        window.tab_to("button", "Close").await?;
        window.key("Escape").await?;
        window.focused("button", "127.0.0.1").await?;
        anyhow::Ok(())
    };
    screen.walk(&window, "keyboard", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

/// Waits until the focus is where the page begins.
async fn stands_in_the_page(window: &Window) -> anyhow::Result<()> {
    window.wait("the focus is in the page", async || Ok((window.focus().await?.id == "page").then_some(()))).await
}
