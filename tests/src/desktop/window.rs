//! The application's window, and the few things every journey does with it.

use anyhow::{Context as _, ensure};
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use super::PATIENCE;

/// The count beneath the log, as an expression.
const LINES: &str =
    "Number((/of (?:about )?([\\d,]+) line/.exec(document.body.innerText) ?? ['', '0'])[1].replaceAll(',', ''))";

/// The application's window.
pub struct Window {
    pub(crate) client: Client,
}

impl Window {
    pub(super) fn of(client: Client) -> Window {
        Window { client }
    }

    /// The driver's own client, for what has no word of its own here.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Waits until the page's text holds this.
    pub async fn sees(&self, text: &str) -> anyhow::Result<()> {
        let script = "return document.body.innerText.includes(arguments[0])";
        self.until(script, json!([text])).await.with_context(|| format!("{text:?} never came to the screen"))
    }

    /// Waits until a script returns true.
    pub async fn until(&self, script: &str, arguments: Value) -> anyhow::Result<()> {
        let arguments = arguments.as_array().cloned().unwrap_or_default();
        self.wait("what a script looks for is there", async || {
            Ok((self.client.execute(script, arguments.clone()).await? == Value::Bool(true)).then_some(()))
        })
        .await
    }

    /// Presses the button or row that carries this action.
    pub async fn press(&self, action: &str) -> anyhow::Result<()> {
        let selector = format!("[data-action=\"{action}\"]:not([disabled])");
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&selector)).await;
        let element = element.with_context(|| format!("there is nothing to press for {action:?}"))?;
        element.click().await.with_context(|| format!("{action:?} could not be pressed"))
    }

    /// Goes to a page by its name in the sidebar.
    pub async fn go(&self, page: &str) -> anyhow::Result<()> {
        let selector = format!("a.place[title=\"{page}\"]");
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&selector)).await;
        element.with_context(|| format!("there is no page {page:?}"))?.click().await?;
        Ok(())
    }

    /// Types into the field with this id.
    pub async fn fill(&self, id: &str, text: &str) -> anyhow::Result<()> {
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Id(id)).await?;
        element.send_keys(text).await.with_context(|| format!("{id} takes no text"))
    }

    /// Types where the focus is, as from the keyboard.
    pub async fn keys(&self, keys: &str) -> anyhow::Result<()> {
        let element = self.client.active_element().await?;
        element.send_keys(keys).await.with_context(|| format!("{keys:?} was not typed"))
    }

    /// How many lines the log on screen has, by its own count: those of the history, and each that arrived.
    pub async fn lines(&self) -> anyhow::Result<u64> {
        self.ask(&format!("return {LINES}")).await?.as_u64().context("the page tells no count of lines")
    }

    /// Waits until the log on screen has `count` lines.
    pub async fn has_lines(&self, count: u64) -> anyhow::Result<()> {
        self.until(&format!("return {LINES} >= arguments[0]"), json!([count])).await
    }

    /// What a script returns.
    pub async fn ask(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// What a script returns that may await.
    pub async fn ask_async(&self, script: &str, arguments: Value) -> anyhow::Result<Value> {
        const WRAPPED: &str = "const [done, given] = [arguments[1], arguments[0]];
            (async arguments => { SCRIPT })(given).then(value => done({ value }), error => done({ error: String(error) }))";
        let answer = self.client.execute_async(&WRAPPED.replace("SCRIPT", script), vec![arguments]).await?;
        ensure!(answer["error"].is_null(), "the script failed: {}", answer["error"]);
        Ok(answer["value"].clone())
    }

    /// The page's text.
    pub async fn text(&self) -> anyhow::Result<String> {
        let text = self.ask("return document.body.innerText").await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Closes the window, which ends the application in order.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.client.close().await?)
    }
}
