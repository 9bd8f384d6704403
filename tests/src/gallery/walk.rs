//! The way through all pages. A new page, dialog or panel is one stop more in one of these lists.

/// A page as it is looked at, under the name its pictures have.
pub struct Stop {
    /// The name: `<name>-<theme>-<width>.png`.
    pub name: &'static str,
    /// How to come there from the stop before.
    pub steps: &'static [Step],
}

/// What a person does, or waits for.
pub enum Step {
    /// Goes to a page by its name in the sidebar.
    Go(&'static str),
    /// Presses what carries this action.
    Press(&'static str),
    /// Presses what this selector finds first.
    Click(&'static str),
    /// Types where the focus is.
    Keys(&'static str),
    /// Waits for a text.
    Sees(&'static str),
    /// Waits until a script returns true.
    Until(&'static str),
    /// Runs a script that returns nothing.
    Do(&'static str),
}

use Step::{Click, Do, Go, Keys, Press, Sees, Until};

const ESCAPE: &str = "\u{e00c}";
const FIND: &str = "\u{e009}f\u{e000}";
const FINDS: &str = "return /\\d (found|of \\d)/.test(document.querySelector('.find-bar').textContent)";
const DOWN: &str = "\u{e015}";
const SELECT_DOWN: &str = "\u{e008}\u{e015}\u{e000}";
const SEARCH: &str = "\u{e009}k\u{e000}";
const HAS_LINES: &str = "return document.querySelectorAll('[data-action^=\"Line \"]').length > 10";
const FOUND: &str = "return document.querySelectorAll('#palette-list li').length === 2";
const HAS_ROWS: &str = "return document.querySelector('main tbody td') !== null";
/// What changed last, or the text where there is one snapshot only.
const HAS_CONFIGURATION: &str = "return document.querySelector('.config-content :is(table.diff, pre)') !== null";
/// What a terminal showed of a device, as it is typed: lines end with the Enter key.
const LOG: &str = "sw1# show running-config\u{e007}hostname sw1\u{e007}enable secret 5 example\u{e007}end\u{e007}\
                   sw1# show foo\u{e007}% Invalid input\u{e007}sw1#";
const NO_DIALOG: &str = "return document.querySelector('[role=\"dialog\"]') === null";

const fn stop(name: &'static str, steps: &'static [Step]) -> Stop {
    Stop { name, steps }
}

/// Before there is a session, and the dashboard with nothing in it.
pub const FIRST_START: &[Stop] = &[
    stop("first-start", &[Sees("Where is your data?")]),
    stop("first-start-server", &[Press("NetRaven server"), Sees("Address")]),
    stop("dashboard-empty", &[Press("On this computer"), Sees("Start the sample lab")]),
];

/// Every page with the sample lab's data, once it was backed up twice.
pub const PAGES: &[Stop] = &[
    stop(
        "run",
        &[
            Press("Start the sample lab"),
            Sees("Partly failed"),
            Press("Run again"),
            Press("All devices of the job"),
            Until("return location.pathname === '/runs/2'"),
            Sees("Partly failed"),
            Sees("Authentication refused"),
        ],
    ),
    stop("run-again", &[Press("Run again"), Sees("All devices of the job")]),
    stop("run-history", &[Keys(ESCAPE), Press("History"), Sees("a retry may help")]),
    stop("run-log", &[Press("Log of this run"), Sees("Sample lab backup partly failed")]),
    stop("run-device", &[Press("Devices"), Click("tr[data-device]:has(.tag-danger) td.name a"), Sees("What to do")]),
    stop("run-device-log", &[Press("Log of this device"), Sees("Connection lost: ")]),
    stop("dashboard", &[Go("Job Status"), Sees("Sample lab backup"), Sees("Partly failed")]),
    stop("dashboard-causes", &[Click("[data-action^=\"Causes of run\"]"), Sees("Authentication refused")]),
    stop("dashboard-run", &[Press("Run a job"), Until("return document.querySelector('.chooser li') !== null")]),
    stop("dashboard-times", &[Keys(ESCAPE), Until(NO_DIALOG), Press("Exact times"), Sees("Show this time")]),
    stop("dashboard-views", &[Keys(ESCAPE), Until(NO_DIALOG), Press("Views"), Sees("Save this view")]),
    stop("dashboard-columns", &[Keys(ESCAPE), Press("Columns and rows"), Sees("Reset columns")]),
    stop(
        "dashboard-export",
        &[Keys(ESCAPE), Until(NO_DIALOG), Press("Export"), Sees("Exports every run that matches")],
    ),
    stop("logs", &[Keys(ESCAPE), Until(NO_DIALOG), Press("Unified Logs"), Until(HAS_LINES)]),
    stop(
        "logs-find",
        &[Keys(FIND), Until("return document.activeElement.id === 'log-find'"), Keys("unchanged"), Until(FINDS)],
    ),
    stop(
        "logs-selection",
        &[
            Keys(ESCAPE),
            Do("document.getElementById('log-lines').focus()"),
            Keys(DOWN),
            Keys(SELECT_DOWN),
            Keys(SELECT_DOWN),
            Sees("3 selected"),
        ],
    ),
    stop("logs-line", &[Keys(ESCAPE), Click("[data-action^=\"Line \"]"), Sees("Copy the line")]),
    stop("logs-around", &[Press("Context: this run"), Sees("Back to the list"), Sees("Lines around")]),
    stop("devices", &[Go("Devices"), Sees("lab-core-01"), Sees("Simulated")]),
    stop("devices-device", &[Press("Open lab-core-01"), Sees("Snapshots")]),
    stop("devices-snapshot", &[Click("[data-action^=\"Snapshot \"]"), Sees("hostname lab-core-01")]),
    stop("devices-add", &[Keys(ESCAPE), Until(NO_DIALOG), Press("Add device"), Sees("SSH port")]),
    stop("devices-credential", &[Keys(ESCAPE), Until(NO_DIALOG), Press("Add credential"), Sees("Priority")]),
    stop("devices-import", &[Keys(ESCAPE), Until(NO_DIALOG), Press("Import CSV"), Sees("Choose a file")]),
    stop(
        "crypto-report",
        &[
            Keys(ESCAPE),
            Until(NO_DIALOG),
            Go("Devices"),
            Click("a[href^=\"/crypto-report\"]"),
            Sees("What would be lost"),
            Until(HAS_ROWS),
        ],
    ),
    stop("crypto-report-devices", &[Click("a[href*=\"kex=\"]"), Sees("Back to the report"), Until(HAS_ROWS)]),
    stop("jobs", &[Keys(ESCAPE), Until(NO_DIALOG), Go("Jobs"), Sees("Sample lab backup")]),
    stop("jobs-add", &[Press("Add job"), Sees("It runs only when someone presses Run.")]),
    stop(
        "configurations",
        &[Keys(ESCAPE), Until(NO_DIALOG), Go("Configurations"), Sees("lab-core-01"), Until(HAS_ROWS)],
    ),
    stop("configurations-device", &[Click("td.name a"), Until(HAS_CONFIGURATION)]),
    stop("credentials", &[Go("Credentials"), Sees("Priority"), Until(HAS_ROWS)]),
    stop("jump-hosts", &[Go("Jump hosts"), Sees("No jump hosts yet")]),
    stop("tags", &[Go("Tags"), Sees("Add tag"), Until(HAS_ROWS)]),
    stop("platforms", &[Go("Platforms"), Sees("Read the folder again"), Until(HAS_ROWS)]),
    stop("platforms-platform", &[Press("Open Cisco IOS / IOS XE"), Sees("Duplicate begins a platform")]),
    stop("platforms-editor", &[Press("Duplicate"), Sees("nothing proves that this platform reads a device")]),
    stop("platforms-import", &[Keys(ESCAPE), Until(NO_DIALOG), Press("Import"), Sees("Or paste the text")]),
    stop(
        "prompt-lab",
        &[
            Keys(ESCAPE),
            Until(NO_DIALOG),
            Click("a[href^=\"/prompt-lab\"]"),
            Sees("Nothing to explain yet"),
            Do("document.getElementById('prompt-lab-log').focus()"),
            Keys(LOG),
            Sees("Prompt, Host, Echo"),
        ],
    ),
    stop("users", &[Go("Users"), Sees("Add user"), Until(HAS_ROWS)]),
    stop("system", &[Go("System"), Sees("PostgreSQL")]),
    stop(
        "search",
        &[Keys(ESCAPE), Until(NO_DIALOG), Keys(SEARCH), Sees("Search or jump to"), Keys("lab-core"), Until(FOUND)],
    ),
    stop(
        "keys",
        &[Keys(ESCAPE), Until(NO_DIALOG), Do("document.activeElement.blur()"), Keys("?"), Sees("show this list")],
    ),
    stop("connection", &[Keys(ESCAPE), Until(NO_DIALOG), Press("Connection"), Sees("Theme")]),
];

/// An address that leads nowhere, as an old link does.
pub const NOT_FOUND: &[Stop] = &[stop(
    "not-found",
    &[
        Keys(ESCAPE),
        Until(NO_DIALOG),
        Do("history.pushState(null, '', '/no/such/page'); dispatchEvent(new PopStateEvent('popstate'))"),
        Sees("Page not found"),
    ],
)];

/// A server that wants to know who one is.
pub const SIGN_IN: &[Stop] = &[stop("sign-in", &[Sees("Sign in"), Sees("Password")])];

/// A network with a run under way, as somebody sees it who is no admin.
pub const ROLE_USER: &[Stop] = &[
    stop("user-dashboard", &[Sees("ruth"), Sees("11 of 40")]),
    stop("user-run", &[Do("document.querySelector('td.name a[href^=\"/runs/2000\"]').click()"), Sees("dist-40")]),
    stop("user-devices", &[Go("Devices"), Sees("edge-2"), Press("Open core-1"), Sees("Host key")]),
    stop("user-credentials", &[Go("Credentials"), Sees("No credentials yet")]),
    stop("user-users", &[Go("Users"), Sees("Only admins can see users")]),
    stop(
        "production",
        &[
            Go("Job Status"),
            Press("Connection"),
            Click("#place-production"),
            Press("Save name and mark"),
            Sees("Production"),
        ],
    ),
];

/// The same window once its user may not sign in any more: what was read stays on screen.
pub const SWITCHED_OFF: &[Stop] =
    &[stop("user-switched-off", &[Keys(ESCAPE), Until(NO_DIALOG), Press("Refresh"), Sees("inactive on the server")])];

/// The same window once there is no such user.
pub const ENDED: &[Stop] = &[stop("sign-in-ended", &[Press("Refresh"), Sees("Your sign-in has expired")])];

/// A start that cannot go well.
pub const FAILED: &[Stop] = &[stop("failed-start", &[Sees("NetRaven could not start")])];
