//! How the web view draws on Linux without a usable graphics card: in a virtual machine, on a jump host, on a remote desktop.
//!
//! WebKitGTK then composes the page with OpenGL in software, which costs most of two processor cores for a scrolling log
//! (`docs/speed.md`). Its plain drawing does not. Others also report a blank window on virtual graphics cards, and list
//! them as below: <https://github.com/clash-verge-rev/clash-verge-rev/pull/7791>. That was not seen here.

use std::convert::Infallible;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// Turns the composing off; read by WebKitGTK when its first process starts.
const PLAIN: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
/// A user who set one of these has chosen.
const CHOICES: [&str; 2] = [PLAIN, "WEBKIT_DISABLE_COMPOSITING_MODE"];
/// The graphics devices of this computer, as the kernel lists them.
const DEVICES: &str = "/sys/class/drm";
/// PCI vendors whose graphics cards are those of a virtual machine: VMware, VirtualBox, virtio, QXL, QEMU, Hyper-V.
const VIRTUAL: [&str; 6] = ["0x15ad", "0x80ee", "0x1af4", "0x1b36", "0x1234", "0x1414"];

/// Restarts this program with plain drawing if no graphics card helps. Returns if that is not needed, or the person has
/// chosen; variables cannot be changed safely in a running process, but they can for the next one.
pub fn choose() {
    let chosen = CHOICES.iter().any(|name| std::env::var_os(name).is_some());
    if !chosen && !is_helped(Path::new(DEVICES)) {
        let Err(error) = start_over();
        tracing::warn!("the window may draw slowly: {PLAIN} could not be set ({error})");
    }
}

fn start_over() -> Result<Infallible, io::Error> {
    let program = std::env::current_exe()?;
    Err(Command::new(program).args(std::env::args_os().skip(1)).env(PLAIN, "1").exec())
}

/// Whether one of the devices is a graphics card that draws. Only those have a node named `renderD` and a number.
fn is_helped(devices: &Path) -> bool {
    let entries = fs::read_dir(devices).into_iter().flatten().flatten();
    let mut nodes = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("renderD"));
    nodes.any(|node| {
        // The card of a mobile processor is on no PCI bus and has no vendor: it is a real one.
        let vendor = fs::read_to_string(node.path().join("device/vendor")).unwrap_or_default();
        !VIRTUAL.contains(&vendor.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn helped(devices: &[(&str, Option<&str>)]) -> bool {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, vendor) in devices {
            let device = folder.path().join(name).join("device");
            fs::create_dir_all(&device).expect("a folder");
            if let Some(vendor) = vendor {
                fs::write(device.join("vendor"), format!("{vendor}\n")).expect("a file");
            }
        }
        is_helped(folder.path())
    }

    #[test]
    fn a_graphics_card_helps_and_that_of_a_virtual_machine_does_not() {
        assert!(helped(&[("card0", Some("0x8086")), ("renderD128", Some("0x8086"))]));
        assert!(helped(&[("renderD128", None)]), "a mobile processor");
        assert!(helped(&[("renderD128", Some("0x1af4")), ("renderD129", Some("0x10de"))]), "a card handed through");
        assert!(!helped(&[("renderD128", Some("0x15ad"))]));
        assert!(!helped(&[("card0", Some("0x1a03")), ("version", None)]), "a server's console only shows");
        assert!(!is_helped(Path::new("/no/such/folder")));
    }
}
