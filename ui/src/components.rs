//! The parts pages are made of. They know nothing of server data except for the words of its statuses.

mod button;
mod chip;
mod dialog;
mod field;
mod icon;
mod layout_menu;
mod menu;
mod page_header;
mod picker;
mod progress;
mod segments;
mod states;
mod table;
mod tabs;
mod tag;
mod time;
mod toasts;
mod tree;

pub use button::{Button, ButtonKind};
pub use chip::Chip;
pub use dialog::{Confirm, Dialog};
pub use field::{CheckField, SearchField, SelectField, TextField};
pub use icon::{Glyph, Icon};
pub use layout_menu::LayoutMenu;
pub use menu::{Mark, Menu, MenuItem};
pub use page_header::{Crumb, PageHeader};
pub use picker::{Choice, Picker};
pub use progress::OutcomeBar;
pub use segments::Segments;
pub use states::{Empty, ErrorState, SkeletonRows, StaleNote};
pub use table::{Pager, SortHead, TableFrame};
pub use tabs::{TabBar, TabItem};
pub use tag::{DeviceStateTag, LevelTag, StatusTag, Tag, Tone};
pub use time::{Ago, Time, TimesSwitch, UpdatedAgo};
pub use toasts::Toasts;
pub use tree::JsonTree;
