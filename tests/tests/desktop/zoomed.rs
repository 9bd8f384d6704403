//! Everything drawn twice as large: what can be pressed can still be reached, and rows can be read.

use anyhow::ensure;
use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::network;
use serde_json::json;

/// The pages by their names in the sidebar, each with a text of its own.
const PAGES: [(&str, &str); 8] = [
    ("Job Status", "Job Status Dashboard"),
    ("Jobs", "Add job"),
    ("Devices", "Add device"),
    ("Configurations", "Search in all configurations"),
    ("Credentials", "Add credential"),
    ("Tags", "Add tag"),
    ("Users", "Add user"),
    ("System", "PostgreSQL"),
];
/// The dialogs of a page by the action that opens them, each with a text of its own.
const DIALOGS: [(&str, &str, &str); 10] = [
    ("Jobs", "Add job", "It runs only when someone presses Run."),
    ("Devices", "Add device", "SSH port"),
    ("Devices", "Add credential", "Allowed networks"),
    ("Devices", "Import CSV", "Choose a file"),
    ("Tags", "Add tag", "Letters, digits"),
    ("Users", "Add user", "Name to sign in with"),
    ("Job Status", "Run a job", "Core backup"),
    ("Job Status", "Export", "Exports every run that matches"),
    ("Job Status", "Connection", "High contrast"),
    ("Job Status", "Search", "Unified Logs"),
];
/// What is out of reach even by scrolling, a title that is cut off, and what lies outside its dialog. Of what is wide or
/// high, the corner where one begins to read is enough.
const LOST: &str = "
    const scrolls = way => ['auto', 'scroll'].includes(way);
    const reachable = element => {
        let { left, top, right, bottom } = element.getBoundingClientRect();
        [right, bottom] = [Math.min(right, left + 24), Math.min(bottom, top + 16)];
        for (let outer = element.parentElement; outer; outer = outer.parentElement) {
            const style = getComputedStyle(outer), box = outer.getBoundingClientRect();
            if (scrolls(style.overflowX) || scrolls(style.overflowY)) {
                // Scrolled to, it is where its frame is.
                const hides = outer.scrollWidth > outer.clientWidth + 1 || outer.scrollHeight > outer.clientHeight + 1;
                if (hides && (box.width < 40 || box.height < 60)) return false;
                [left, top, right, bottom] = [box.left, box.top, box.left + 24, box.top + 16];
            } else if (style.overflowX !== 'visible' || style.overflowY !== 'visible') {
                if (left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1) return false;
            }
            if (style.position === 'fixed') break;
        }
        return left >= -1 && right <= innerWidth + 1 && top >= -1 && bottom <= innerHeight + 1;
    };
    const shown = element => element.getClientRects().length > 0
        && getComputedStyle(element).visibility === 'visible' && !element.closest('.sr-only, .skip');
    const dialog = document.querySelector('[role=\"dialog\"]');
    const within = dialog ?? document;
    const wanted = 'h1, h2, button, a, input, select, tbody tr:nth-child(-n + 2) td:first-child';
    const lost = [...within.querySelectorAll(wanted)].filter(shown).filter(element => !reachable(element));
    const cut = [...document.querySelectorAll('h1')].filter(title => title.scrollWidth > title.clientWidth + 1);
    const box = dialog?.getBoundingClientRect();
    const outside = box && (box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth);
    return [...lost, ...cut, ...(outside ? [dialog] : [])].map(element => element.outerHTML.slice(0, 160));";
/// The driver aims as if nothing were larger: what is pressed is pressed by the page itself.
const PRESS: &str = "
    const found = document.querySelector(`[data-action=\"${arguments[0]}\"], a.place[title=\"${arguments[0]}\"]`);
    found?.click();
    return found !== null;";

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_used_in_twice_the_size() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    network::fill(app.pool()).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        window.client().set_window_size(1280, 800).await?;
        window.until("return innerWidth === 1280", json!([])).await?;
        for _ in 0..5 {
            window.key("Control +").await?;
        }
        window.until("return innerWidth === 640 && innerHeight === 400", json!([])).await?;
        for (page, text) in PAGES {
            go(&window, page, text).await?;
            usable(&window, page).await?;
        }
        window.until(PRESS, json!(["Job Status"])).await?;
        window.sees("Reach all").await?;
        window.ask("document.querySelector('td.name a').click()").await?;
        window.sees("Log of this run").await?;
        usable(&window, "a run").await?;
        for (page, action, text) in DIALOGS {
            window.until(PRESS, json!([page])).await?;
            go(&window, action, text).await?;
            usable(&window, action).await?;
            window.key("Escape").await?;
            window.until("return document.querySelector('[role=\"dialog\"]') === null", json!([])).await?;
        }
        window.key("Control 0").await?;
        window.until("return innerWidth === 1280", json!([])).await
    };
    screen.walk(&window, "zoomed", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

/// Presses what leads there, and waits for what is there.
async fn go(window: &Window, to: &str, text: &str) -> anyhow::Result<()> {
    window.until(PRESS, json!([to])).await?;
    window.until(
        "return [document.body.innerText, ...[...document.querySelectorAll('input')].map(field => field.placeholder)]
             .some(text => text.includes(arguments[0]))",
        json!([text]),
    )
    .await
}

/// Everything there is in sight, or where one can scroll to.
async fn usable(window: &Window, place: &str) -> anyhow::Result<()> {
    window.until("return document.querySelector('.skeleton, [aria-busy=\"true\"]') === null", json!([])).await?;
    window.picture(&format!("zoomed-{}", place.to_lowercase().replace(' ', "-"))).await?;
    let lost: Vec<String> = serde_json::from_value(window.ask(LOST).await?)?;
    ensure!(lost.is_empty(), "at {place} nobody can reach {lost:#?}");
    Ok(())
}
