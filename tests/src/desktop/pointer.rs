//! The pointer of the screen itself, which the driver does not move: it is set where a person would put it.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::json;

use super::{Screen, Window};

/// Longest wait for an answer of the X server.
const LIMIT: Duration = Duration::from_secs(10);
/// Where the middle of an element is on the screen; a window without a manager has no frame.
const MIDDLE: &str = "
    const { left, top, width, height } = document.querySelector(arguments[0]).getBoundingClientRect();
    return [Math.round(screenX + left + width / 2), Math.round(screenY + top + height / 2)];";
/// Whether the web view knows that the pointer is on an element.
const HOVERS: &str = "return document.querySelector(arguments[0]).matches(':hover')";

impl Screen {
    /// Puts the pointer on the middle of an element, and waits until the page knows.
    pub async fn point_at(&self, window: &Window, selector: &str) -> anyhow::Result<()> {
        let middle = window.look(MIDDLE, json!([selector])).await.with_context(|| format!("there is no {selector}"))?;
        let (x, y): (i16, i16) = serde_json::from_value(middle)?;
        move_to(self.display(), x, y).context("the pointer could not be moved")?;
        window.until(HOVERS, json!([selector])).await.with_context(|| format!("the pointer is not on {selector}"))
    }
}

/// Says `WarpPointer` to the X server, in its own protocol: nothing else is needed of it.
fn move_to(display: &str, x: i16, y: i16) -> anyhow::Result<()> {
    let mut server = UnixStream::connect(format!("/tmp/.X11-unix/X{display}"))?;
    server.set_read_timeout(Some(LIMIT))?;
    server.set_write_timeout(Some(LIMIT))?;
    // Little-endian, version 11.0, no authorization.
    server.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
    let mut head = [0; 8];
    server.read_exact(&mut head)?;
    ensure!(head[0] == 1, "the X server refuses the connection");
    let mut setup = vec![0; usize::from(u16::from_le_bytes([head[6], head[7]])) * 4];
    server.read_exact(&mut setup)?;
    let root = root(&setup).context("the X server tells no screen")?;
    let mut request = vec![41, 0, 6, 0];
    request.extend(0_u32.to_le_bytes());
    request.extend(root.to_le_bytes());
    request.extend([0; 8]);
    request.extend(x.to_le_bytes());
    request.extend(y.to_le_bytes());
    // `GetInputFocus` has an answer: when it is there, the pointer has moved.
    request.extend([43, 0, 1, 0]);
    server.write_all(&request)?;
    let mut answer = [0; 32];
    server.read_exact(&mut answer)?;
    ensure!(answer[0] == 1, "the X server does not move the pointer: error {}", answer[1]);
    Ok(())
}

/// The root window of the first screen, behind the fixed part, the vendor's name and the formats of pictures.
fn root(setup: &[u8]) -> Option<u32> {
    let vendor = usize::from(u16::from_le_bytes([*setup.get(16)?, *setup.get(17)?]));
    let formats = usize::from(*setup.get(21)?);
    let place = 32 + vendor.next_multiple_of(4) + formats * 8;
    Some(u32::from_le_bytes(setup.get(place..place + 4)?.try_into().ok()?))
}
