//! Ways through jump hosts that lead nowhere, and what is said of them.

use std::net::TcpListener;

use super::*;

fn hop(name: &str, host: &str, port: u16) -> JumpHop {
    JumpHop {
        id: JumpHostId::new(1),
        name: name.to_owned(),
        host: host.to_owned(),
        port,
        login: Login {
            id: 1.into(),
            username: "ops".into(),
            password: "secret-1".into(),
            key: None,
            agent: None,
            answers: Vec::new(),
            enable_password: None,
            networks: Vec::new(),
        },
        host_key: None,
        crypto: CryptoRules::default(),
    }
}

fn through(pool: &JumpPool, hops: Vec<JumpHop>, device: &str) -> Target {
    Target { through: JumpRoute::through(pool, hops), ..Target::direct(device, 22) }
}

fn connect(target: &Target) -> SessionError {
    let route = target.through.as_deref().unwrap();
    route.connect(target, &|_| true, &Limits::default(), &Cancel::new()).err().unwrap()
}

#[test]
fn a_way_without_jump_hosts_is_none_and_another_names_them_in_their_order() {
    let pool = JumpPool::new();
    assert!(JumpRoute::through(&pool, Vec::new()).is_none());
    let hops = vec![hop("bastion-1", "198.51.100.7", 22), hop("bastion-2", "10.0.0.7", 2222)];
    let target = through(&pool, hops, "r1");
    assert_eq!(target.through.as_deref().unwrap().names(), ["bastion-1", "bastion-2"]);
    assert_eq!(PeerAddress::Through(target).to_string(), "r1:22 through bastion-1 and bastion-2");
}

#[test]
fn of_several_jump_hosts_the_one_that_is_down_is_named() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let hops = vec![hop("bastion-1", "127.0.0.1", port), hop("bastion-2", "10.0.0.7", 22)];
    let error = connect(&through(&JumpPool::new(), hops, "10.0.0.9"));
    assert_eq!(error.cause, Cause::JumpUnreachable);
    assert!(error.message.starts_with(&format!("The jump host bastion-1 (127.0.0.1:{port})")), "{}", error.message);
}

#[test]
fn a_session_waits_for_the_attempt_of_another_and_can_be_cancelled_meanwhile() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let pool = JumpPool::new();
    let session = || {
        let target = through(&pool, vec![hop("bastion-1", "127.0.0.1", port)], "10.0.0.9");
        let cancel = Cancel::new();
        let switch = cancel.clone();
        let thread = std::thread::spawn(move || {
            let route = target.through.as_deref().unwrap();
            route.connect(&target, &|_| true, &Limits::default(), &cancel).err().unwrap().cause
        });
        (switch, thread)
    };
    let began = Instant::now();
    let (first_switch, first) = session();
    // It says nothing, so the attempt lasts.
    let jump_host = listener.accept().unwrap().0;
    let (second_switch, second) = session();
    second_switch.cancel();
    assert_eq!(second.join().unwrap(), Cause::Cancelled);
    assert!(!first.is_finished());
    first_switch.cancel();
    assert_eq!(first.join().unwrap(), Cause::Cancelled);
    assert!(began.elapsed() < Limits::default().handshake);
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "one connection was made for both");
    drop(jump_host);
}

#[test]
fn a_credential_that_is_limited_to_networks_goes_to_no_name_behind_a_jump_host() {
    let pool = JumpPool::new();
    let login = Login { networks: vec!["10.0.0.0/8".parse().unwrap()], ..hop("x", "x", 22).login };
    let told = |device: &str| {
        let target = through(&pool, vec![hop("bastion-1", "198.51.100.7", 22)], device);
        let permits = |address: Option<IpAddr>| login.permits(address);
        target.through.as_deref().unwrap().check(&target, &permits).err().map(|error| error.message)
    };
    assert_eq!(told("10.0.0.9"), None);
    assert!(told("192.0.2.1").unwrap().contains("192.0.2.1"));
    assert!(told("r1.example").unwrap().contains("only bastion-1 knows"));
}
