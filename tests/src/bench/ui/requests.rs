//! What the window asks when a filter changes, asked directly: the server's share of the time.

use std::time::Instant;

use jiff::{Span, Timestamp};
use netraven_api::logs::{GetLogHistogram, Level, ListLogs, LiveFilter, LogFilter, LogType};
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
    let all = LogFilter { start_time: since, ..LogFilter::default() };
    let of = |live: LiveFilter| LogFilter { live, ..all.clone() };
    println!("The server's answers, {REQUESTS} of each");
    let levels = [Level::Debug, Level::Info, Level::Warning, Level::Error];
    let kinds: [(&str, &dyn Fn(i64) -> LogFilter); 6] = [
        ("all lines", &|_| all.clone()),
        ("level", &|n| {
            let level = usize::try_from(n).map_or(Level::Debug, |n| levels[n % levels.len()]);
            of(LiveFilter { level: vec![level.into()], ..LiveFilter::default() })
        }),
        ("device", &|n| of(LiveFilter { device_id: Some((n + 1).into()), ..LiveFilter::default() })),
        ("level and type of device", &|n| {
            let (level, log_type) = (vec![Level::Error.into()], vec![LogType::Job.into()]);
            of(LiveFilter { device_id: Some((n + 1).into()), level, log_type, ..LiveFilter::default() })
        }),
        ("text in every tenth line", &|n| LogFilter { search: Some(format!("{} of a job", n % 10)), ..all.clone() }),
        ("text in few lines", &|n| LogFilter { search: Some(format!("line 1{n}7 of a")), ..all.clone() }),
    ];
    for (name, query) in kinds {
        let (mut rows, mut bars) = (Vec::new(), Vec::new());
        for n in 0..REQUESTS {
            let filter = query(n);
            let list = ListLogs { size: Some(100), ..ListLogs::from(filter.clone()) };
            let began = Instant::now();
            client.send(&list).await?;
            rows.push(began.elapsed().as_secs_f64() * 1_000.0);
            let began = Instant::now();
            client.send(&GetLogHistogram { filter, buckets: Some(BARS) }).await?;
            bars.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        println!("  {name:<24} rows {}; over time {}", spread(rows), spread(bars));
    }
    Ok(())
}
