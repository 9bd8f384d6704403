//! The specification of a simulated device: names, platform, credentials, configuration and fault.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::recording::Recording;
use crate::telnet::Carrier;

/// Everything that makes one device; start from [`DeviceSpec::new`] and change fields.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSpec {
    /// Shown in the prompt and in the configuration.
    pub hostname: String,
    /// Whose dialect it speaks.
    pub platform: Platform,
    /// The one user that may log in.
    pub username: String,
    /// That user's password.
    pub password: String,
    /// Where set, a session starts unprivileged (`host>`) and `enable` asks for this.
    pub enable_password: Option<String>,
    /// How it misbehaves.
    pub fault: Option<Fault>,
    /// The address to listen on.
    pub bind: IpAddr,
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// Decides the ed25519 host key: equal seeds have equal keys.
    pub host_key_seed: u64,
    /// The running configuration, printed exactly so; generated from the hostname where absent.
    pub config: Option<String>,
    /// About how long the generated configuration shall be.
    pub config_bytes: Option<usize>,
    /// Text printed in the shell before the first prompt.
    pub banner: Option<String>,
    /// What it says instead of its dialect, configuration and banner. Only faults of the connection and the sign-in
    /// still apply then.
    pub recording: Option<Recording>,
    /// Rarely needed variations.
    pub options: Options,
}

/// Rarely needed variations of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// A generated configuration changes after every n visits that read it (n = 1: each finds another one than the one before).
    /// Within a visit it stays the same, however often it is read.
    pub change_every: Option<u64>,
    /// Text sent as the SSH protocol's own banner, before the login.
    pub login_banner: Option<String>,
    /// Whether keyboard-interactive is offered beside password.
    pub keyboard_interactive: bool,
    /// What it asks at the sign-in instead of the password, round after round, by keyboard-interactive alone. A wrong
    /// answer is a refused sign-in.
    pub sign_in_rounds: Vec<Vec<SignInQuestion>>,
    /// Whether long output is paged until the session turns it off.
    pub paging: bool,
    /// Whether it gives no shell, and only runs commands on channels of their own.
    pub no_shell: bool,
    /// What carries the sessions with it.
    pub carrier: Carrier,
    /// The startup configuration, where the platform has one.
    pub startup: Startup,
}

/// The startup configuration of a device.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Startup {
    /// It is the running configuration.
    #[default]
    Saved,
    /// It is the running configuration without the lines that contain this.
    Lacks(String),
    /// The account may not read it.
    Refused,
}

/// A question at the sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInQuestion {
    /// Its words.
    pub text: String,
    /// Whether what is typed is to be shown.
    pub echo: bool,
    /// The one right answer.
    pub answer: String,
}

impl SignInQuestion {
    /// A question whose answer is not to be shown.
    pub fn hidden(text: impl Into<String>, answer: impl Into<String>) -> SignInQuestion {
        SignInQuestion { text: text.into(), echo: false, answer: answer.into() }
    }

    /// A question whose answer is to be shown.
    pub fn shown(text: impl Into<String>, answer: impl Into<String>) -> SignInQuestion {
        SignInQuestion { echo: true, ..SignInQuestion::hidden(text, answer) }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            change_every: None,
            login_banner: None,
            keyboard_interactive: true,
            sign_in_rounds: Vec::new(),
            paging: true,
            no_shell: false,
            carrier: Carrier::Ssh,
            startup: Startup::Saved,
        }
    }
}

impl DeviceSpec {
    /// A healthy device on a free loopback port, with the sample lab's user and a host key of its own.
    pub fn new(hostname: impl Into<String>, platform: Platform) -> DeviceSpec {
        let hostname = hostname.into();
        DeviceSpec {
            host_key_seed: crate::dice::seed(&hostname),
            hostname,
            platform,
            username: crate::SAMPLE_USERNAME.into(),
            password: crate::SAMPLE_PASSWORD.into(),
            enable_password: None,
            fault: None,
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            config: None,
            config_bytes: None,
            banner: None,
            recording: None,
            options: Options::default(),
        }
    }

    /// A device that says what was recorded, on a free loopback port.
    pub fn replaying(recording: Recording) -> DeviceSpec {
        let spec = DeviceSpec::new(recording.hostname.clone(), Platform::Generic);
        DeviceSpec { recording: Some(recording), ..spec }
    }

    /// The same device with a fault.
    pub fn with_fault(self, fault: Fault) -> DeviceSpec {
        DeviceSpec { fault: Some(fault), ..self }
    }

    /// The same device, reached in another way.
    pub fn over(mut self, carrier: Carrier) -> DeviceSpec {
        self.options.carrier = carrier;
        self
    }

    /// The same device, asking these questions at the sign-in.
    pub fn asking(mut self, rounds: Vec<Vec<SignInQuestion>>) -> DeviceSpec {
        self.options.sign_in_rounds = rounds;
        self
    }

    /// The same device with exactly this configuration.
    pub fn with_config(self, config: impl Into<String>) -> DeviceSpec {
        DeviceSpec { config: Some(config.into()), ..self }
    }

    /// The same device starting unprivileged, with this enable password.
    pub fn with_enable(self, password: impl Into<String>) -> DeviceSpec {
        DeviceSpec { enable_password: Some(password.into()), ..self }
    }
}

impl fmt::Debug for DeviceSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceSpec")
            .field("hostname", &self.hostname)
            .field("platform", &self.platform)
            .field("username", &self.username)
            .field("fault", &self.fault)
            .field("bind", &self.bind)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// A vendor platform, named as NetRaven names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Cisco IOS and IOS-XE.
    CiscoIos,
    /// Cisco NX-OS.
    CiscoNxos,
    /// Arista EOS.
    AristaEos,
    /// Juniper Junos.
    JuniperJunos,
    /// A Linux host with bash.
    Linux,
    /// Something that has a prompt and `show running-config`.
    Generic,
}

