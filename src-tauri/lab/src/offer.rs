//! What a device offers a client on one connection: algorithms, login methods, its host key, its limits.

use std::borrow::Cow;
use std::time::Duration;

use russh::keys::Algorithm;
use russh::server::Config;
use russh::{MethodKind, MethodSet, Preferred, SshId, cipher, compression, kex, mac};

use crate::device::Device;
use crate::spec::{Fault, Platform};

/// Passwords a connection may try; the first, empty question of every client counts with russh, so it gets one more.
const LOGIN_TRIES: usize = 6;
/// A connection on which nothing happens is given up after this.
const IDLE_LIMIT: Duration = Duration::from_secs(3600);

/// How SSH is spoken on one connection. The choice is what costs a simulated device least, first of all in processor
/// time, while any client of the last ten years finds something in it.
pub(crate) fn config(device: &Device, number: u64) -> Config {
    let fault = device.fault();
    Config {
        server_id: SshId::Standard(Cow::Borrowed(match device.spec.platform {
            Platform::CiscoIos => "SSH-2.0-Cisco-1.25",
            Platform::Linux => "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3",
            Platform::JuniperJunos => "SSH-2.0-OpenSSH_7.5",
            _ => "SSH-2.0-OpenSSH_8.4",
        })),
        methods: MethodSet::from(match fault {
            Some(Fault::OnlyKeyboardInteractive | Fault::TwoPrompts | Fault::ExpiredPassword) => {
                &[MethodKind::KeyboardInteractive][..]
            }
            _ if !device.spec.options.sign_in_rounds.is_empty() => &[MethodKind::KeyboardInteractive],
            _ if device.spec.options.keyboard_interactive => &[MethodKind::Password, MethodKind::KeyboardInteractive],
            _ => &[MethodKind::Password],
        }),
        auth_rejection_time: Duration::ZERO,
        auth_rejection_time_initial: Some(Duration::ZERO),
        max_auth_attempts: LOGIN_TRIES + 1,
        keys: vec![device.host_key(number)],
        preferred: match fault {
            Some(Fault::LegacyAlgorithms) => legacy_algorithms(),
            Some(Fault::SmallGroup { or_fixed }) => chosen_groups(or_fixed),
            _ => cheap_algorithms(),
        },
        // Exactly one: see Session::cut.
        event_buffer_size: 1,
        inactivity_timeout: Some(IDLE_LIMIT),
        ..Config::default()
    }
}

fn cheap_algorithms() -> Preferred {
    Preferred {
        kex: Cow::Borrowed(&[
            kex::CURVE25519,
            kex::CURVE25519_PRE_RFC_8731,
            kex::DH_G14_SHA256,
            kex::EXTENSION_SUPPORT_AS_SERVER,
            kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER,
        ]),
        cipher: Cow::Borrowed(&[cipher::AES_128_GCM, cipher::AES_256_GCM, cipher::AES_128_CTR, cipher::AES_256_CTR]),
        compression: Cow::Borrowed(&[compression::NONE]),
        ..Preferred::DEFAULT
    }
}

fn chosen_groups(or_fixed: bool) -> Preferred {
    let kex: &[kex::Name] = if or_fixed { &[kex::DH_GEX_SHA256, kex::DH_G14_SHA1] } else { &[kex::DH_GEX_SHA256] };
    Preferred { kex: Cow::Owned(kex.to_vec()), ..cheap_algorithms() }
}

fn legacy_algorithms() -> Preferred {
    Preferred {
        kex: Cow::Borrowed(&[kex::DH_G1_SHA1, kex::DH_G14_SHA1]),
        key: Cow::Owned(vec![Algorithm::Rsa { hash: None }]),
        cipher: Cow::Borrowed(&[cipher::TRIPLE_DES_CBC, cipher::AES_128_CBC]),
        mac: Cow::Borrowed(&[mac::HMAC_SHA1]),
        compression: Cow::Borrowed(&[compression::NONE]),
        ..Preferred::DEFAULT
    }
}
