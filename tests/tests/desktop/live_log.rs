//! The log while it is written: followed, paused, and followed again.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::ensure;
use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::app::TestApp;
use serde::Deserialize;
use serde_json::json;

/// Lines that arrive while the log is paused: many screens full, and fewer than a view holds.
const WAITING: usize = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_arrive_while_paused_are_all_there_afterwards() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        window.choose("tab", "Unified Logs").await?;
        window.find("status", "Live").await?;
        window.has_lines(1).await?;
        let before = window.lines().await?;

        // What is followed comes by itself, the newest at the top.
        say(&app, 0..3).await;
        window.sees("watched line 2 of many").await?;
        window.has_lines(before + 3).await?;

        window.choose("button", "Pause").await?;
        window.find("status", "Paused").await?;
        for part in 0..4 {
            say(&app, 3 + part * WAITING / 4..3 + (part + 1) * WAITING / 4).await;
        }
        window.sees("1,000 waiting").await?;
        ensure!(!window.text().await?.contains("watched line 3 of many"), "a paused log moves");
        window.picture("log-paused").await?;

        window.choose("button", "Resume").await?;
        window.misses("1,000 waiting").await?;
        window.find("status", "Live").await?;
        window.has_lines(before + 3 + u64::try_from(WAITING)?).await?;
        let shown = scrolled_through(&window).await?;
        let watched: Vec<usize> = shown.iter().filter_map(|line| number(line)).collect();
        let expected: Vec<usize> = (0..3 + WAITING).rev().collect();
        ensure!(watched == expected, "{}", difference(&watched, &expected));

        // While the newest line is out of sight, what arrives waits; at the top it is followed again.
        window.look("document.getElementById('log-lines').scrollTop = 2000", json!([])).await?;
        window.find("status", "Paused").await?;
        say(&app, 3 + WAITING..5 + WAITING).await;
        window.sees("2 waiting").await?;
        window.look("document.getElementById('log-lines').scrollTop = 0", json!([])).await?;
        window.sees(&format!("watched line {} of many", 4 + WAITING)).await?;
        window.has_lines(before + 5 + u64::try_from(WAITING)?).await?;
        window.find("status", "Live").await?;
        anyhow::Ok(())
    };
    screen.walk(&window, "live-log", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

async fn say(app: &TestApp, lines: Range<usize>) {
    app.app().say(lines.map(|line| format!("watched line {line} of many"))).await;
}

fn number(line: &str) -> Option<usize> {
    line.strip_prefix("watched line ")?.strip_suffix(" of many")?.parse().ok()
}

/// Every message of the list from top to bottom, as a person scrolling through it meets them; each row once.
async fn scrolled_through(window: &Window) -> anyhow::Result<Vec<String>> {
    // The rows in sight by their numbers, once all of them are drawn, and where to scroll to next.
    const LOOK: &str = "
        const list = document.getElementById('log-lines');
        list.scrollTop = arguments[0];
        const rows = [...list.querySelectorAll('[aria-rowindex]')];
        const [box, first, last] = [list, rows.at(0), rows.at(-1)].map(element => element?.getBoundingClientRect());
        if (!first || first.top > box.top + 1 || last.bottom < box.bottom - 1) return null;
        const met = rows.map(row => [Number(row.getAttribute('aria-rowindex')), row.querySelector('.log-message').innerText]);
        const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
        return { met, next: atEnd ? null : list.scrollTop + list.clientHeight };";
    #[derive(Deserialize)]
    struct Sight {
        met: Vec<(usize, String)>,
        next: Option<f64>,
    }
    let (mut rows, mut top) = (BTreeMap::new(), Some(0.0));
    while let Some(place) = top {
        let what = format!("the rows at {place} are drawn");
        let sight = window.wait(&what, async || {
            Ok(serde_json::from_value::<Option<Sight>>(window.look(LOOK, json!([place])).await?)?)
        });
        let sight = sight.await?;
        rows.extend(sight.met);
        top = sight.next;
    }
    window.look("document.getElementById('log-lines').scrollTop = 0", json!([])).await?;
    Ok(rows.into_values().collect())
}

/// Where two lists begin to differ.
fn difference(found: &[usize], expected: &[usize]) -> String {
    let place =
        found.iter().zip(expected).position(|(one, other)| one != other).unwrap_or(found.len().min(expected.len()));
    let around = |lines: &[usize]| lines.iter().skip(place.saturating_sub(2)).take(6).copied().collect::<Vec<_>>();
    format!(
        "{} lines instead of {}; from place {place} on it is {:?} instead of {:?}",
        found.len(),
        expected.len(),
        around(found),
        around(expected)
    )
}
