//! What a process costs, as Linux accounts for it.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

/// CPU time a process has used so far, without its children.
pub fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let used = Stat::of(pid)?;
    Ok(Duration::from_millis((used.ticks(11) + used.ticks(12)) * 10))
}

/// CPU time that a process and all that descend from it have used, those that ended included.
pub fn cpu_of(ancestor: u32) -> anyhow::Result<Duration> {
    let all = all()?;
    let family = all.iter().filter(|(pid, _)| descends(&all, *pid, ancestor));
    let ticks: u64 = family.map(|(_, stat)| (11..=14).map(|place| stat.ticks(place)).sum::<u64>()).sum();
    Ok(Duration::from_millis(ticks * 10))
}

/// The process of the PostgreSQL that keeps its data here, from which all of its others descend.
pub fn postmaster(data_dir: &Path) -> anyhow::Result<u32> {
    let text = std::fs::read_to_string(data_dir.join("postgres/postmaster.pid"))?;
    Ok(text.lines().next().unwrap_or_default().trim().parse()?)
}

/// Most memory a process has held, in megabytes.
pub fn peak_mb(pid: u32) -> anyhow::Result<u64> {
    status_mb(pid, "VmHWM:")
}

/// Memory a process holds now, in megabytes.
pub fn memory_mb(pid: u32) -> anyhow::Result<u64> {
    status_mb(pid, "VmRSS:")
}

/// The process of this name that descends from another.
pub fn descendant(ancestor: u32, name: &str) -> anyhow::Result<u32> {
    let all = all()?;
    let found = all
        .iter()
        .find(|(pid, stat)| name.starts_with(&stat.name) && !stat.name.is_empty() && descends(&all, *pid, ancestor));
    Ok(found.with_context(|| format!("there is no process {name}"))?.0)
}

/// Whether a process is this one or descends from it.
fn descends(all: &[(u32, Stat)], pid: u32, ancestor: u32) -> bool {
    let mut line = std::iter::successors(Some(pid), |pid| {
        all.iter().find(|(other, _)| other == pid).map(|(_, stat)| stat.parent()).filter(|parent| *parent > 1)
    });
    line.any(|pid| pid == ancestor)
}

fn all() -> anyhow::Result<Vec<(u32, Stat)>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // One that ends meanwhile is counted with its parent the next time.
        let Ok(stat) = Stat::of(pid) else { continue };
        all.push((pid, stat));
    }
    Ok(all)
}

fn status_mb(pid: u32, field: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    Ok(line.split_whitespace().next().and_then(|text| text.parse::<u64>().ok()).unwrap_or_default() / 1024)
}

/// The name of `/proc/PID/stat`, fifteen letters of it at most, and the fields behind it: 1 is the parent, 11 and 12 are the
/// process' own time, 13 and 14 that of its children that ended, in hundredths of a second on Linux.
struct Stat {
    name: String,
    fields: Vec<String>,
}

impl Stat {
    fn of(pid: u32) -> anyhow::Result<Stat> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let (before, fields) = stat.rsplit_once(')').context("a process has no name")?;
        let name = before.split_once('(').map(|(_, name)| name.to_owned()).unwrap_or_default();
        Ok(Stat { name, fields: fields.split_whitespace().map(str::to_owned).collect() })
    }

    fn ticks(&self, place: usize) -> u64 {
        self.fields.get(place).and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    fn parent(&self) -> u32 {
        u32::try_from(self.ticks(1)).unwrap_or_default()
    }
}
