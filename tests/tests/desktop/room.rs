//! Nothing is cut off in a table while another column has room to give.

use anyhow::ensure;
use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::{network, work};
use serde::Deserialize;
use serde_json::json;

/// The longest words that are usual: causes, stages, schedules, users, addresses with a port, a run of hundreds.
const USUAL: &[&str] = &[
    "update jobs set name = 'Nightly core backup', schedule_type = 'cron', cron_string = '30 2 * * 1-5', time_zone = 'Europe/Berlin'
     where id = 81",
    "update jobs set name = 'Edge routers backup', schedule_type = 'onetime', scheduled_for = '2031-11-22 14:02:00+00' where id = 82",
    "insert into tags (id, name, type, description) values (901, 'edge', 'site', 'Routers at the edge'), (902, 'core', null, null)",
    "insert into job_tags (job_id, tag_id) values (81, 901), (81, 902)",
    "insert into devices (id, hostname, ip_address, port, device_type, last_seen)
     values (21, 'edge-frankfurt-01', '192.0.2.111', 2222, 'cisco_ios', now() - interval '59 minutes'),
         (22, 'core-ber-02', '192.0.2.112', 22, 'juniper_junos', now() - interval '3 minutes'),
         (23, 'edge-dus-07', '192.0.2.113', 22, 'linux', null)",
    "insert into device_tags (device_id, tag_id) values (21, 901), (22, 901), (22, 902), (23, 902)",
    "update devices d set approved_address = ip_address, approved_port = port, approved_type = device_type, approved_at = now(),
         approved_tags = array(select tag_id from device_tags where device_id = d.id) where id <> 23",
    "insert into job_results (run_id, job_id, device_id, job_type, status, cause, stage, result_time)
     select r.id, r.job_id, d.id, 'config_backup', 'failure', d.cause, 'reach', r.finished_at
     from (select id, job_id, finished_at from job_runs where id = 999) r,
         (values (21, 'outside-networks'), (22, 'truncated'), (23, 'auth-failed')) d (id, cause)",
    "insert into device_configurations (device_id, config_data, fingerprint, retrieved_at)
     values (21, 'end', 'a', now() - interval '59 minutes'), (22, 'end', 'b', now() - interval '23 hours')",
    "insert into job_runs (id, job_id, trigger, triggered_by, status, queued_at, started_at, finished_at, devices)
     values (3000, 81, 'manual', 'netops-admin', 'partly_failed', now() - interval '3 minutes', now() - interval '3 minutes',
         now() - interval '1 minute', 312)",
    "insert into run_devices (run_id, device_id, hostname, ip_address, port, device_type, state, stage, cause, message, attempt,
         started_at, finished_at)
     select 3000, n, 'edge-frankfurt-' || to_char(n, 'FM000'), '192.0.2.111', 22, 'cisco_ios',
         case when n <= 14 then 'failure' else 'success' end,
         case n when 1 then 'reach' when 2 then 'prove_complete' when 3 then 'key_exchange' else case when n <= 14 then 'sign_in' else 'record' end end,
         case n when 1 then 'outside-networks' when 2 then 'truncated' when 3 then 'no-common-crypto' else case when n <= 14 then 'auth-failed' end end,
         case when n <= 14 then 'The device refused netbackup.' end, case when n in (2, 15) then 2 else 1 end,
         now() - interval '3 minutes', now() - interval '2 minutes'
     from generate_series(1, 312) n",
    "insert into users (username, password_hash, role) values ('netops-admin', 'none', 'user')",
];
/// The pages, each with a text that is there once its rows are.
const PAGES: [(&str, &str); 7] = [
    ("Devices", "edge-frankfurt-01"),
    ("Job Status", "netops-admin"),
    ("Jobs", "Edge routers backup"),
    ("Configurations", "edge-frankfurt-01"),
    ("Credentials", "netbackup"),
    ("Tags", "Routers at the edge"),
    ("Users", "netops-admin"),
];
/// What is cut off although the columns of its table have as much room together as it lacks. A column has the room that its
/// fullest cell leaves, its head included, less what keeps words apart.
const CUT: &str = "
    const APART = 8;
    const shown = cell => cell.getClientRects().length > 0 && cell.clientWidth > 0;
    const inside = cell => {
        const style = getComputedStyle(cell);
        return cell.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    };
    const drawn = cell => {
        let [left, right] = [Infinity, -Infinity];
        const grow = box => {
            if (box.width > 0) [left, right] = [Math.min(left, box.left), Math.max(right, box.right)];
        };
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            if (texts.currentNode.parentElement.closest('.sr-only')) continue;
            const range = document.createRange();
            range.selectNodeContents(texts.currentNode);
            [...range.getClientRects()].forEach(grow);
        }
        cell.querySelectorAll('svg, button, .bar, .tag').forEach(element => grow(element.getBoundingClientRect()));
        return right > left ? right - left : 0;
    };
    const lacks = element => {
        const style = getComputedStyle(element);
        const hides = style.overflowX === 'hidden' && style.textOverflow === 'ellipsis' || element.matches('td, time');
        return hides && element.clientWidth > 0 ? element.scrollWidth - element.clientWidth : 0;
    };
    let cells = 0;
    const cut = [...document.querySelectorAll('main table.data-table')].flatMap(table => {
        const rows = [...table.rows].map(row => [...row.cells]).filter(row => row.every(cell => cell.colSpan === 1));
        const free = new Map();
        for (const cell of rows.flat().filter(shown)) {
            const room = Math.max(0, inside(cell) - drawn(cell) - APART);
            free.set(cell.cellIndex, Math.min(free.get(cell.cellIndex) ?? Infinity, room));
        }
        const room = [...free.values()].reduce((sum, one) => sum + one, 0);
        return rows.flat().filter(cell => cell.tagName === 'TD' && shown(cell)).flatMap(cell => {
            cells += 1;
            const lack = Math.max(...[cell, ...cell.querySelectorAll('*')].map(lacks));
            return lack > 1 && lack <= room ? [`${cell.innerText} lacks ${lack} of ${Math.round(room)} that are free`] : [];
        });
    });
    return { cells, cut };";

