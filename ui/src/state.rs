//! What the window holds beside server data: session, theme, notices, the present moment, and the live log.

pub mod charts;
pub mod folding;
pub mod kept;
pub mod layout;
pub mod logs;
pub mod moment;
pub mod notices;
pub mod pick;
pub mod session;
pub mod span;
pub mod standing;
pub mod steady;
pub mod tally;
pub mod theme;
pub mod times;
pub mod views;
pub mod zoom;
