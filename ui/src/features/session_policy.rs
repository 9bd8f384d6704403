//! The session policy of the server, a tag, a device or a jump host: one form for all of them, and what holds in words.

use dioxus::prelude::*;
use netraven_api::crypto_report::CryptoPart;
use netraven_api::devices::Device;
use netraven_api::native::Feature;
use netraven_api::session_policy::{
    AlgorithmLists, ChosenSetting, CryptoPolicy, DevicePolicy, GetDevicePolicy, GetJumpHostPolicy, GetServerPolicy,
    GetTagPolicy, Newline, SessionPolicy, SetDevicePolicy, SetJumpHostPolicy, SetServerPolicy, SetTagPolicy,
};
use netraven_api::{DeviceId, JumpHostId, Problem, TagId};

use crate::components::{
    Button, ButtonKind, Dialog, Glyph, ReadFailed, SelectField, SkeletonRows, TextAreaField, TextField,
};
use crate::data::{Api, use_api, use_query, use_query_maybe};
use crate::features::form::{FormDialog, use_form};
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

mod typed;
mod words;

use typed::{NUMBERS, TypedPolicy};
use words::{settings, summary};

/// Fields that show their own refusal.
const FIELDS: [&str; 12] = [
    "connect_seconds",
    "command_seconds",
    "width",
    "height",
    "newline",
    "at_once",
    "per_second",
    "crypto",
    "kex",
    "host_key",
    "cipher",
    "mac",
];
/// What is said where nothing is set.
const UNSET: &str = "As its platform and the program have it.";

/// What a policy is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyOwner {
    /// The whole server.
    Server,
    /// The devices of a tag, with its name.
    Tag(TagId, String),
    /// A device, with its hostname.
    Device(DeviceId, String),
    /// What is reached through a jump host, with its name.
    JumpHost(JumpHostId, String),
}

impl PolicyOwner {
    /// What it is for, in words.
    fn name(&self) -> String {
        match self {
            PolicyOwner::Server => "this server".to_owned(),
            PolicyOwner::Tag(_, name) => format!("the tag {name}"),
            PolicyOwner::Device(_, name) => name.clone(),
            PolicyOwner::JumpHost(_, name) => format!("the jump host {name}"),
        }
    }

    /// What its limits of sessions are for.
    fn limited(&self) -> &'static str {
        match self {
            PolicyOwner::Server => "Limits are for all devices of the server together.",
            PolicyOwner::Tag(..) => "Limits are for all devices of the tag together: the tag is a site.",
            PolicyOwner::Device(..) => "Limits are for this device alone; those of its tags hold too.",
            PolicyOwner::JumpHost(..) => "Limits are for all sessions through the jump host together.",
        }
    }

    fn is_jump_host(&self) -> bool {
        matches!(self, PolicyOwner::JumpHost(..))
    }
}

/// Opens the form; off, with the reason, where the server has no policies and for who is no admin. With `icon` it is a
/// button in a row.
#[component]
pub fn PolicyButton(owner: PolicyOwner, #[props(default)] icon: bool) -> Element {
    let mut open = use_signal(|| false);
    let workplace = use_workplace();
    let denied = || "Only admins may change session policies.".to_owned();
    let refused = workplace.refusal(Feature::SessionPolicies).or_else(|| (!workplace.is_admin()).then(denied));
    let label = if icon { format!("Session policy of {}", owner.name()) } else { "Change session policy".to_owned() };
    rsx! {
        Button {
            label,
            kind: if icon { ButtonKind::Icon } else { ButtonKind::Outline },
            glyph: icon.then_some(Glyph::Reach),
            small: true,
            refused,
            onclick: move |_| open.set(true),
        }
        if open() {
            PolicyDialog { owner, onclose: move |()| open.set(false) }
        }
    }
}