/// What is on screen.
#[derive(Deserialize)]
struct Looked {
    cells: usize,
    cut: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_cut_off_where_there_is_room() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    network::fill(app.pool()).await?;
    network::start_a_run(app.pool()).await?;
    for sql in USUAL {
        sqlx::query(*sql).execute(app.pool()).await?;
    }
    let credential = work::add_credential(&app.client, 901.into(), "netbackup", "k7-cedar-lantern", None).await?;
    let confined =
        "update credentials set allowed_networks = '{192.0.2.0/24,198.51.100.0/24,203.0.113.0/24}' where id = $1";
    sqlx::query(confined).bind(credential.get()).execute(app.pool()).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        for width in [1280_u32, 1920] {
            window.client().set_window_size(width, 900).await?;
            window.until("return innerWidth === arguments[0]", json!([width])).await?;
            for (page, text) in PAGES {
                window.go(page).await?;
                has_room(&window, &format!("{page} at {width}"), text).await?;
            }
            window.go("Job Status").await?;
            window.sees("netops-admin").await?;
            window.ask("document.querySelector('td.name a[href^=\"/runs/3000\"]').click()").await?;
            has_room(&window, &format!("a run at {width}"), "edge-frankfurt-002").await?;
        }
        anyhow::Ok(())
    };
    screen.walk(&window, "room", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

/// Waits until the rows are there, and looks at each of their cells.
async fn has_room(window: &Window, place: &str, text: &str) -> anyhow::Result<()> {
    window
        .until(
            "return document.querySelector('main table.data-table')?.innerText.includes(arguments[0]) ?? false",
            json!([text]),
        )
        .await?;
    let still =
        "return document.querySelector('.skeleton, [aria-busy=\"true\"], [aria-label=\"being counted\"]') === null
        && document.fonts.status === 'loaded'";
    window.until(still, json!([])).await?;
    window.picture(&format!("room-{}", place.to_lowercase().replace(' ', "-"))).await?;
    let looked: Looked = serde_json::from_value(window.ask(CUT).await?)?;
    ensure!(looked.cells >= 4, "hardly anything was looked at: {place}");
    ensure!(looked.cut.is_empty(), "at {place}: {:#?}", looked.cut);
    Ok(())
}
