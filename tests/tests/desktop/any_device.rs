//! The devices of a real network, as a new user meets them: a host by key behind a jump host, a telnet switch and boxes
//! of three vendors are recognised and backed up; a platform that nobody knows is taught while everything runs.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use netraven_lab::{Carrier, DeviceSpec, Lab, Platform, Recording, SAMPLE_PASSWORD, SAMPLE_USERNAME};
use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::sshd::Sshd;
use netraven_tests::support::work::Enrolled;
use serde_json::json;

/// The devices by name, what each is recognised as, and a line of its configuration.
const DEVICES: [(&str, &str, &str); 5] = [
    ("acc-2930", "HPE ProCurve / ArubaOS-Switch", "name \"acc-2930# to the core\""),
    ("branch-host", "Linux", "### /etc/hosts"),
    ("office-fw", "Fortinet FortiOS", "set hostname \"office-fw\""),
    ("office-rtr", "MikroTik RouterOS", "set name=office-rtr"),
    ("old-sw", "Cisco IOS / IOS XE", "hostname old-sw"),
];
/// The secrets of the recorded configurations.
const SECRETS: [&str; 3] = ["QZpublic", "QZadmin", "QZanna"];
/// The choice of a device whose platform is to be recognised.
const RECOGNISE: &str = "Recognise it (auto)";
/// What is stored of a jump host that was installed again since: the key it had before.
const FORMER_KEY: &str = "update jump_hosts set key_type = 'ssh-ed25519', key_first_seen = now(),
    key_sha256 = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'";

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_device_is_added_recognised_and_backed_up() -> anyhow::Result<()> {
    let bastion = tokio::task::spawn_blocking(Sshd::start).await??;
    let host = tokio::task::spawn_blocking(|| Sshd::requiring("publickey")).await??;
    let key = host.authorise_key("ed25519", "")?;
    let lab = Lab::start(vec![
        DeviceSpec::new("old-sw", Platform::CiscoIos).over(Carrier::Telnet),
        DeviceSpec::replaying(recorded("fortinet/plain")?),
        DeviceSpec::replaying(recorded("mikrotik_routeros/plain")?),
        // Signed in as manager: to an operator it refuses all it could be recognised by.
        DeviceSpec::replaying(Recording { privilege: None, ..recorded("hp_procurve/plain")? }),
    ])
    .await?;
    let port = |name: &str| anyhow::Ok(lab.device(name).context("the lab has every device")?.address.port());
    let app = TestApp::start().await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        window.choose("link", "Credentials").await?;
        add_credential(&window, &bastion.username, Means::Password(&bastion.password), "bastions").await?;
        add_credential(&window, &host.username, Means::Key(&key), "hosts").await?;
        add_credential(&window, SAMPLE_USERNAME, Means::Password(SAMPLE_PASSWORD), "branch").await?;
        add_jump_host(&window, &bastion).await?;
        sqlx::query(FORMER_KEY).execute(app.pool()).await?;

        window.choose("link", "Devices").await?;
        let behind = NewDevice { through: Some("bastion-1"), ..NewDevice::new("branch-host", host.port, "hosts") };
        behind.add(&window).await?;
        let old = NewDevice { telnet: true, ..NewDevice::new("old-sw", port("old-sw")?, "branch") };
        old.add(&window).await?;
        for name in ["office-fw", "office-rtr", "acc-2930"] {
            NewDevice::new(name, port(name)?, "branch").add(&window).await?;
        }
        window.sees("Not recognised yet").await?;

        window.choose("link", "Jobs").await?;
        window.choose("button", "Add job").await?;
        window.enter("textbox", "Name", "Nightly backup").await?;
        window.choose("checkbox", "default").await?;
        window.choose("button", "Add").await?;
        window.sees("Nightly backup was added.").await?;
        window.choose("button", "Run Nightly backup").await?;
        // The jump host shows another key than before: no password is sent to it until an admin trusts that key.
        run_ends(&window, 4, 1).await?;
        window.sees("Jump host refused").await?;
        ensure!(bastion.accepted() == 0, "somebody signed in to the jump host");
        window.choose("link", "Jump hosts").await?;
        window.sees("Another key was seen").await?;
        window.choose("button", "Trust the key seen").await?;
        window.find("dialog", "Trust this key of bastion-1?").await?;
        window.choose("button", "Trust this key").await?;
        window.sees("Key trusted. Run the devices again.").await?;
        window.choose("button", "Back").await?;
        window.choose("button", "Run again").await?;
        window.choose("menuitem", "Only the 1 that failed").await?;
        run_ends(&window, 1, 0).await?;

        window.choose("link", "Devices").await?;
        for (name, platform, _) in DEVICES {
            is_recognised(&window, name, platform).await?;
        }
        window.sees("Unencrypted").await?;
        window.picture("devices-recognised").await?;
        window.choose("button", "branch-host").await?;
        window.sees("through bastion-1, chosen for this device").await?;

        for (name, _, line) in DEVICES {
            window.choose("link", "Configurations").await?;
            window.choose("link", name).await?;
            window.sees(line).await?;
            let shown = window.text().await?;
            ensure!(SECRETS.iter().all(|secret| !shown.contains(secret)), "{name} shows a secret");
        }
        anyhow::Ok(())
    };
    screen.walk(&window, "any-device", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

/// A device with a prompt and a pager of its own.
const LOOM_SESSION: &str = r#"platform = "loom_os"
hostname = "loom-7"
prompt = "loom-7 } "
banner = "Loom OS 4.2\n"
refusal = "what? {word}\n"

[pager]
mark = "~ f: forth, b: back ~"
erase = "\r                     \r"
key = "f"
lines = 5

[[exchange]]
send = "list about"
answer = "Loom OS 4.2\nunit LM-24\n"

[[exchange]]
send = "list all"
answer = """
name loom-7
port 1 speed 1000
port 2 speed 1000
port 3 speed 100
port 4 speed 100
port 5 speed 100
port 6 speed 10
key alice Lo0m-s3cret
end of list
"""
"#;

/// A part of a session with it, as a terminal shows it.
const LOOM_LOG: &str = "Loom OS 4.2
loom-7 } list all
name loom-7
port 1 speed 1000
~ f: forth, b: back ~
key alice Lo0m-s3cret
end of list
loom-7 } ";

