//! The keywords of ssh_config(5).

use crate::sheet::{near, quoted};

/// Keywords that say nothing about which hosts there are: they are passed over.
const WITHOUT_EFFECT: &[&str] = &[
    "AddKeysToAgent",
    "AddressFamily",
    "BatchMode",
    "BindAddress",
    "BindInterface",
    "CanonicalDomains",
    "CanonicalizeFallbackLocal",
    "CanonicalizeHostname",
    "CanonicalizeMaxDots",
    "CanonicalizePermittedCNAMEs",
    "CASignatureAlgorithms",
    "CertificateFile",
    "ChallengeResponseAuthentication",
    "ChannelTimeout",
    "CheckHostIP",
    "Ciphers",
    "ClearAllForwardings",
    "Compression",
    "ConnectionAttempts",
    "ConnectTimeout",
    "ControlMaster",
    "ControlPath",
    "ControlPersist",
    "DynamicForward",
    "EnableEscapeCommandline",
    "EnableSSHKeysign",
    "EscapeChar",
    "ExitOnForwardFailure",
    "FingerprintHash",
    "ForkAfterAuthentication",
    "ForwardAgent",
    "ForwardX11",
    "ForwardX11Timeout",
    "ForwardX11Trusted",
    "GatewayPorts",
    "GlobalKnownHostsFile",
    "GSSAPIAuthentication",
    "GSSAPIDelegateCredentials",
    "HashKnownHosts",
    "HostbasedAcceptedAlgorithms",
    "HostbasedAuthentication",
    "HostbasedKeyTypes",
    "HostKeyAlgorithms",
    "HostKeyAlias",
    "IdentitiesOnly",
    "IdentityAgent",
    "IgnoreUnknown",
    "IPQoS",
    "KbdInteractiveAuthentication",
    "KbdInteractiveDevices",
    "KexAlgorithms",
    "KnownHostsCommand",
    "LocalCommand",
    "LocalForward",
    "LogLevel",
    "LogVerbose",
    "MACs",
    "NoHostAuthenticationForLocalhost",
    "NumberOfPasswordPrompts",
    "ObscureKeystrokeTiming",
    "PasswordAuthentication",
    "PermitLocalCommand",
    "PermitRemoteOpen",
    "PKCS11Provider",
    "PreferredAuthentications",
    "ProxyUseFdpass",
    "PubkeyAcceptedAlgorithms",
    "PubkeyAcceptedKeyTypes",
    "PubkeyAuthentication",
    "RefuseConnection",
    "RekeyLimit",
    "RemoteCommand",
    "RemoteForward",
    "RequestTTY",
    "RequiredRSASize",
    "RevokedHostKeys",
    "SecurityKeyProvider",
    "SendEnv",
    "ServerAliveCountMax",
    "ServerAliveInterval",
    "SessionType",
    "SetEnv",
    "StdinNull",
    "StreamLocalBindMask",
    "StreamLocalBindUnlink",
    "StrictHostKeyChecking",
    "SyslogFacility",
    "Tag",
    "TCPKeepAlive",
    "Tunnel",
    "TunnelDevice",
    "UpdateHostKeys",
    "UseKeychain",
    "UserKnownHostsFile",
    "VerifyHostKeyDNS",
    "VersionAddendum",
    "VisualHostKey",
    "WarnWeakCrypto",
    "XAuthLocation",
];

/// Keywords that are read.
const READ: &[&str] =
    &["Host", "HostName", "IdentityFile", "Include", "Match", "Port", "ProxyCommand", "ProxyJump", "User"];

/// Whether a keyword is passed over; case does not count.
pub fn is_without_effect(keyword: &str) -> bool {
    WITHOUT_EFFECT.iter().any(|known| known.eq_ignore_ascii_case(keyword))
}

/// Whether ssh_config(5) has a keyword; case does not count.
pub fn is_known(keyword: &str) -> bool {
    READ.iter().any(|known| known.eq_ignore_ascii_case(keyword)) || is_without_effect(keyword)
}

/// Why a keyword is not understood, without a full stop.
pub fn unknown(keyword: &str) -> String {
    let known: Vec<&str> = READ.iter().chain(WITHOUT_EFFECT).copied().collect();
    let small: Vec<String> = known.iter().map(|known| known.to_lowercase()).collect();
    let spelled = |near: &str| known.iter().find(|known| known.eq_ignore_ascii_case(near)).copied();
    let meant: Vec<&str> = near(&keyword.to_lowercase(), &small).into_iter().filter_map(spelled).collect();
    let shown = quoted(keyword);
    match meant.as_slice() {
        [] => format!("{shown} is not a keyword of ssh_config"),
        meant => format!("{shown} is not a keyword of ssh_config: write {}", meant.join(" or ")),
    }
}
