//! A device as it is written wherever one is shown: its address, its platform, its tags, and what came of it the last time.

use dioxus::prelude::*;
use netraven_api::Transport;
use netraven_api::devices::Device;
use netraven_api::native::{Feature, LAB_TAG};
use netraven_api::outcome::Cause;
use netraven_api::platforms::{AUTO, Platforms};
use netraven_api::results::ResultStatus;
use netraven_api::tags::Tag as ApiTag;

use crate::components::{Glyph, Tag, Tone};
use crate::state::session::use_workplace;

/// A device's newest result, as a filter.
#[component]
pub fn LastResult(device: Device) -> Element {
    rsx! {
        ResultTag { result: device.last_result, cause: device.last_cause }
    }
}

/// A device's own result, and the cause if it failed.
#[component]
pub fn ResultTag(
    #[props(!optional)] result: Option<ResultStatus>,
    #[props(!optional)] cause: Option<Cause>,
) -> Element {
    let (text, tone, glyph) = match (result, cause) {
        (None, _) => return rsx! { NeverRun { word: "never run" } },
        (Some(ResultStatus::Success), _) => ("Succeeded", Tone::Success, Glyph::Check),
        (Some(ResultStatus::Failure), Some(Cause::Cancelled)) => ("Cancelled", Tone::Neutral, Glyph::Ban),
        (Some(ResultStatus::Failure), cause) => (cause.map_or("Failed", Cause::title), Tone::Danger, Glyph::Cross),
    };
    rsx! {
        span { title: cause.map(Cause::advice),
            Tag { text, tone, glyph }
        }
    }
}

/// The sign of a device that is talked to in clear, wherever one is shown; nothing where the session is encrypted.
#[component]
pub fn Unencrypted(transport: Transport, #[props(default = "Unencrypted".to_owned())] text: String) -> Element {
    let Some(warning) = transport.warning() else { return rsx! {} };
    rsx! {
        span { title: "{warning}",
            Tag { text, tone: Tone::Warning, glyph: Glyph::Alert }
        }
    }
}

/// That a device has no result yet; or that this server's list does not include results.
#[component]
pub fn NeverRun(word: &'static str) -> Element {
    match use_workplace().refusal(Feature::NewestResults) {
        Some(reason) => rsx! { span { class: "muted", title: "{reason}", "not reported" } },
        None => rsx! { span { class: "muted", "{word}" } },
    }
}

/// Address and port as one writes them: `10.0.0.1:22`, `[2001:db8::1]:22`.
#[must_use]
pub fn place(device: &Device) -> String {
    let (address, port) = (&device.ip_address, device.port.unwrap_or(22));
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}

/// The platform of a device for people: where nobody chose one, the one it was recognised as having, and how sure that is.
#[must_use]
pub fn platform_of(known: Option<&Platforms>, device: &Device) -> String {
    match &device.recognised {
        _ if device.device_type != AUTO => title_of(known, &device.device_type),
        Some(recognised) => {
            format!("{} (recognised, {})", title_of(known, &recognised.platform), recognised.sure.title())
        }
        None => "Not recognised yet".to_owned(),
    }
}

fn title_of(known: Option<&Platforms>, name: &str) -> String {
    let found = known.and_then(|known| known.items.iter().find(|platform| platform.name == name));
    found.map_or_else(|| name.to_owned(), |platform| platform.title.clone())
}

/// The names of tags in one line; the sample lab's has a mark of its own.
#[must_use]
pub fn tag_names(tags: &[ApiTag]) -> String {
    let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).filter(|name| *name != LAB_TAG).collect();
    names.join(", ")
}
