//! Why there is no secure connection, in plain words: the library's own text is for developers.

/// Phrases in the texts of an error, in lower case, the surest first; what is wrong, and what to do.
const SIGNS: &[(&[&str], &str, &str)] = &[
    (
        &["certificate has expired", "certificate expired", "expired certificate", "cert_date_invalid", "certexpired"],
        "its certificate has expired",
        "Have it renewed; if it is still valid, correct this computer's clock.",
    ),
    (
        &["not yet valid", "notvalidyet"],
        "its certificate is not valid yet",
        "Compare this computer's clock with the server's.",
    ),
    (
        &["hostname mismatch", "ip address mismatch", "name mismatch", "notvalidforname", "does not match"],
        "its certificate is for another name",
        "Enter the address with the name in the certificate.",
    ),
    (
        &[
            "wrong version number",
            "unknown protocol",
            "http request",
            "packet length too long",
            "invalidcontenttype",
            "wrong_version_number",
        ],
        "it does not use TLS on this port",
        "If it uses plain HTTP, start the address with http://; otherwise check the port.",
    ),
    (&["revoked"], "its certificate was revoked", "Ask its administrator for a new one."),
    (
        &["key too small", "md too weak", "too weak", "key too weak"],
        "its certificate or key is too weak for this computer",
        "Ask its administrator for a stronger one.",
    ),
    (
        &["client certificate", "certificate required", "bad certificate"],
        "it requires a client certificate, which NetRaven does not present",
        "Ask its administrator for access without one.",
    ),
    (
        &["self-signed", "self signed"],
        "its certificate is self-signed or signed by an authority that this computer does not trust",
        TRUST,
    ),
    (
        &[
            "certificate verify failed",
            "unable to get local issuer",
            "unknownissuer",
            "unknown ca",
            "not trusted",
            "certificate",
        ],
        "its certificate is signed by an authority that this computer does not trust",
        TRUST,
    ),
    (
        &[
            "protocol version",
            "unsupported protocol",
            "no shared cipher",
            "no protocols available",
            "handshake failure",
        ],
        "no TLS version or cipher is supported by both sides",
        "Update the older side.",
    ),
];

const TRUST: &str = "Add its certificate, or that of its authority, to this computer's trust store.";

/// What is wrong and what to do, derived from the texts of an error.
pub fn reason(chain: &[String]) -> (&'static str, &'static str) {
    let has = |sign: &&str| chain.iter().any(|text| text.contains(*sign));
    SIGNS.iter().find(|(signs, ..)| signs.iter().any(has)).map_or(
        (
            "the handshake was interrupted",
            "If it uses plain HTTP, start the address with http://; otherwise check its log.",
        ),
        |(_, why, advice)| (*why, *advice),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_librarys_texts_are_told_as_causes() {
        for (text, why) in [
            (
                "error:0a000086:ssl routines:tls_post_process_server_certificate:certificate verify failed:../ssl/statem/statem_clnt.c:1889: (self-signed certificate)",
                "self-signed",
            ),
            (
                "error:0a000086:ssl routines::certificate verify failed: (unable to get local issuer certificate)",
                "does not trust",
            ),
            ("error:0a000086:ssl routines::certificate verify failed: (certificate has expired)", "has expired"),
            ("error:0a000086:ssl routines::certificate verify failed: (hostname mismatch)", "another name"),
            ("error:0a00010b:ssl routines:ssl3_get_record:wrong version number", "does not use TLS"),
            ("error:0a000410:ssl routines::sslv3 alert handshake failure", "supported by both sides"),
            ("error:0a000126:ssl routines::unexpected eof while reading", "was interrupted"),
        ] {
            let (said, advice) = reason(&["client error (connect)".to_owned(), text.to_owned()]);
            assert!(said.contains(why), "{text}: {said}");
            assert!(advice.ends_with('.') && !said.contains("ssl"), "{advice}");
        }
    }
}