/// The platform as its user writes it, with the pattern that was offered, for every host.
const LOOM: &str = r#"name = "loom_os"
title = "Loom OS"
vendor = "Loom"
errors = ['^what\? ']
goodbye = ["exit"]

[prompt]
pattern = '(?P<host>[\w-]+) \}'

[paging]
more = ['~ f: forth, b: back ~']
answer = "f"

[[commands]]
send = "list about"
purpose = "facts"

[[commands]]
send = "list all"
purpose = "config"
end = '^end of list$'

[[facts]]
field = "version"
pattern = '^Loom OS (\d\S*)'

[[facts]]
field = "model"
pattern = '^unit (\S+)'

[[secrets]]
pattern = '^key \S+ (\S+)$'
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_platform_is_taught_in_the_prompt_lab_without_a_restart() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let _lab = Enrolled::start(&app.client, vec![DeviceSpec::replaying(Recording::parse(LOOM_SESSION)?)]).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        window.choose("link", "Jobs").await?;
        window.choose("button", "Run lab backup").await?;
        run_ends(&window, 0, 1).await?;
        window.choose("link", "loom-7").await?;
        window.find("heading", "Prompt not seen").await?;
        window.choose("link", "Open in the prompt lab").await?;

        // What the device said last is known once the pattern that is offered is used.
        window.find("paragraph", "No rule knows the last line").await?;
        window.sees(r"(?P<host>loom-7) \}").await?;
        window.picture("prompt-lab-proposal").await?;
        window.choose("button", "Use this pattern").await?;
        window.lacks("button", "Use this pattern").await?;
        lines_begin(&window, &["Prompt, Hostloom-7 }"]).await?;

        // The file and a log beside each other: each line says what it is taken for.
        window.paste("textbox", "Platform file", LOOM).await?;
        window.paste("textbox", "Terminal log", LOOM_LOG).await?;
        let taken = ["Prompt, Host, Echoloom-7 } list all", "Pager~ f: forth", "Configuration, Secretkey alice "];
        lines_begin(&window, &taken).await?;
        window.picture("prompt-lab-taught").await?;

        // Saved with a recording, which is replayed first.
        window.choose("link", "Platforms").await?;
        window.choose("button", "Import").await?;
        window.paste("textbox", "Or paste the text", &format!("{LOOM}#%% recording plain\n{LOOM_SESSION}")).await?;
        window.choose("button", "Use the pasted text").await?;
        window.find("dialog", "New platform").await?;
        save_platform(&window).await?;
        window.sees("loom_os was saved.").await?;

        window.choose("link", "Devices").await?;
        window.choose("button", "loom-7").await?;
        window.choose("button", "Change the platform").await?;
        pick(&window, "Platform", "Loom OS").await?;
        window.choose("button", "Save").await?;
        window.sees("loom-7 was changed.").await?;

        window.choose("link", "Jobs").await?;
        window.choose("button", "Run lab backup").await?;
        run_ends(&window, 1, 0).await?;
        window.choose("link", "Configurations").await?;
        window.choose("link", "loom-7").await?;
        window.sees("port 6 speed 10").await?;
        window.sees("key alice ‹secret").await?;
        ensure!(!window.text().await?.contains("Lo0m-s3cret"), "a secret is shown");
        anyhow::Ok(())
    };
    screen.walk(&window, "prompt-lab", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

/// What a credential signs in with.
enum Means<'a> {
    Password(&'a str),
    Key(&'a str),
}

/// A device as it is typed into the dialog.
struct NewDevice<'a> {
    name: &'a str,
    port: u16,
    tag: &'a str,
    telnet: bool,
    through: Option<&'a str>,
}

impl<'a> NewDevice<'a> {
    /// One on this computer that is reached by SSH, without a jump host.
    fn new(name: &'a str, port: u16, tag: &'a str) -> NewDevice<'a> {
        NewDevice { name, port, tag, telnet: false, through: None }
    }

    /// Adds it in the window; its platform is left to be recognised.
    async fn add(&self, window: &Window) -> anyhow::Result<()> {
        window.choose("button", "Add device").await?;
        window.enter("textbox", "Hostname", self.name).await?;
        window.enter("textbox", "Address", "127.0.0.1").await?;
        if self.telnet {
            pick(window, "Transport", "Telnet").await?;
        }
        let port = if self.telnet { "Port" } else { "SSH port" };
        window.enter("textbox", port, &self.port.to_string()).await?;
        if let Some(jump_host) = self.through {
            pick(window, "Reached through", jump_host).await?;
        }
        pick(window, "Platform", RECOGNISE).await?;
        window.choose("checkbox", self.tag).await?;
        window.choose("button", "Add").await?;
        window.sees(&format!("{} was added.", self.name)).await
    }
}

