//! The networks a credential may be sent to, as they are entered.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use netraven_api::credentials::CredentialInput;

use super::http::body_check::BodyCheck;
use super::http::error::ApiError;

/// Most networks of a credential.
const MOST: usize = 64;

/// Writes the networks in their canonical form, each once, or refuses invalid ones.
pub fn canonical(input: &mut CredentialInput) -> Result<(), ApiError> {
    let Some(networks) = &mut input.allowed_networks else { return Ok(()) };
    let mut check = BodyCheck::default();
    if networks.len() > MOST {
        let sentence = format!("A credential has at most {MOST} networks; {} were given.", networks.len());
        check.refuse("allowed_networks", "too_long", sentence, networks.len());
        return check.done();
    }
    let mut read: Vec<String> = Vec::new();
    for text in networks.iter() {
        match network(text) {
            Ok(network) if read.contains(&network) => {}
            Ok(network) => read.push(network),
            Err(sentence) => check.refuse("allowed_networks", "value_error", sentence, text.as_str()),
        }
    }
    *networks = read;
    check.done()
}

/// A network in CIDR form; an address alone is a network of one.
fn network(text: &str) -> Result<String, String> {
    let text = text.trim();
    let shown: String = text.chars().take(60).collect();
    if text.contains('%') {
        return Err(format!(
            "'{shown}' has a zone after '%', which networks do not have: write the address without it, or fe80::/10 \
             for all link-local addresses."
        ));
    }
    let address = |text: &str| text.parse::<IpAddr>().ok().map(IpNet::from);
    let Some(given) = text.parse::<IpNet>().ok().or_else(|| address(text)) else {
        return Err(format!(
            "'{shown}' is not a network: write it like 10.0.0.0/8 or 2001:db8::/32, or one address like 192.0.2.10."
        ));
    };
    let plain = plain(given);
    if plain.trunc() != plain {
        return Err(format!("'{shown}' is an address inside a network: write {} for the network.", plain.trunc()));
    }
    Ok(plain.to_string())
}

/// An IPv4 network written as IPv6 stands for the IPv4 network: connections are made to those addresses.
fn plain(network: IpNet) -> IpNet {
    match network {
        IpNet::V6(six) if six.prefix_len() >= 96 => match six.addr().to_ipv4_mapped() {
            Some(four) => Ipv4Net::new(four, six.prefix_len() - 96).map_or(network, IpNet::V4),
            None => network,
        },
        _ => network,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_one_form_and_what_is_none_says_how_to_write_it() {
        let right = |given: &str, kept: &str| assert_eq!(network(given).as_deref(), Ok(kept), "{given}");
        right(" 10.0.0.0/8 ", "10.0.0.0/8");
        right("192.0.2.10", "192.0.2.10/32");
        right("2001:0DB8::/32", "2001:db8::/32");
        right("::1", "::1/128");
        right("::ffff:10.1.0.0/112", "10.1.0.0/16");
        right("::ffff:10.1.2.3", "10.1.2.3/32");
        right("0.0.0.0/0", "0.0.0.0/0");
        let wrong = |given: &str, told: &str| {
            let sentence = network(given).unwrap_err();
            assert!(sentence.contains(told), "{given}: {sentence}");
        };
        wrong("10.0.0.7/8", "write 10.0.0.0/8");
        wrong("2001:db8::1/32", "write 2001:db8::/32");
        wrong("10.0.0.0/33", "is not a network");
        wrong("10.0.0", "is not a network");
        wrong("10.0.0.0-10.0.0.9", "is not a network");
        wrong("core.example.net", "is not a network");
        wrong("fe80::1%eth0", "without it, or fe80::/10");
        wrong("fe80::%eth0/64", "has a zone");
        wrong("", "is not a network");
        wrong(&"9".repeat(5_000), "is not a network");
    }
}
