//! What the window asks when a filter changes, asked directly: the server's share of the time.

use std::time::Instant;

use jiff::{Span, Timestamp};
use netraven_api::logs::{GetLogHistogram, Level, ListLogs, LogType};
use netraven_backend::App;
use netraven_client::Client;

use super::spread;

/// Requests of each kind.
const REQUESTS: i64 = 20;
/// Hours the window looks back.
const HOURS: i64 = 30 * 24;
/// Bars the window asks for.
const BARS: i64 = 120;

/// Measures and prints.
pub async fn measure(app: &App) -> anyhow::Result<()> {
    let client = Client::new(app.url())?.with_token(app.local_token());
    let since = Some(Timestamp::now().checked_sub(Span::new().hours(HOURS))?);
    let all = ListLogs { size: Some(100), start_time: since, ..ListLogs::default() };
    println!("The server's answers, {REQUESTS} of each");
    let levels = [Level::Debug, Level::Info, Level::Warning, Level::Error];
    let kinds: [(&str, &dyn Fn(i64) -> ListLogs); 6] = [
        ("all lines", &|_| all.clone()),
        ("level", &|n| {
            let level = usize::try_from(n).map_or(Level::Debug, |n| levels[n % levels.len()]);
            ListLogs { level: vec![level.into()], ..all.clone() }
        }),
        ("device", &|n| ListLogs { device_id: Some(n + 1), ..all.clone() }),
        ("level and type of device", &|n| ListLogs {
            device_id: Some(n + 1),
            level: vec![Level::Error.into()],
            log_type: vec![LogType::Job.into()],
            ..all.clone()
        }),
        ("text in every tenth line", &|n| ListLogs { search: Some(format!("{} of a job", n % 10)), ..all.clone() }),
        ("text in few lines", &|n| ListLogs { search: Some(format!("line 1{n}7 of a")), ..all.clone() }),
    ];
    for (name, query) in kinds {
        let (mut rows, mut bars) = (Vec::new(), Vec::new());
        for n in 0..REQUESTS {
            let query = query(n);
            let began = Instant::now();
            client.send(&query).await?;
            rows.push(began.elapsed().as_secs_f64() * 1_000.0);
            let began = Instant::now();
            client.send(&over_time(query)).await?;
            bars.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        println!("  {name:<24} rows {}; over time {}", spread(rows), spread(bars));
    }
    Ok(())
}

fn over_time(query: ListLogs) -> GetLogHistogram {
    GetLogHistogram {
        log_type: query.log_type,
        level: query.level,
        device_id: query.device_id,
        start_time: query.start_time,
        search: query.search,
        buckets: Some(BARS),
        ..GetLogHistogram::default()
    }
}
