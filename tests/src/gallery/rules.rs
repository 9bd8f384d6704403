//! The rules a page is held to: those of axe-core that are serious or critical, and that nothing sticks out of the window.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::json;

use crate::desktop::Window;

/// Longest wait for the rules to be through with one page.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs axe-core; what would need other files than the page's own is left out.
const AXE: &str = r"
    const done = arguments[arguments.length - 1];
    const findings = (result) => result.violations
        .filter((found) => ['serious', 'critical'].includes(found.impact))
        .flatMap((found) => found.nodes.map((node) => ({
            rule: found.id,
            help: found.help,
            target: node.target.join(' '),
            why: node.failureSummary,
        })));
    axe.run(document, { preload: false, resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })
        .then((result) => done({ findings: findings(result) }), (error) => done({ failed: String(error) }));
";

/// Whatever can be pressed, typed into or read as a heading lies inside the window, unless it can be scrolled to.
const INSIDE: &str = r"
    const scrolls = (element) => {
        for (let outer = element.parentElement; outer; outer = outer.parentElement) {
            const way = getComputedStyle(outer).overflowX;
            if ((way === 'auto' || way === 'scroll') && outer.scrollWidth > outer.clientWidth) return true;
        }
        return false;
    };
    return [...document.querySelectorAll('button, a, input, select, textarea, h1, h2, h3, td, th')]
        .filter((element) => {
            const box = element.getBoundingClientRect();
            return box.width > 0 && (box.left < -1 || box.right > innerWidth + 1) && !scrolls(element);
        })
        .map((element) => ({
            rule: 'inside-window',
            help: 'Nothing may stick out of the window',
            target: element.dataset.action ?? element.id ?? element.tagName,
            why: element.outerHTML.slice(0, 200),
        }));
";

/// The rules, ready to be put into a page.
pub struct Rules(String);

/// What breaks a rule, and where.
#[derive(Debug, Deserialize)]
pub struct Finding {
    rule: String,
    help: String,
    target: String,
    why: String,
    /// The picture that shows it.
    #[serde(skip)]
    place: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum AxeAnswer {
    Findings(Vec<Finding>),
    Failed(String),
}

impl Rules {
    /// Reads axe-core from where `cargo xtask test` puts it.
    pub fn read() -> anyhow::Result<Rules> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/axe/node_modules/axe-core/axe.min.js");
        let file = std::env::var_os("NETRAVEN_AXE").map_or_else(beside, PathBuf::from);
        let source = fs::read_to_string(&file)
            .with_context(|| format!("{} is not there: run `cargo xtask test`, which installs it", file.display()))?;
        Ok(Rules(source))
    }

    /// Everything on the page that breaks a rule.
    pub async fn check(&self, window: &Window, place: &str) -> anyhow::Result<Vec<Finding>> {
        if window.ask("return window.axe === undefined").await? == json!(true) {
            window.client().execute(&self.0, Vec::new()).await.context("axe-core could not be put into the page")?;
        }
        let asked = window.client().execute_async(AXE, Vec::new());
        let answer = tokio::time::timeout(LIMIT, asked).await.context("axe-core is not done in time")??;
        let mut findings = match serde_json::from_value(answer)? {
            AxeAnswer::Findings(findings) => findings,
            AxeAnswer::Failed(why) => anyhow::bail!("axe-core failed: {why}"),
        };
        findings.extend(serde_json::from_value::<Vec<Finding>>(window.ask(INSIDE).await?)?);
        for finding in &mut findings {
            place.clone_into(&mut finding.place);
        }
        Ok(findings)
    }
}

/// The findings for a person: each rule and target once, with the places.
pub fn told(findings: &[Finding]) -> String {
    let mut alike: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        alike.entry((&finding.rule, &finding.target)).or_default().push(finding);
    }
    let mut text = String::new();
    for ((rule, target), found) in alike {
        let places: Vec<&str> = found.iter().map(|finding| finding.place.as_str()).collect();
        let (help, why) = (&found[0].help, found[0].why.replace('\n', "\n    "));
        let _ = writeln!(text, "{rule}: {help}\n  {target}\n    {why}\n  at {}", places.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_told_once_with_every_place() {
        let found = |place: &str| Finding {
            rule: "color-contrast".to_owned(),
            help: "Elements must be readable".to_owned(),
            target: "h1".to_owned(),
            why: "Fix this".to_owned(),
            place: place.to_owned(),
        };
        let text = told(&[found("jobs-dark-900"), found("jobs-light-900")]);
        assert_eq!(
            text,
            "color-contrast: Elements must be readable\n  h1\n    Fix this\n  at jobs-dark-900, jobs-light-900\n"
        );
    }
}
