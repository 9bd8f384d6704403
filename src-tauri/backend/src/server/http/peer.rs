//! Where a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::server::AppState;

/// The address a request comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

impl FromRequestParts<AppState> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Peer, Infallible> {
        if state.behind_proxy
            && let Some(address) = forwarded(&parts.headers)
        {
            return Ok(Peer(address));
        }
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        Ok(Peer(connected.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)).to_canonical()))
    }
}

/// The address that the proxy in front saw: the last one, since all before it come from its client.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    let address = last.parse().or_else(|_| last.parse::<SocketAddr>().map(|address| address.ip()));
    address.or_else(|_| last.trim_matches(['[', ']']).parse()).ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_addresses_of_proxies_the_last_one_counts() {
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            forwarded(&headers).map(|address| address.to_string())
        };
        assert_eq!(of(&["192.0.2.9"]).as_deref(), Some("192.0.2.9"));
        assert_eq!(of(&["1.1.1.1, 192.0.2.9"]).as_deref(), Some("192.0.2.9"));
        assert_eq!(of(&["1.1.1.1", "192.0.2.9:4711"]).as_deref(), Some("192.0.2.9"));
        assert_eq!(of(&["[2001:db8::1]"]).as_deref(), Some("2001:db8::1"));
        assert_eq!(of(&["nonsense"]), None);
        assert_eq!(of(&[]), None);
    }
}