/// Reads the policy as it is, and lets it be changed.
#[component]
fn PolicyDialog(owner: PolicyOwner, onclose: EventHandler<()>) -> Element {
    let (tag, device, host) = match &owner {
        PolicyOwner::Server => (None, None, None),
        PolicyOwner::Tag(id, _) => (Some(*id), None, None),
        PolicyOwner::Device(id, _) => (None, Some(*id), None),
        PolicyOwner::JumpHost(id, _) => (None, None, Some(*id)),
    };
    let server = use_query(|| GetServerPolicy);
    let of_tag = use_query_maybe(move || tag.map(GetTagPolicy));
    let of_device = use_query_maybe(move || device.map(GetDevicePolicy));
    let of_host = use_query_maybe(move || host.map(GetJumpHostPolicy));
    let own = match &owner {
        PolicyOwner::Server => server.value().map(|known| known.policy.clone()),
        PolicyOwner::Tag(..) => of_tag.value().map(|known| (*known).clone()),
        PolicyOwner::Device(..) => of_device.value().map(|known| known.own.clone()),
        PolicyOwner::JumpHost(..) => of_host.value().map(|known| (*known).clone()),
    };
    let problems = [server.error(), of_tag.error(), of_device.error(), of_host.error()];
    let retry = move |()| {
        server.refresh();
        of_tag.refresh();
        of_device.refresh();
        of_host.refresh();
    };
    match (own.zip(server.value()), problems.into_iter().flatten().next()) {
        (Some((own, server)), _) => rsx! {
            PolicyForm { owner, own, supported: server.supported.clone(), onclose }
        },
        (None, problem) => rsx! {
            Dialog {
                id: "session-policy",
                title: "Session policy of {owner.name()}",
                onclose: move |()| onclose.call(()),
                if let Some(problem) = problem {
                    ReadFailed { problem, onretry: retry }
                } else {
                    SkeletonRows { rows: 4, label: "Loading the session policy" }
                }
            }
        },
    }
}

#[component]
fn PolicyForm(owner: PolicyOwner, own: SessionPolicy, supported: AlgorithmLists, onclose: EventHandler<()>) -> Element {
    let (api, notices, form) = (use_api(), use_notices(), use_form());
    let mut typed = use_signal(move || TypedPolicy::of(&own));
    let (whose, known) = (owner.clone(), supported.clone());
    let submit = move |()| {
        let Some(policy) = form.accept(typed.peek().read()) else { return };
        let done = format!("The session policy of {} was changed.", whose.name());
        form.send(send(api.clone(), whose.clone(), policy), move |()| {
            notices.done(done);
            onclose.call(());
        });
    };
    let is_host = owner.is_jump_host();
    let choices = |unset: &str, words: Vec<(&str, &str)>| -> Vec<(String, String)> {
        let words = words.into_iter().map(|(word, title)| (word.to_owned(), title.to_owned()));
        std::iter::once((String::new(), unset.to_owned())).chain(words).collect()
    };
    let newlines = Newline::ALL.iter().map(|one| (one.as_str(), one.title())).collect();
    let policies = CryptoPolicy::ALL.iter().map(|one| (one.as_str(), one.title())).collect();
    let shown = typed.read().clone();
    rsx! {
        FormDialog {
            id: "session-policy",
            title: "Session policy of {owner.name()}",
            action: "Save",
            form,
            fields: FIELDS.to_vec(),
            onsubmit: submit,
            onclose,
            p { class: "muted", "What is left empty is not set here. {owner.limited()}" }
            div { class: "fields-2",
                for (place, number) in NUMBERS.iter().enumerate().filter(|(_, number)| number.is_limit || !is_host) {
                    TextField {
                        key: "{number.name}",
                        id: "policy-{number.name}",
                        label: number.label,
                        kind: "number",
                        value: shown.numbers[place].clone(),
                        hint: number.hint,
                        error: form.refusal(number.name),
                        oninput: move |text| typed.write().numbers[place] = text,
                    }
                }
            }
            if !is_host {
                SelectField {
                    id: "policy-newline",
                    label: "Newline sent",
                    value: shown.newline.clone(),
                    options: choices("Not set here", newlines),
                    error: form.refusal("newline"),
                    onchange: move |word| typed.write().newline = word,
                }
            }
            SelectField {
                id: "policy-crypto",
                label: "Crypto policy of SSH",
                value: shown.crypto.clone(),
                options: choices("Not set here", policies),
                hint: "What a device does not offer under this policy is refused; its result names the policy.",
                error: form.refusal("crypto"),
                onchange: move |word: String| typed.write().choose(word, &known),
            }
            if shown.is_exact() {
                for (place, part) in CryptoPart::ALL.into_iter().enumerate() {
                    TextAreaField {
                        key: "{part}",
                        id: "policy-{part}",
                        label: part.title(),
                        value: shown.lists[place].clone(),
                        hint: offered(&supported, part),
                        error: form.refusal(part.as_str()),
                        oninput: move |text| typed.write().lists[place] = text,
                    }
                }
            }
        }
    }
}