/// A recorded session of `tests/devices`.
fn recorded(case: &str) -> anyhow::Result<Recording> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("devices").join(case).join("session.toml");
    let about = || file.display().to_string();
    Recording::parse(&fs::read_to_string(&file).with_context(about)?).with_context(about)
}

/// Adds a credential for the devices of a new tag, on the page of credentials.
async fn add_credential(window: &Window, username: &str, means: Means<'_>, tag: &str) -> anyhow::Result<()> {
    window.choose("button", "Add credential").await?;
    window.enter("textbox", "User name", username).await?;
    match means {
        Means::Password(password) => window.enter("textbox", "Password", password).await?,
        Means::Key(key) => {
            window.choose("button", "Private key").await?;
            window.paste("textbox", "Private key", key).await?;
        }
    }
    window.enter("textbox", "New tag", tag).await?;
    window.choose("button", "Add").await?;
    window.sees(&format!("The credential of {username} was added.")).await
}

async fn add_jump_host(window: &Window, server: &Sshd) -> anyhow::Result<()> {
    window.choose("link", "Jump hosts").await?;
    window.choose("button", "Add jump host").await?;
    window.enter("textbox", "Name", "bastion-1").await?;
    window.enter("textbox", "Address", "127.0.0.1").await?;
    window.enter("textbox", "SSH port", &server.port.to_string()).await?;
    pick(window, "Signs in with", &server.username).await?;
    window.choose("button", "Add").await?;
    window.sees("The jump host bastion-1 was added.").await
}

/// Picks a line of a list as soon as it is offered: what there is to choose from may still be on its way.
async fn pick(window: &Window, list: &str, line: &str) -> anyhow::Result<()> {
    let what = format!("{list:?} offers {line:?}");
    window.wait(&what, async || Ok(window.pick("combobox", list, line).await.ok())).await
}

/// Waits until the run on screen has this many devices that succeeded and that failed, and no others.
async fn run_ends(window: &Window, succeeded: usize, failed: usize) -> anyhow::Result<()> {
    let has_ended = |states: &[String]| {
        let count = |word: &str| states.iter().filter(|state| state.starts_with(word)).count();
        states.len() == succeeded + failed && count("Succeeded") == succeeded && count("Failed") == failed
    };
    let what = format!("{succeeded} succeeded, {failed} failed");
    window.column_is("Devices of this run", "State", &what, has_ended).await?;
    Ok(())
}

/// Waits until the row of a device says which platform it has, and how sure that is.
async fn is_recognised(window: &Window, name: &str, platform: &str) -> anyhow::Result<()> {
    let words = ["certain", "likely"].map(|sure| format!("{platform} (recognised, {sure})"));
    window
        .wait(&format!("{name} is recognised as {platform}"), async || {
            let names = window.column("Devices", "Hostname").await?.unwrap_or_default();
            let platforms = window.column("Devices", "Platform").await?.unwrap_or_default();
            let mut rows = names.iter().zip(&platforms);
            Ok(rows.any(|(shown, said)| shown.starts_with(name) && words.contains(said)).then_some(()))
        })
        .await
}

/// Waits until the prompt lab has a line that begins with each of these texts: what it is taken for, then itself.
async fn lines_begin(window: &Window, texts: &[&str]) -> anyhow::Result<()> {
    let script = "const lines = [...document.querySelectorAll('.prompt-lab-line')].map(line => line.textContent);
        return [...arguments].every(text => lines.some(line => line.startsWith(text)))";
    window.until(script, json!(texts)).await.with_context(|| format!("no lines begin with {texts:?}"))
}

/// Saves the platform in the dialog, which asks to try again as long as its text is being checked.
async fn save_platform(window: &Window) -> anyhow::Result<()> {
    window
        .wait("the platform is saved", async || {
            let Some(save) = window.glance("button", "Save").await? else { return Ok(Some(())) };
            // It is gone once the platform is saved.
            let _ = save.click().await;
            Ok(None)
        })
        .await
}
