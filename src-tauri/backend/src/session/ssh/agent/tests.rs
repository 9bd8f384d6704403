//! Agents that hold keys, hold none, refuse, say nothing, or are not there.

use std::os::unix::net::UnixListener;
use std::thread::JoinHandle;

use super::*;

/// An agent that gives this answer to one request, and what it was asked.
fn agent(answer: Vec<u8>) -> (tempfile::TempDir, SshAgent, JoinHandle<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent");
    let listener = UnixListener::bind(&socket).unwrap();
    let asked = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let mut request = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut request).unwrap();
        let length = u32::try_from(answer.len()).unwrap().to_be_bytes();
        stream.write_all(&[&length[..], &answer].concat()).unwrap();
        request
    });
    (folder, SshAgent { machine: "worker-7".to_owned(), is_allowed: true, socket: Some(socket) }, asked)
}

fn text(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

fn listing(keys: &[&[u8]]) -> Vec<u8> {
    let count = u32::try_from(keys.len()).unwrap().to_be_bytes().to_vec();
    let keys: Vec<u8> = keys.iter().flat_map(|key| [text(key), text(b"comment")].concat()).collect();
    [vec![12], count, keys].concat()
}

fn keys(agent: SshAgent, key: Option<String>) -> Result<Vec<AgentKey>, SessionError> {
    AgentLogin { agent: Arc::new(agent), key }.keys(&Cancel::new())
}

#[test]
fn all_keys_are_offered_or_the_one_that_is_named() {
    let (_folder, all, asked) = agent(listing(&[b"one", b"two"]));
    assert_eq!(keys(all, None).unwrap(), [AgentKey::new(b"one"), AgentKey::new(b"two")]);
    assert_eq!(asked.join().unwrap(), [LIST_KEYS]);
    let two = AgentKey::new(b"two");
    let (_folder, named, _) = agent(listing(&[b"one", b"two"]));
    assert_eq!(keys(named, Some(two.sha256.clone())).unwrap(), [two]);
}

#[test]
fn whatever_is_missing_has_a_sentence_that_names_the_machine() {
    let told = |agent: SshAgent, key: Option<&str>, words: &str| {
        let error = keys(agent, key.map(str::to_owned)).unwrap_err();
        assert_eq!(error.cause, Cause::AgentUnavailable, "{}", error.message);
        assert!(error.message.contains("worker-7") && error.message.contains(words), "{}", error.message);
    };
    let machine = || SshAgent { machine: "worker-7".to_owned(), is_allowed: true, socket: None };
    told(SshAgent { is_allowed: false, ..machine() }, None, "--allow-ssh-agent");
    told(machine(), None, "SSH_AUTH_SOCK is not set");
    told(SshAgent { socket: Some("/nowhere/agent".into()), ..machine() }, None, "cannot be reached at /nowhere/agent");
    for (answer, key, words) in [
        (listing(&[]), None, "holds no key"),
        (listing(&[b"one"]), Some("SHA256:other"), "does not hold the key SHA256:other"),
        (vec![5], None, "unlock it"),
        (b"HTTP/1.1".to_vec(), None, "is no SSH agent"),
    ] {
        let (_folder, agent, _) = agent(answer);
        told(agent, key, words);
    }
}

#[test]
fn an_agent_that_says_nothing_is_given_up_and_a_cancelled_session_does_not_wait_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent");
    let _silent = UnixListener::bind(&socket).unwrap();
    let agent = SshAgent { machine: "worker-7".to_owned(), is_allowed: true, socket: Some(socket) };
    let asked = agent.ask(vec![LIST_KEYS], Duration::from_millis(50), &Cancel::new());
    assert!(matches!(asked, Err(Trouble::Silent)), "{asked:?}");
    let cancel = Cancel::new();
    cancel.cancel();
    let error = AgentLogin { agent: Arc::new(agent), key: None }.keys(&cancel).unwrap_err();
    assert_eq!(error.cause, Cause::Cancelled);
}

#[test]
fn an_agent_signs_by_the_algorithm_that_was_asked_for_and_another_is_not_passed_on() {
    let signing = |kind: &[u8]| {
        let data = [
            text(b"session"),
            vec![50],
            text(b"ops"),
            text(b"ssh-connection"),
            text(b"publickey"),
            vec![1],
            text(b"rsa-sha2-512"),
            text(b"key"),
        ];
        let data = data.concat();
        let reply = [vec![14], text(&[text(kind), text(b"signed")].concat())].concat();
        let (_folder, agent, asked) = agent(reply);
        let (key, cancel) = (AgentKey::new(b"key"), Cancel::new());
        let mut signer = AgentSigner { agent: &agent, key: &key, cancel: &cancel, has_failed: false };
        let signed = signer.sign(&data);
        let expected = [vec![SIGN], text(b"key"), text(&data), RSA_SHA2_512.to_be_bytes().to_vec()].concat();
        assert_eq!(asked.join().unwrap(), expected);
        assert!(!signer.has_failed);
        signed
    };
    assert_eq!(signing(b"rsa-sha2-512"), Ok(b"signed".to_vec()));
    assert_eq!(signing(b"ssh-rsa"), Err(libssh2_sys::LIBSSH2_ERROR_ALGO_UNSUPPORTED));
}
