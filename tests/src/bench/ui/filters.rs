//! From a filter's change to its rows on screen.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::{ask, spread};
use crate::desktop::Window;

/// Changes of each kind.
const CHANGES: usize = 20;
/// Longest wait for one.
const LIMIT_MS: u32 = 10_000;
/// Field of the text.
const TEXT: &str = "filter-lines";

/// Measures and prints.
pub async fn measure(window: &Window) -> anyhow::Result<()> {
    println!("From a filter's change to its rows on screen, {CHANGES} changes each, half of them back to all lines");
    println!("  level                    {}", spread(levels(window).await?));
    println!("  device                   {}", spread(devices(window).await?));
    let often = (0..CHANGES / 2).map(|place| format!("{place} of a job")).collect();
    println!("  text in every tenth line {}", spread(texts(window, often).await?));
    let seldom = (0..CHANGES / 2).map(|place| format!("line 1{place}7 of a")).collect();
    println!("  text in few lines        {}", spread(texts(window, seldom).await?));
    println!("  A text counts from its last letter: the 220 ms it is given to come to rest are in it.");
    Ok(())
}

async fn levels(window: &Window) -> anyhow::Result<Vec<f64>> {
    ask(window, "click('#filter-level')()").await?;
    window.until("return document.querySelector('#filter-level-1') !== null", json!([])).await?;
    let mut took = Vec::new();
    // Places in the list, behind "any": debug, warning and error.
    for (place, word) in [(1, "DEBUG"), (3, "WARN"), (4, "ERROR")].into_iter().cycle().take(CHANGES / 2) {
        let press = format!("click('#filter-level-{place}')");
        took.push(change(window, &press, word, false).await?);
        took.push(change(window, &press, word, true).await?);
    }
    ask(window, "click('#filter-level')()").await?;
    Ok(took)
}

async fn devices(window: &Window) -> anyhow::Result<Vec<f64>> {
    let mut took = Vec::new();
    for number in 11..11 + CHANGES / 2 {
        let name = format!("device-{number}");
        let typed = format!("type('filter-device', '{name}')");
        // Typed once to be looked for; chosen when the whole name comes again.
        ask(window, &format!("{typed}()")).await?;
        let offered = "return document.querySelector(`#filter-device-names option[value='${arguments[0]}']`) !== null";
        window.until(offered, json!([name])).await?;
        took.push(change(window, &typed, &name, false).await?);
        let chip = format!("[data-action=\"Remove Device {name}\"]");
        window.until("return document.querySelector(arguments[0]) !== null", json!([chip])).await?;
        took.push(change(window, &format!("click({})", json!(chip)), &name, true).await?);
    }
    Ok(took)
}

async fn texts(window: &Window, texts: Vec<String>) -> anyhow::Result<Vec<f64>> {
    let mut took = Vec::new();
    for text in texts {
        took.push(change(window, &format!("type('{TEXT}', {})", json!(text)), &text, false).await?);
        took.push(change(window, &format!("type('{TEXT}', '')"), &text, true).await?);
    }
    Ok(took)
}

/// One change: what does it, and the text that every row then has, or that some have not.
async fn change(window: &Window, press: &str, text: &str, not: bool) -> anyhow::Result<f64> {
    let script = format!(
        "const probe = window.netravenProbe; probe.change(probe.{press}, {}, {not}, {LIMIT_MS}, arguments[0])",
        json!(text)
    );
    let took: Value = window.client.execute_async(&script, Vec::new()).await?;
    let took = took.as_f64().context("the probe answered no time")?;
    ensure!(took != -1.0, "the rows were those of {text:?} (not: {not}) before the filter was changed");
    ensure!(took > 0.0, "the rows of {text:?} (not: {not}) did not come within {LIMIT_MS} ms");
    Ok(took)
}
