//! What is on the page: elements by role and name, the way a person and a screen reader know them, and tables by their heads.

use anyhow::Context as _;
use fantoccini::elements::{Element, ElementRef};
use serde_json::{Value, json};

use super::Window;
use crate::support::wait;

/// The functions that the scripts below know as `page`.
const PAGE: &str = include_str!("page.js");
/// How the protocol marks an element among values.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Puts a text into a field and says so, as a paste does.
const PASTE: &str = "const [field, text] = arguments; field.focus(); field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));";
/// How the driver says that an element was gone before it could hand it over.
const STALE: &str = "Stale element";

impl Window {
    /// What a script returns that may use `page`, the functions of `page.js`.
    pub async fn look(&self, script: &str, arguments: Value) -> anyhow::Result<Value> {
        let arguments = arguments.as_array().cloned().unwrap_or_default();
        Ok(self.client.execute(&format!("{PAGE}\n{script}"), arguments).await?)
    }

    /// The page as an indented outline of roles, names and states.
    pub async fn outline(&self) -> anyhow::Result<String> {
        Ok(self.look("return page.outline()", json!([])).await?.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until there is an answer; otherwise the error shows what is on the page instead.
    pub async fn wait<T>(&self, what: &str, ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
        match wait::within(super::PATIENCE, what, ask).await {
            Ok(answer) => Ok(answer),
            Err(error) => {
                let page = self.outline().await.unwrap_or_else(|reason| format!("cannot be read: {reason:#}"));
                Err(error.context(format!("the page:\n{page}")))
            }
        }
    }

    /// Waits for an element of this role whose name is this, or begins so.
    pub async fn find(&self, role: &str, name: &str) -> anyhow::Result<Element> {
        self.wait(&format!("there is a {role} {name:?}"), async || self.glance(role, name).await).await
    }

    /// Waits until there is no element of this role and name.
    pub async fn lacks(&self, role: &str, name: &str) -> anyhow::Result<()> {
        let what = format!("there is no {role} {name:?}");
        self.wait(&what, async || Ok(self.glance(role, name).await?.is_none().then_some(()))).await
    }

    /// The element of this role and name, if it is there now.
    pub async fn glance(&self, role: &str, name: &str) -> anyhow::Result<Option<Element>> {
        let found = match self.look("return page.find(arguments[0], arguments[1])", json!([role, name])).await {
            // Redrawn between being found and being handed over: it is not there now.
            Err(error) if format!("{error:#}").contains(STALE) => return Ok(None),
            found => found?,
        };
        let id = found.get(ELEMENT).and_then(Value::as_str).map(|id| ElementRef::from(id.to_owned()));
        Ok(id.map(|id| Element::from_element_id(self.client.clone(), id)))
    }

    /// Waits for an element that is not off, and presses it.
    pub async fn choose(&self, role: &str, name: &str) -> anyhow::Result<()> {
        let script = "const found = page.find(arguments[0], arguments[1]); return found && !page.off(found)";
        self.wait(&format!("the {role} {name:?} can be pressed"), async || {
            if self.look(script, json!([role, name])).await? != Value::Bool(true) {
                return Ok(None);
            }
            let Some(element) = self.glance(role, name).await? else { return Ok(None) };
            // It may be redrawn, or move, between look and press.
            Ok(element.click().await.ok())
        })
        .await
    }

    /// Waits until an action is off, and returns the reason shown.
    pub async fn refusal(&self, role: &str, name: &str) -> anyhow::Result<String> {
        let script =
            "const found = page.find(arguments[0], arguments[1]); return found && page.off(found) ? found.title : null";
        let what = format!("the {role} {name:?} is off");
        let reason =
            self.wait(&what, async || Ok(self.look(script, json!([role, name])).await?.as_str().map(str::to_owned)));
        reason.await
    }

    /// Puts a text into a field, in place of what is there.
    pub async fn enter(&self, role: &str, name: &str, text: &str) -> anyhow::Result<()> {
        let field = self.find(role, name).await?;
        let select = "arguments[0].focus(); arguments[0].select(); return true";
        self.client.execute(select, vec![serde_json::to_value(&field)?]).await?;
        let typed = if text.is_empty() { "\u{e017}" } else { text };
        field.send_keys(typed).await.with_context(|| format!("the {role} {name:?} takes no text"))
    }

    /// Puts a text of several lines into a field at once, in place of what is there.
    pub async fn paste(&self, role: &str, name: &str, text: &str) -> anyhow::Result<()> {
        let field = self.find(role, name).await?;
        let pasted = self.client.execute(PASTE, vec![serde_json::to_value(&field)?, json!(text)]).await;
        pasted.map(drop).with_context(|| format!("the {role} {name:?} takes no text"))
    }

    /// Picks a line of a list that the window system draws.
    pub async fn pick(&self, role: &str, name: &str, line: &str) -> anyhow::Result<()> {
        let list = self.find(role, name).await?;
        list.select_by_label(line).await.with_context(|| format!("{name:?} offers no {line:?}"))
    }

    /// The cells of a table beneath a head, from top to bottom; none while there is no such column.
    pub async fn column(&self, table: &str, head: &str) -> anyhow::Result<Option<Vec<String>>> {
        let cells = self.look("return page.column(arguments[0], arguments[1])", json!([table, head])).await?;
        Ok(serde_json::from_value(cells)?)
    }

    /// Waits until the cells of a table beneath a head are as wanted.
    pub async fn column_is(
        &self,
        table: &str,
        head: &str,
        what: &str,
        wanted: impl Fn(&[String]) -> bool,
    ) -> anyhow::Result<Vec<String>> {
        self.wait(&format!("{head} of {table}: {what}"), async || {
            Ok(self.column(table, head).await?.filter(|cells| wanted(cells)))
        })
        .await
    }

    /// Path and query of the page's address.
    pub async fn address(&self) -> anyhow::Result<String> {
        let address = self.ask("return location.pathname + location.search").await?;
        Ok(address.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the page's address is this.
    pub async fn address_is(&self, wanted: &str) -> anyhow::Result<()> {
        let what = format!("the address is {wanted}");
        self.wait(&what, async || Ok((self.address().await? == wanted).then_some(()))).await
    }

    /// Waits until a text is gone from the page.
    pub async fn misses(&self, text: &str) -> anyhow::Result<()> {
        let script = "return !document.body.innerText.includes(arguments[0])";
        self.until(script, json!([text])).await.with_context(|| format!("{text:?} never left the screen"))
    }
}
