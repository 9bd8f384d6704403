//! Every recorded session under `devices/` gives, cleaned and with its secrets hidden, what its case says.

use anyhow::Context as _;
use netraven_backend::platforms::{Command, Definition, Purpose, Redactor, Registry, Via, clean, facts, significant};
use netraven_backend::session::{Answer, text_of};
use netraven_lab::Exchange;

use super::cases::{self, Case, CaseFacts};

/// Platforms whose commands are never paged, although a pager is known of them.
const UNPAGED: [&str; 2] = ["linux", "cumulus_linux"];

/// Everything that is not as the case says.
fn compare(case: &Case, registry: &Registry) -> anyhow::Result<Vec<String>> {
    let recording = &case.recording;
    let definition =
        registry.get(&recording.platform).with_context(|| format!("no platform {}", recording.platform))?;
    let mut wrong = Vec::new();
    let prompt = recording.prompt.rsplit('\n').next().unwrap_or_default();
    if definition.prompt_of(prompt).is_none() {
        wrong.push(format!("{prompt:?} is not seen as a prompt"));
    }
    for off in &definition.paging.off {
        match recording.exchange(&off.send) {
            Some(exchange) => wrong.extend(definition.is_error(&exchange.answer).filter(|_| !off.optional)),
            None if off.optional => {}
            None => wrong.push(format!("the recording lacks {:?}", off.send)),
        }
    }
    let (about, config) = answers(case, &definition, &mut wrong);
    let redacted = Redactor::new(&definition, &[7; 32]).redact(&config);
    if redacted.hidden != case.says.hidden {
        wrong.push(format!("{} secrets are hidden, not {}", redacted.hidden, case.says.hidden));
    }
    for secret in &case.says.secrets {
        if !config.contains(secret) {
            wrong.push(format!("the secret {secret} was never there"));
        }
        if redacted.text.contains(secret) {
            wrong.push(format!("the secret {secret} shows"));
        }
    }
    let holds = |text: &&String| redacted.text.contains(*text);
    wrong.extend(case.says.kept.iter().filter(|kept| !holds(kept)).map(|kept| format!("{kept:?} is lost")));
    wrong.extend(case.says.gone.iter().filter(holds).map(|gone| format!("{gone:?} is left")));
    let found = CaseFacts::from(facts(&definition, &about));
    if found != case.says.facts {
        wrong.push(format!("{found:?} instead of {:?}", case.says.facts));
    }
    if case.expected != redacted.text {
        wrong.push(format!("expected.cfg differs from:\n{}", redacted.text));
    }
    Ok(wrong)
}

/// Whether a command is sent once, whatever was answered before it. The others are proven through the engine alone.
fn is_plain(command: &Command) -> bool {
    command.via != Via::Sftp && command.for_each.is_none() && command.when.is_none()
}

/// The first way of saying a command that the device does not refuse, and what it answers; the last one in the recording
/// where it refuses them all.
fn answered<'c>(case: &'c Case, definition: &Definition, command: &'c Command) -> Option<(&'c str, &'c Exchange)> {
    let ways = std::iter::once(&command.send).chain(&command.or_else);
    let known: Vec<_> = ways.filter_map(|send| Some((send.as_str(), case.recording.exchange(send)?))).collect();
    let taken = known.iter().find(|(_, exchange)| definition.is_error(&exchange.answer).is_none());
    taken.or(known.last()).copied()
}

/// What the device says about itself, and its configuration, both cleaned.
fn answers(case: &Case, definition: &Definition, wrong: &mut Vec<String>) -> (String, String) {
    let recording = &case.recording;
    let prompt = recording.prompt.rsplit('\n').next().unwrap_or_default();
    let before_prompt = &recording.prompt[..recording.prompt.len() - prompt.len()];
    let mut answers = Vec::new();
    for (place, command) in definition.commands.iter().enumerate().filter(|(_, command)| is_plain(command)) {
        let Some((sent, exchange)) = answered(case, definition, command) else {
            wrong.push(format!("the recording lacks {:?}", command.send));
            continue;
        };
        let is_echoed = command.via == Via::Shell && exchange.echo.as_deref() != Some("");
        let echo = exchange.echo.as_deref().unwrap_or(sent);
        let echo = if is_echoed { format!("{echo}\r\n") } else { String::new() };
        // The question itself is left out: only the engine knows which questions were answered.
        let shown = exchange.question.as_ref().map_or("", |question| question.shows.as_str());
        let wire = format!("{echo}{}{shown}{before_prompt}", exchange.answer);
        let wire = wire.replace("\r\n", "\n").replace('\n', "\r\n");
        let asked = Command { send: sent.to_owned(), ..command.clone() };
        let text = clean(definition, &asked, wire.as_bytes());
        if let Some(line) = definition.is_error(&text) {
            let may_be_refused = command.optional || command.purpose == Purpose::Startup;
            wrong.extend((!may_be_refused).then_some(line));
            continue;
        }
        if command.purpose == Purpose::Config {
            let significant = significant(definition, &text);
            let last = significant.lines().last().unwrap_or_default();
            if command.end.as_ref().is_some_and(|end| !end.is_match(last)) {
                wrong.push(format!("the end marker is not the last line but {last:?}"));
            }
            if command.must_contain.as_ref().is_some_and(|must| !must.is_match(&text)) {
                wrong.push("what a configuration must contain is missing".to_owned());
            }
        }
        let (sent, heading) = (sent.to_owned(), command.heading.clone());
        answers.push(Answer { command: place, sent, heading, raw: Vec::new(), text });
    }
    let config = significant(definition, &text_of(definition, &answers, Purpose::Config));
    (text_of(definition, &answers, Purpose::Facts), config)
}

#[test]
fn every_recording_gives_what_its_case_says() -> anyhow::Result<()> {
    let (registry, refused) = Registry::load(None);
    assert!(refused.is_empty(), "{refused:?}");
    let mut wrong = Vec::new();
    for case in cases::all()? {
        wrong.extend(compare(&case, &registry)?.into_iter().map(|sentence| case.sentence(sentence)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// A recording without them proves neither that the pager is answered nor that the privileged mode is entered.
#[test]
fn every_platform_of_ours_has_recordings_with_its_pager_and_its_privileged_mode() -> anyhow::Result<()> {
    let cases = cases::all()?;
    let mut lacks = Vec::new();
    for definition in Registry::load(None).0.iter() {
        let name = definition.name.as_str();
        let own: Vec<_> = cases.iter().map(|case| &case.recording).filter(|it| it.platform == name).collect();
        let paged = !definition.paging.more.is_empty() && !UNPAGED.contains(&name);
        if own.is_empty() {
            lacks.push(format!("{name} has no recording under tests/devices"));
        }
        if paged && own.iter().all(|recording| recording.pager.is_none()) {
            lacks.push(format!("no recording of {name} has a [pager]"));
        }
        if !definition.privilege.is_empty() && own.iter().all(|recording| recording.privilege.is_none()) {
            lacks.push(format!("no recording of {name} has a [privilege]"));
        }
    }
    assert!(lacks.is_empty(), "{}", lacks.join("\n"));
    Ok(())
}

#[test]
fn every_recorded_device_refuses_as_its_platform_does() -> anyhow::Result<()> {
    let registry = Registry::load(None).0;
    for case in cases::all()? {
        let refusal = &case.recording.refusal;
        let definition = registry.get(&case.recording.platform).with_context(|| case.sentence("no such platform"))?;
        assert!(definition.is_error(refusal).is_some(), "{}", case.sentence(format!("{refusal:?} is no refusal")));
    }
    Ok(())
}