/// Which algorithms can be listed.
fn offered(supported: &AlgorithmLists, part: CryptoPart) -> String {
    format!("One in a line. This server has {}.", supported.of(part).join(", "))
}

async fn send(api: Api, owner: PolicyOwner, policy: SessionPolicy) -> Result<(), Problem> {
    match owner {
        PolicyOwner::Server => api.send(&SetServerPolicy(policy)).await.map(drop),
        PolicyOwner::Tag(id, _) => api.send(&SetTagPolicy(id, policy)).await.map(drop),
        PolicyOwner::Device(id, _) => api.send(&SetDevicePolicy(id, policy)).await.map(drop),
        PolicyOwner::JumpHost(id, _) => api.send(&SetJumpHostPolicy(id, policy)).await.map(drop),
    }
}

/// What holds for the sessions with a device, and where each value comes from.
#[component]
pub fn DevicePolicyPart(device: ReadSignal<Device>) -> Element {
    let workplace = use_workplace();
    let policy = use_query_maybe(move || {
        let asks = workplace.refusal(Feature::SessionPolicies).is_none();
        asks.then(|| GetDevicePolicy(device.read().id))
    });
    let body = match (workplace.refusal(Feature::SessionPolicies), policy.value(), policy.error()) {
        (Some(reason), ..) => rsx! { p { class: "muted", "{reason}" } },
        (None, Some(known), _) => rsx! {
            HeldSettings { policy: (*known).clone() }
            PolicyButton { owner: PolicyOwner::Device(device.read().id, device.read().hostname.clone()) }
        },
        (None, None, Some(problem)) => rsx! { ReadFailed { problem, onretry: move |()| policy.refresh() } },
        (None, None, None) => rsx! { SkeletonRows { rows: 1, label: "Loading the session policy" } },
    };
    rsx! {
        section { class: "side-part", aria_label: "Sessions",
            h4 { "Sessions" }
            {body}
        }
    }
}

#[component]
fn HeldSettings(policy: DevicePolicy) -> Element {
    let DevicePolicy { holds, chosen, limits, .. } = policy;
    let settings = settings(&holds);
    if settings.is_empty() && limits.is_empty() {
        return rsx! { p { class: "muted", {UNSET} } };
    }
    let source = |setting| {
        let by = chosen.iter().find(|one| one.setting == setting).map(ChosenSetting::source);
        by.map(|by| format!(", set for {by}")).unwrap_or_default()
    };
    rsx! {
        dl { class: "facts facts-device",
            for (setting, value) in settings {
                dt { key: "{setting}", "{setting.title()}" }
                dd { "{value}{source(setting)}" }
            }
            for limit in limits {
                dt { key: "{limit.place()}", "Limit" }
                dd { "{limit.amount()}, for {limit.place()}" }
            }
        }
    }
}

/// The policy of the whole server, as a row of a list of facts.
#[component]
pub fn ServerPolicyRow() -> Element {
    let workplace = use_workplace();
    let policy =
        use_query_maybe(move || workplace.refusal(Feature::SessionPolicies).is_none().then_some(GetServerPolicy));
    let body = match (workplace.refusal(Feature::SessionPolicies), policy.value(), policy.error()) {
        (Some(reason), ..) => rsx! { span { class: "muted", "{reason}" } },
        (None, Some(known), _) => rsx! {
            match summary(&known.policy) {
                Some(text) => rsx! { "{text} " },
                None => rsx! { span { class: "muted", "as each platform and the program have it " } },
            }
            PolicyButton { owner: PolicyOwner::Server }
        },
        (None, None, Some(problem)) => rsx! { ReadFailed { problem, onretry: move |()| policy.refresh() } },
        (None, None, None) => rsx! { span { class: "muted", "loading" } },
    };
    rsx! {
        dt { "Sessions" }
        dd { {body} }
    }
}