impl Platform {
    /// Every platform.
    pub const ALL: [Platform; 6] = [
        Platform::CiscoIos,
        Platform::CiscoNxos,
        Platform::AristaEos,
        Platform::JuniperJunos,
        Platform::Linux,
        Platform::Generic,
    ];

    /// The name in NetRaven's `device_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Platform::CiscoIos => "cisco_ios",
            Platform::CiscoNxos => "cisco_nxos",
            Platform::AristaEos => "arista_eos",
            Platform::JuniperJunos => "juniper_junos",
            Platform::Linux => "linux",
            Platform::Generic => "generic",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One way to misbehave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Refuses every password.
    WrongPassword,
    /// Accepts TCP and says nothing.
    NeverAnswers,
    /// Lets the user in and opens the shell, then says nothing.
    SilentAfterLogin,
    /// Closes the connection in the middle of the configuration, in the middle of a line.
    DropsHalfWay,
    /// Prints half the configuration and its own prompt, then closes the connection.
    DropsHalfWayAfterLookAlike,
    /// Prints no faster than this.
    Slow {
        /// Output rate.
        bytes_per_second: u32,
    },
    /// Answers the configuration command with the platform's own error line.
    ErrorText,
    /// Answers the configuration command with nothing but the prompt.
    EmptyAnswer,
    /// Leaves out the last line of the configuration (`end` where the platform has it).
    MissingEndMarker,
    /// Prints text equal to its prompt in the middle of the configuration, pauses after it without a newline, then
    /// finishes the line and goes on.
    LookAlike {
        /// How long it is quiet.
        pause: Duration,
    },
    /// Pages although it accepted that paging is off.
    PagerStaysOn,
    /// Starts unprivileged and refuses every enable password.
    RefusesEnable,
    /// Has another host key after this many connections.
    ChangedHostKey {
        /// Connections that still see the first key.
        after_connections: u64,
    },
    /// Offers keyboard-interactive alone.
    OnlyKeyboardInteractive,
    /// Offers keyboard-interactive alone and asks for the user name (visible) and the password (hidden) at once.
    TwoPrompts,
    /// Offers only what old equipment has: group1/group14 with SHA-1, ssh-rsa, CBC ciphers, hmac-sha1.
    LegacyAlgorithms,
    /// Gives a 1024-bit group to a client that lets it choose the group of the key exchange.
    SmallGroup {
        /// Whether a key exchange with a fixed group is offered beside.
        or_fixed: bool,
    },
    /// Says at the sign-in that the password has expired, and asks for a new one.
    ExpiredPassword,
    /// Answers like a web server.
    NotSsh,
    /// Closes each connection as soon as it is made.
    ClosesAtConnect,
    /// Shows the configuration of an account with too little privilege: a frame without content on IOS, sections marked as
    /// denied on Junos; elsewhere all of it.
    LowPrivilege,
    /// Stops for ever after this much of the configuration, connection open.
    Stalls {
        /// How much it still prints.
        after_bytes: usize,
    },
    /// Prints a line of its log into the middle of the first configuration it shows.
    LogLine,
    /// Prints a line of its log behind the prompt after each command, and draws the prompt again.
    LogsEveryCommand,
    /// Tells the time in its prompt, which so is never the same twice.
    ClockInPrompt,
    /// Asks something in the middle of the configuration and prints a line of its log over the question.
    AsksUnderLog,
    /// Asks for user name and password once more in its shell, three times at most.
    SignsInByShell,
    /// Refuses the configuration, and whatever it does not know, in words of its own.
    OddRefusal,
    /// Answers commands that begin so with the platform's own error line.
    RefusesCommand {
        /// The beginning, in lower case.
        starts_with: String,
    },
}

impl Fault {
    /// A few words for a table.
    pub fn as_str(&self) -> &'static str {
        match self {
            Fault::WrongPassword => "wrong password",
            Fault::NeverAnswers => "never answers",
            Fault::SilentAfterLogin => "silent after login",
            Fault::DropsHalfWay => "drops half way",
            Fault::DropsHalfWayAfterLookAlike => "drops half way after a prompt look-alike",
            Fault::Slow { .. } => "slow",
            Fault::ErrorText => "error text",
            Fault::EmptyAnswer => "empty answer",
            Fault::MissingEndMarker => "missing end marker",
            Fault::LookAlike { .. } => "prompt look-alike",
            Fault::PagerStaysOn => "pager stays on",
            Fault::RefusesEnable => "refuses enable",
            Fault::ChangedHostKey { .. } => "changed host key",
            Fault::OnlyKeyboardInteractive => "keyboard-interactive only",
            Fault::TwoPrompts => "two login prompts",
            Fault::LegacyAlgorithms => "legacy algorithms",
            Fault::SmallGroup { .. } => "small group",
            Fault::ExpiredPassword => "expired password",
            Fault::NotSsh => "not SSH",
            Fault::ClosesAtConnect => "closes at connect",
            Fault::LowPrivilege => "low privilege",
            Fault::Stalls { .. } => "stalls",
            Fault::LogLine => "log line",
            Fault::LogsEveryCommand => "logs every command",
            Fault::ClockInPrompt => "clock in the prompt",
            Fault::AsksUnderLog => "asks under its log",
            Fault::SignsInByShell => "signs in by its shell",
            Fault::OddRefusal => "odd refusal",
            Fault::RefusesCommand { .. } => "refuses a command",
        }
    }
}
