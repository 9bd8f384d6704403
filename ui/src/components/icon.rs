//! The icons in use, from lucide, under the names pages know.

use dioxus::prelude::*;
use lucide_dioxus as lucide;
use netraven_api::Open;
use netraven_api::jobs::JobKind;

/// An icon by its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name says what it shows")]
pub enum Glyph {
    Brand,
    Dashboard,
    Jobs,
    Devices,
    Config,
    System,
    Users,
    Tag,
    Platform,
    Play,
    Pause,
    Refresh,
    Again,
    Stop,
    Search,
    Check,
    Cross,
    Alert,
    Info,
    Spinner,
    Waiting,
    Ban,
    ChevronDown,
    ChevronRight,
    ChevronLeft,
    Plus,
    Upload,
    Trash,
    Edit,
    Lab,
    Key,
    Copy,
    SignOut,
    Theme,
    Computer,
    Server,
    Lock,
    Log,
    Reach,
    Backup,
    More,
    Calendar,
    Download,
    Bookmark,
    Back,
    Forward,
    SortDown,
    SortUp,
    Fold,
    Link,
    ChevronUp,
    Columns,
}

impl Glyph {
    /// The icon of a kind of job; one for work of any kind where the kind is not known.
    #[must_use]
    pub fn of_job(kind: &Open<JobKind>) -> Glyph {
        match kind.known() {
            Some(JobKind::ConfigBackup) => Glyph::Backup,
            Some(JobKind::Reachability) => Glyph::Reach,
            None => Glyph::Jobs,
        }
    }
}

/// An icon. It is decoration: the words beside it, or the label of its button, say what it means.
#[component]
pub fn Icon(glyph: Glyph, #[props(default = 16)] size: usize, #[props(default)] class: String) -> Element {
    let class = format!("icon {class}");
    rsx! {
        span { class: "{class.trim_end()}", aria_hidden: "true",
            match glyph {
                Glyph::Brand => rsx! { lucide::Bird { size } },
                Glyph::Dashboard => rsx! { lucide::LayoutDashboard { size } },
                Glyph::Jobs => rsx! { lucide::CalendarClock { size } },
                Glyph::Devices => rsx! { lucide::Router { size } },
                Glyph::Config => rsx! { lucide::FileText { size } },
                Glyph::Tag => rsx! { lucide::Tag { size } },
                Glyph::Platform => rsx! { lucide::BookOpenText { size } },
                Glyph::Users => rsx! { lucide::Users { size } },
                Glyph::System => rsx! { lucide::Cpu { size } },
                Glyph::Play => rsx! { lucide::Play { size } },
                Glyph::Pause => rsx! { lucide::Pause { size } },
                Glyph::Refresh => rsx! { lucide::RefreshCw { size } },
                Glyph::Again => rsx! { lucide::RotateCw { size } },
                Glyph::Stop => rsx! { lucide::CircleStop { size } },
                Glyph::Search => rsx! { lucide::Search { size } },
                Glyph::Check => rsx! { lucide::Check { size } },
                Glyph::Cross => rsx! { lucide::X { size } },
                Glyph::Alert => rsx! { lucide::TriangleAlert { size } },
                Glyph::Info => rsx! { lucide::Info { size } },
                Glyph::Spinner => rsx! { lucide::LoaderCircle { size } },
                Glyph::Waiting => rsx! { lucide::CircleDashed { size } },
                Glyph::Ban => rsx! { lucide::Ban { size } },
                Glyph::ChevronDown => rsx! { lucide::ChevronDown { size } },
                Glyph::ChevronRight => rsx! { lucide::ChevronRight { size } },
                Glyph::ChevronLeft => rsx! { lucide::ChevronLeft { size } },
                Glyph::Plus => rsx! { lucide::Plus { size } },
                Glyph::Upload => rsx! { lucide::Upload { size } },
                Glyph::Trash => rsx! { lucide::Trash { size } },
                Glyph::Edit => rsx! { lucide::Pencil { size } },
                Glyph::Lab => rsx! { lucide::FlaskConical { size } },
                Glyph::Key => rsx! { lucide::KeyRound { size } },
                Glyph::Copy => rsx! { lucide::Copy { size } },
                Glyph::SignOut => rsx! { lucide::LogOut { size } },
                Glyph::Theme => rsx! { lucide::SunMoon { size } },
                Glyph::Computer => rsx! { lucide::Monitor { size } },
                Glyph::Server => rsx! { lucide::Server { size } },
                Glyph::Lock => rsx! { lucide::LockKeyhole { size } },
                Glyph::Log => rsx! { lucide::ScrollText { size } },
                Glyph::Reach => rsx! { lucide::Activity { size } },
                Glyph::Backup => rsx! { lucide::DatabaseBackup { size } },
                Glyph::Calendar => rsx! { lucide::Calendar { size } },
                Glyph::Bookmark => rsx! { lucide::Bookmark { size } },
                Glyph::Back => rsx! { lucide::ArrowLeft { size } },
                Glyph::Forward => rsx! { lucide::ArrowRight { size } },
                Glyph::SortDown => rsx! { lucide::ArrowDown { size } },
                Glyph::SortUp => rsx! { lucide::ArrowUp { size } },
                Glyph::Download => rsx! { lucide::Download { size } },
                Glyph::Fold => rsx! { lucide::FoldVertical { size } },
                Glyph::Link => rsx! { lucide::Link2 { size } },
                Glyph::ChevronUp => rsx! { lucide::ChevronUp { size } },
                Glyph::Columns => rsx! { lucide::Columns3 { size } },
                Glyph::More => rsx! { lucide::Ellipsis { size } },
            }
        }
    }
}
