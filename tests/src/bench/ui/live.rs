//! Lines arriving while the log is scrolled: none lost, how late they are on screen, how smooth it stays, and what it holds.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use netraven_backend::App;
use serde_json::Value;

use super::super::process;
use super::{ask, ask_later, numbers, sorted, spread};
use crate::desktop::{Screen, Window};

/// Lines a second.
const RATE: usize = 5_000;
/// Time between two handfuls of lines.
const TICK: Duration = Duration::from_millis(20);
/// Scrolling: time at the newest line, time of a trip down and up again, and pixels a frame on it.
const REST_MS: u32 = 2_000;
const TRIP_MS: u32 = 1_000;
const STEP: u32 = 90;
/// Time measured without lines arriving.
const QUIET: Duration = Duration::from_secs(6);
/// A frame that takes longer is seen to stutter.
const STUTTER_MS: f64 = 33.0;
/// Lines said at the end of a rest are left out: the next trip may begin before they could be seen.
const TAIL_MS: f64 = 500.0;
/// Pause between two looks at the memory.
const LOOK: Duration = Duration::from_millis(500);

/// Measures and prints.
pub async fn measure(app: &App, screen: &Screen, window: &Window, lines: usize) -> anyhow::Result<()> {
    let web = process::descendant(screen.driver(), "WebKitWebProcess")?;
    let shell = process::descendant(screen.driver(), "netraven")?;
    let still = quiet(window, false).await?;
    let scrolled = quiet(window, true).await?;

    let before = window.lines().await?;
    let (web_cpu, shell_cpu) = (process::cpu(web)?, process::cpu(shell)?);
    ask(window, "startLines()").await?;
    ask(window, &scroll()).await?;
    ask(window, "startFrames()").await?;
    let began = Instant::now();
    let watched = async {
        let mut held = vec![process::memory_mb(web)?];
        while began.elapsed() < Duration::from_secs_f64(count(lines) / count(RATE)) {
            tokio::time::sleep(LOOK).await;
            held.push(process::memory_mb(web)?);
        }
        anyhow::Ok(held)
    };
    let (said, mut held) = tokio::try_join!(async { anyhow::Ok(publish(app, lines).await) }, watched)?;
    let rate = count(lines) / began.elapsed().as_secs_f64();
    let rests = ask(window, "stopScroll()").await?;
    let frames = numbers(&ask(window, "stopFrames()").await?);
    window.has_lines(before + u64::try_from(lines)?).await?;
    window.sees(&format!("bench line {}", lines - 1)).await?;
    let (web_cpu, shell_cpu) = (process::cpu(web)? - web_cpu, process::cpu(shell)? - shell_cpu);
    held.push(process::memory_mb(web)?);
    let received = window.lines().await? - before;
    let seen = ask(window, "stopLines()").await?;

    println!(
        "{lines} lines at {rate:.0} a second, while the log is scrolled down and up every {} s",
        (REST_MS + TRIP_MS) / 1_000
    );
    println!("  frames, nothing arrives  {}", smoothness(&still));
    println!("  the same, scrolled       {}", smoothness(&scrolled));
    println!("  frames, lines arrive     {}", smoothness(&frames));
    println!("  written to on screen     {}", spread(lateness(&said, &seen, &rests)));
    let middle = held[held.len() / 2];
    let (first, last, most) = (held[0], held[held.len() - 1], held.iter().max().copied().unwrap_or_default());
    println!(
        "  memory of the web view   {first} MB at the start, {middle} in the middle, {last} at the end, {most} at most"
    );
    let each = |used: Duration| used.as_secs_f64() * 1e6 / count(lines);
    println!(
        "  CPU time of a line       {:.0} µs in the web view, {:.0} µs in the shell",
        each(web_cpu),
        each(shell_cpu)
    );
    let held = walk(window, lines).await?;
    println!(
        "  lost                     {} of {lines}; the newest {held} are held without a gap",
        count(lines) - as_f64(received)
    );
    ensure!(received == u64::try_from(lines)?, "lines were lost or doubled: {received} of {lines} arrived");
    Ok(())
}

/// Says the lines; answers when each was said, in milliseconds.
async fn publish(app: &App, lines: usize) -> Vec<f64> {
    let mut said = Vec::with_capacity(lines);
    let mut tick = tokio::time::interval(TICK);
    let began = Instant::now();
    while said.len() < lines {
        tick.tick().await;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of lines")]
        let due = (began.elapsed().as_secs_f64() * count(RATE)) as usize;
        let from = said.len();
        let now = as_f64(u64::try_from(Timestamp::now().as_millisecond()).unwrap_or_default());
        said.resize(due.min(lines), now);
        app.mention(
            (from..said.len()).map(|line| format!("bench line {line} of a burst that a window has to keep up with")),
        );
    }
    said
}

/// Pauses between the frames while nothing arrives.
async fn quiet(window: &Window, scrolled: bool) -> anyhow::Result<Vec<f64>> {
    if scrolled {
        ask(window, &scroll()).await?;
    }
    ask(window, "startFrames()").await?;
    tokio::time::sleep(QUIET).await;
    let frames = numbers(&ask(window, "stopFrames()").await?);
    ask(window, "stopScroll()").await?;
    Ok(frames)
}

fn scroll() -> String {
    format!("scroll({REST_MS}, {TRIP_MS}, {STEP})")
}

/// Milliseconds from the saying of each line until it, or one behind it, was drawn; of lines said while the newest was in
/// sight, because all others wait for the reader.
fn lateness(said: &[f64], seen: &Value, rests: &Value) -> Vec<f64> {
    let rest = |rest: &Value| Some((rest["from"].as_f64()?, rest["until"].as_f64()?));
    let rests: Vec<(f64, f64)> = rests.as_array().into_iter().flatten().filter_map(rest).collect();
    let mut seen =
        seen.as_array().into_iter().flatten().filter_map(|pair| Some((pair[0].as_f64()?, pair[1].as_f64()?)));
    let mut now = seen.next();
    let mut late = Vec::new();
    for (number, said) in said.iter().enumerate() {
        while now.is_some_and(|(greatest, _)| greatest < count(number)) {
            now = seen.next();
        }
        let Some((_, at)) = now else { break };
        if rests.iter().any(|(from, until)| (*from..until - TAIL_MS).contains(said)) {
            late.push(at - said);
        }
    }
    late
}

/// Walks over all rows held: how many of the lines they are, which must be the newest without a gap.
async fn walk(window: &Window, lines: usize) -> anyhow::Result<usize> {
    let held = sorted(numbers(&ask_later(window, "walk", &[]).await?));
    let first = held.first().copied().context("no line is held")?;
    ensure!(
        count(lines) - first == count(held.len()),
        "of the {} lines from {first} on only {} are held",
        count(lines) - first,
        held.len()
    );
    Ok(held.len())
}

/// Frames in words.
fn smoothness(gaps: &[f64]) -> String {
    let long = gaps.iter().filter(|gap| **gap > STUTTER_MS).count();
    let seconds = gaps.iter().sum::<f64>() / 1_000.0;
    format!(
        "{:5.1} a second  {:4.1} % over 33 ms  {}",
        count(gaps.len()) / seconds,
        count(long) * 100.0 / count(gaps.len()),
        spread(gaps.to_vec())
    )
}

fn count(number: usize) -> f64 {
    as_f64(u64::try_from(number).unwrap_or(u64::MAX))
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people to read")]
fn as_f64(number: u64) -> f64 {
    number as f64
}
