//! Lines of every platform with their secrets marked by braces: what stands in them must go, the rest must stay.

use proptest::prelude::*;

use super::*;
use crate::Registry;

mod forms;

const KEY: [u8; 32] = [7; 32];

static BUILT_IN: LazyLock<Registry> = LazyLock::new(|| Registry::load(None).0);

fn redactor(platform: &str) -> Redactor {
    Redactor::new(&BUILT_IN.get(platform).expect("built in"), &KEY)
}

/// Redacts the lines without the marks `⟦` and `⟧`, and expects a tag for each marked part and all else as it was.
fn check(platform: &str, marked: &str) {
    let redactor = redactor(platform);
    let plain = marked.replace(['⟦', '⟧'], "");
    let redacted = redactor.redact(&plain);
    let mut expect = String::new();
    let mut count = 0;
    for (index, part) in marked.split(['⟦', '⟧']).enumerate() {
        match index % 2 {
            0 => expect.push_str(part),
            _ => {
                redactor.tags.push(part, &mut expect);
                count += 1;
            }
        }
    }
    for (got, want) in redacted.text.lines().zip(expect.lines()) {
        assert_eq!(got, want, "{platform}");
    }
    assert_eq!(redacted, Redacted { text: expect.clone(), hidden: count }, "{platform}");
    assert_eq!(redactor.redact(&expect), Redacted { text: expect, hidden: 0 }, "{platform}: again");
}

#[test]
fn ios() {
    check(
        "cisco_ios",
        "service password-encryption\nsecurity passwords min-length 8\naaa authentication login default local\n\
         enable secret 9 ⟦$9$nhEmQVczB7dqsO$X.HsgL6x1il0⟧\nenable password level 5 7 ⟦094F471A1A0A⟧\nenable password ⟦my pass word⟧\n\
         username admin privilege 15 secret 5 ⟦$1$abcd$efghijklmnop⟧\nusername op password 0 ⟦cisco⟧\n\
         username view privilege 1 nopassword\n\
         aaa group server radius R\n server-private 10.1.1.1 auth-port 1812 key 7 ⟦0822455D0A16⟧\n\
         aaa server radius dynamic-author\n client 10.42.0.7 server-key 7 ⟦06070D22⟧\n\
         ip domain name example.net\ncrypto isakmp key ⟦s3cr3t⟧ address 192.0.2.1\ncrypto keyring K\n\
         \x20 pre-shared-key address 0.0.0.0 0.0.0.0 key ⟦hunter2⟧\ncrypto ikev2 keyring I\n peer P\n  pre-shared-key local ⟦abc⟧\n\
         key chain OSPF\n key 1\n  key-string 7 ⟦070C285F4D06⟧\n  cryptographic-algorithm hmac-sha-256\n\
         interface Vlan10\n description Key customer uplink\n ip ospf message-digest-key 1 md5 7 ⟦13061E010803⟧\n\
         \x20ip ospf authentication-key ⟦plain⟧\n ip ospf authentication message-digest\n standby 1 authentication ⟦hsrpkey⟧\n\
         \x20standby 2 authentication md5 key-string 7 ⟦0822455D⟧\n standby 3 authentication md5 key-chain OSPF\n\
         \x20vrrp 5 authentication text ⟦vkey⟧\n ip nhrp authentication ⟦nhrp⟧\n tunnel key 4242\n ppp chap password 7 ⟦121A0C04⟧\n\
         \x20ppp pap sent-username me password 0 ⟦pap pw⟧\n isis password ⟦isispw⟧ level-2\n\
         router bgp 65000\n neighbor 192.0.2.9 password 7 ⟦02050D48⟧\n neighbor 192.0.2.9 send-community both\n bgp community new-format\nip bgp-community new-format\n\
         router isis\n area-password ⟦areapw⟧\n domain-password ⟦dompw⟧\n\
         ip community-list standard CUST permit 65000:100\nroute-map X permit 10\n match community CUST\n set community 65000:1 additive\n\
         snmp-server community ⟦public⟧ RO 10\nsnmp-server community ⟦private⟧ RW\nsnmp-server host 10.0.0.1 version 2c ⟦trapcomm⟧ bgp\n\
         snmp-server host 10.0.0.2 ⟦oldcomm⟧\nsnmp-server host 10.0.0.3 version 3 priv monitor\n\
         snmp-server user u g v3 auth sha ⟦authpass⟧ priv aes 128 ⟦privpass⟧\nsnmp-server enable traps snmp authentication linkdown\n\
         radius-server key ⟦radkey⟧\ntacacs-server host 10.2.2.2 key 7 ⟦0701205E⟧\ntacacs server T\n address ipv4 10.2.2.3\n key 6 ⟦BOaOLBUE⟧\n\
         radius server R1\n key ⟦1⟧\nip ftp password 7 ⟦05080F1C⟧\nntp authentication-key 1 md5 ⟦0822455D0A16⟧ 7\nntp trusted-key 1\n\
         ntp server 10.9.9.9 key 1\narchive\n path ftp://backup:⟦ftppw⟧@10.3.3.3/cfg\n\
         wlan W 1 W\n security wpa psk set-key ascii 0 ⟦two words⟧\nap profile P\n mgmtuser username m password 0 ⟦a b⟧ secret 0 ⟦c d⟧\n\
         line vty 0 4\n password 7 ⟦045802150C2E⟧\n login\nend\n",
    );
}

#[test]
fn ios_secrets_without_a_telling_word() {
    check(
        "cisco_ios",
        "ip http server\nip http client username web\nip http client password 0 ⟦cleartext⟧\nip http authentication local\n\
         ip ssh server algorithm authentication publickey password\nip ssh version 2\nip scp server enable\n\
         interface Tunnel1\n ipv6 ospf authentication ipsec spi 500 md5 7 ⟦0123456789ABCDEF⟧\n\
         \x20ospfv3 authentication ipsec spi 501 sha1 ⟦abcdef⟧\n ospfv3 encryption ipsec spi 502 esp aes-cbc 128 7 ⟦00ff⟧ sha1 7 ⟦11ee⟧\n\
         \x20ipv6 ospf encryption ipsec spi 503 esp null sha1 0 ⟦22dd⟧\n ipv6 ospf encryption ipsec spi 504 esp 3des ⟦33cc⟧ md5 ⟦44bb⟧\n\
         \x20ipv6 nhrp authentication ⟦nhrp6⟧\n cts manual\n  sap pmk ⟦0000abcd⟧ mode-list gcm-encrypt\n\
         router ospfv3 1\n area 0 authentication ipsec spi 505 md5 ⟦55aa⟧\n area 0 encryption ipsec spi 506 esp des 0 ⟦6699⟧ sha1 0 ⟦7788⟧\n\
         router eigrp LAB\n address-family ipv4 autonomous-system 1\n  af-interface default\n\
         \x20  authentication mode hmac-sha-256 7 ⟦0822455D0A16⟧\n   authentication mode hmac-sha-256 ⟦plain text⟧\n   authentication mode md5\n\
         crypto ikev2 profile P\n authentication remote pre-share key ⟦6 BOaOLB⟧\n authentication local rsa-sig\n\
         redundancy\n application redundancy\n  group 1\n   authentication text ⟦rg⟧ timeout 5\n\
         radius server R\n pac key ⟦7 0822⟧\nmpls ldp neighbor 192.0.2.1 password 7 ⟦1234⟧\nip wccp 61 password 7 ⟦5678⟧\n\
         cts credentials id SW password 7 ⟦9ABC⟧\ncrypto pki token default user-pin 0 ⟦4711⟧\nl2tp-class C\n digest secret ⟦7 0DEF⟧\nend\n",
    );
}

#[test]
fn ios_certificates_go_whole() {
    let before = "crypto pki certificate chain TP\n certificate self-signed 01\n";
    check("cisco_ios", &format!("{before}  ⟦30820330 A0030201\n  0609551D 0F0101FF⟧\n  \tquit\nend\n"));
    check("cisco_ios", "crypto pki certificate chain TP\n certificate ca 0A nvram:x.cer\n⟦never ends⟧\n");
}

#[test]
fn nxos() {
    check(
        "cisco_nxos",
        "feature password encryption aes\nno password strength-check\n\
         username admin password 5 ⟦$5$LGOMDA$abc⟧  role network-admin\n\
         snmp-server user admin network-admin auth md5 ⟦0xAA⟧ priv aes-128 ⟦0xBB⟧ localizedkey\n\
         snmp-server user old network-operator auth md5 ⟦0xCC⟧ priv ⟦0xDD⟧ localizedkey\n\
         snmp-server community ⟦public⟧ group network-operator\nsnmp-server host 10.0.0.1 traps version 2c ⟦trapcomm⟧\n\
         snmp-server host 10.0.0.1 traps version 3 priv snmpuser\nsnmp-server mib community-map ⟦comm⟧ context c\n\
         radius-server host 10.1.1.1 key 7 \"⟦fewhg⟧\" authentication accounting\ntacacs-server key 7 \"⟦wawy⟧\"\n\
         key chain OSPF\n  key 1\n    key-string 7 ⟦070124⟧\ninterface Vlan10\n  ip ospf message-digest-key 1 md5 3 ⟦a667d47a⟧\n\
         \x20 hsrp 1\n    authentication text ⟦hsrp⟧\n    authentication md5 key-chain OSPF\n\
         router bgp 65000\n  neighbor 10.0.0.1\n    password 3 ⟦9125d59c⟧\n    address-family ipv4 unicast\n      send-community both\n\
         ntp authentication-key 1 md5 ⟦fewhg⟧ 7\nntp trusted-key 1\n\
         interface Ethernet1/1\n  ospfv3 authentication ipsec spi 500 md5 3 ⟦a667⟧\n  ospfv3 encryption ipsec spi 501 esp aes 128 3 ⟦b778⟧ sha1 3 ⟦c889⟧\n\
         \x20 cts manual\n    sap pmk ⟦0000abcd⟧ modelist gcm-encrypt\nfcsp dhchap password 7 ⟦fewhg⟧\n",
    );
}

#[test]
fn eos() {
    check(
        "arista_eos",
        "username admin privilege 15 role network-admin secret sha512 ⟦$6$abc$def⟧\nusername view nopassword\n\
         username admin ssh-key ssh-ed25519 AAAAC3NzaC1 admin@host\nenable password sha512 ⟦$6$x$y⟧\naaa root secret 5 ⟦$1$x$y⟧\n\
         service unsupported-transceiver LAB ⟦4f3c2b1a⟧\nsnmp-server community ⟦public⟧ ro\n\
         snmp-server user u g v3 localized f5717f auth sha ⟦aa11⟧ priv aes ⟦bb22⟧\nsnmp-server host 10.0.0.1 version 2c ⟦comm⟧\n\
         tacacs-server key 7 ⟦070E3440⟧\nradius-server host 10.1.1.1 vrf M key 7 ⟦0701⟧\nntp authentication-key 1 md5 7 ⟦0822⟧\n\
         daemon TerminAttr\n   exec /usr/bin/TerminAttr -cvaddr=10.0.0.1:9910 -cvauth=key,⟦topsecret⟧ -taillogs\n\
         router bgp 65000\n   neighbor 10.0.0.1 password 7 ⟦xyz==⟧\n   neighbor 10.0.0.1 send-community\n\
         interface Ethernet1\n   ip ospf message-digest-key 1 md5 7 ⟦abc==⟧\n   vrrp 1 peer authentication text ⟦vr⟧\n\
         ip security\n   profile P\n      shared-key 7 ⟦0601⟧\nmanagement security\n   password minimum length 8\n\
         \x20  ssl profile S\n      certificate a.crt key a.key\n\
         interface Ethernet2\n   ospfv3 authentication ipsec spi 500 md5 7 ⟦0822⟧\n   ospfv3 authentication ipsec spi 501 sha1 passphrase 8a ⟦two words⟧\n\
         \x20  ospfv3 encryption ipsec spi 502 esp aes-128-cbc 7 ⟦0823⟧ sha1 7 ⟦0824⟧\n   ospfv3 encryption ipsec spi 503 esp null md5 0 ⟦0825⟧\n\
         \x20  ospfv3 encryption ipsec spi 504 esp 3des-cbc sha1 passphrase ⟦mine⟧\nemail\n   auth password 7 ⟦0826⟧\nend\n",
    );
}

#[test]
fn junos() {
    check(
        "juniper_junos",
        "system {\n    root-authentication {\n        encrypted-password \"⟦$6$abc$def⟧\"; ## SECRET-DATA\n    }\n\
         \x20   authentication-order [ password radius ];\n    radius-server {\n        10.0.0.1 secret \"⟦$9$abc⟧\"; ## SECRET-DATA\n    }\n\
         \x20   login {\n        password {\n            minimum-length 8;\n            format sha512;\n        }\n        user a {\n\
         \x20           authentication {\n                ssh-rsa \"⟦ssh-rsa AAAA a@b⟧\"; ## SECRET-DATA\n            }\n        }\n    }\n\
         \x20   archival {\n        archive-sites {\n            \"ftp://u:⟦pw⟧@10.0.0.9/x\";\n        }\n    }\n}\n\
         snmp {\n    community ⟦public⟧ {\n        authorization read-only;\n    }\n    community \"⟦two words⟧\" {\n    }\n\
         \x20   trap-group ⟦public⟧ {\n        version v2;\n    }\n    trap-group \"⟦other traps⟧\" {\n    }\n}\n\
         security {\n    ike {\n        proposal P {\n            authentication-method pre-shared-keys;\n        }\n        policy I {\n\
         \x20           pre-shared-key ascii-text \"⟦$9$xyz⟧\"; ## SECRET-DATA\n            pre-shared-key hexadecimal ⟦00ff⟧;\n        }\n    }\n\
         \x20   authentication-key-chains {\n        key-chain K {\n            key 1 {\n                secret \"⟦$9$k⟧\"; ## SECRET-DATA\n            }\n        }\n    }\n}\n\
         protocols {\n    bgp {\n        group G {\n            authentication-key \"⟦plain⟧\";\n            authentication-key-chain K;\n        }\n    }\n\
         \x20   ospf {\n        area 0.0.0.0 {\n            interface ge-0/0/0.0 {\n                authentication {\n                    md5 1 key \"⟦$9$o⟧\"; ## SECRET-DATA\n                }\n            }\n        }\n    }\n}\n\
         policy-options {\n    policy-statement S {\n        term 1 {\n            from {\n                community CUST;\n            }\n\
         \x20           then {\n                community add CUST;\n            }\n        }\n    }\n    community CUST members 65000:1;\n}\n",
    );
}

#[test]
fn linux() {
    check(
        "linux",
        "PasswordAuthentication yes\n#PermitEmptyPasswords no\nHostKey /etc/ssh/ssh_host_ed25519_key\n\
         network={\n    ssid=\"home\"\n    psk=\"⟦hunter 22⟧\"\n}\n[Interface]\nPrivateKey = ⟦aGVsbG8gd29ybGQ=⟧\n[Peer]\nPresharedKey = ⟦c2VjcmV0⟧\n\
         rocommunity ⟦public⟧ 10.0.0.0/8\ncom2sec local localhost ⟦private⟧\ncreateUser snmpu SHA \"⟦auth pass⟧\" AES ⟦privpass⟧\n\
         router bgp 65000\n neighbor 10.0.0.1 password ⟦frr pw⟧\n ip rip authentication string ⟦rip⟧\nauth_pass ⟦vrrp⟧\n\
         lab:⟦$6$lab$abc⟧:20000:0:99999:7:::\nhttp_proxy=http://me:⟦pw⟧@proxy:3128/\n\
         password=⟦x y z⟧\n⟦-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----⟧\nlast line\n",
    );
}

#[test]
fn generic() {
    check(
        "generic",
        "username x password ⟦$sha512$5000$AA== pbkdf2⟧\nsnmp community ⟦0123⟧\nset psksecret ⟦ENC abc==⟧\n\
         local-user a password ⟦cipher %^%#abc%^%#⟧\n\"password\": \"⟦a⟧\", \"port\": 22\n\
         ospfv3 authentication ipsec spi 5 ⟦sha1 7 abc⟧\nospfv3 encryption ipsec spi 5 ⟦esp aes-cbc 256 abc md5 def⟧\n\
         ipv6 nhrp authentication ⟦abc⟧\nauthentication mode hmac-sha-256 ⟦7 abc⟧\nsap pmk ⟦abc⟧\nip http client password ⟦0 abc⟧\n\
         <password>⟦x y⟧</password>\npassword:\n\"password\":⟦{\"plaintext\":null,\"cyphered\":\"XX⟧\"}\n",
    );
}

/// The last resort hides whatever follows the word, the type of its encryption included: it does not know what is what.
#[test]
fn generic_hides_everything_behind_the_word_on_lines_of_many_vendors() {
    let canary = "Zq9Canary";
    for line in [
        "snmp-server community 7 {} ro",
        "snmp-server community ro {}",
        "snmp-server community encrypted {} view all",
        "snmp-server user watch ops v3 auth sha256 7 {} priv aes256 {}",
        "snmp-server user watch v3 encrypted auth md5 {} priv des {}",
        "snmp-server host 198.51.100.7 {} snmp",
        "snmp-server host 198.51.100.7 version v2c 2 {}",
        "snmp user \"watch\" \"AUTH\" auth md5 encrypted {}",
        "snmp-agent community read cipher {}",
        "snmp-agent target-host trap address udp-domain 198.51.100.7 params securityname {} v2c",
        "snmp-agent usm-user v3 watch authentication-mode sha cipher {}",
        "ospf authentication-mode md5 1 plain {}",
        "local-user ops password irreversible-cipher {}",
        "super password level 3 cipher {}",
        " key authentication simple {}",
        "wlan security wpa2 psk pass-phrase {} aes",
        "password hash {}",
        "add name=ops password={} profile=full",
        "set wireless-1 wpa2-pre-shared-key=\"{}\"",
        "community \"{}\" hash2 access-permissions r",
        "authentication-key \"{}\" hash2",
        "usm-community \"{}\" hash2 group g",
        "aaa radius-server r host 198.51.100.9 hash-key \"{}\"",
        "enable super-user-password 8 {}",
        "username ops password 8 {}",
        "neighbor 198.51.100.9 password 2 {}",
        "ip ospf md5-authentication key-id 1 key 2 {}",
        "username ops encrypted-password {}",
        "admin-password cipher {}",
        "user set user ops secret #{}",
        "snmp create community-index t1 community-name {}",
        "create account admin \"ops\" encrypted \"{}\"",
        "configure snmpv3 add user \"ops\" authentication md5 auth-encrypted localized-key {}",
        "configure radius mgmt-access primary shared-secret encrypted \"{}\"",
        "radius-server host 198.51.100.9 key 9 {}",
        "password manager user-name \"ops\" sha1 \"{}\"",
        "snmpv3 user \"ops\" auth sha \"{}\" priv aes \"{}\"",
        "snmpv3 user ops auth sha auth-pass ciphertext {} priv aes priv-pass ciphertext {}",
        "mgmt-user ops root {}",
        "snmp-server user ops auth-prot sha {} priv-prot AES {}",
        "add system user ops {} -encrypted",
        "config mgmtuser add encrypt ops 1 {} 16 {}",
        "secret-key {}",
        "set expert-password-hash {}",
        "add snmp usm user ops security-level authPriv auth-pass-phrase-hashed {}",
        "set protocols bgp neighbor 198.51.100.9 password {}",
        "standby 1 authentication {}",
        "vrrp vrid 1 authentication-mode md5 {}",
        "ip rip authentication string 7 {}",
        "set auth-pwd ENC {}",
        "AccessControl1Community={}",
        "set snmp community {} read-only",
        "ppp chap password simple {}",
    ] {
        let text = format!("hostname a\n{}\n interface one\n", line.replace("{}", canary));
        let redacted = redactor("generic").redact(&text).text;
        assert!(!redacted.contains(canary), "{redacted}");
        assert!(redacted.starts_with("hostname a\n") && redacted.ends_with("\n interface one\n"), "{redacted}");
        let again = redactor("generic").redact(&redacted);
        assert_eq!((again.text, again.hidden), (redacted, 0), "again");
    }
}

#[test]
fn a_line_no_rule_knows_is_hidden_after_its_keyword() {
    for platform in ["cisco_ios", "cisco_nxos", "arista_eos", "juniper_junos", "linux", "generic"] {
        check(platform, "frobnicate widget-password ⟦s3cr3t value⟧\nfrob token-private-key: ⟦abc⟧\n");
        check(platform, "the tunnel-passphrase ⟦is x⟧\n");
    }
}

/// A rule that knew the last of them alone would leave the first: what is hidden near its keyword explains it.
#[test]
fn both_of_two_secrets_in_a_line_are_hidden() {
    for (platform, line) in [
        ("cisco_ios", "username a password 7 ⟦0822455D secret 0 hunter2⟧"),
        ("cisco_ios", "snmp-server user u g v3 encrypted auth md5 ⟦authpass⟧ priv des56 ⟦privpass⟧"),
        ("cisco_nxos", "radius-server host 192.0.2.1 test username a password ⟦hunter2⟧ key 7 \"⟦0822455D⟧\""),
        ("cisco_viptela", " user w priv aes-cfb-128 priv-password ⟦privpass⟧ auth sha auth-password ⟦authpass⟧"),
        ("checkpoint_gaia", "add snmp usm user w privacy-pass-phrase ⟦privpass⟧ auth-pass-phrase ⟦authpass⟧"),
        ("zyxel_os", "snmp-server username w sec-level priv priv-password ⟦privpass⟧ auth-password ⟦authpass⟧"),
        ("mellanox_mlnxos", "radius-server host 192.0.2.1 key 7 ⟦hunter2⟧ key ⟦hunter3⟧"),
        ("linux", "trapsess -v 3 -u w -l authPriv -x AES -X ⟦privpass⟧ -a SHA -A ⟦authpass⟧ 192.0.2.1"),
    ] {
        check(platform, line);
    }
}

#[test]
fn armour_without_an_end_hides_the_rest() {
    check("generic", "cert \"⟦-----BEGIN CERTIFICATE-----\nMIIB\nmore⟧");
    check("generic", "password ⟦one⟧\n\"⟦-----BEGIN X-----\nA\n-----END X-----⟧\", secret \"⟦two⟧\"\n");
}

#[test]
fn tags_tell_secrets_apart_and_keys_do_too() {
    let redactor = redactor("cisco_ios");
    let tag = |text: &str| redactor.redact(text).text;
    assert_eq!(tag("enable secret 0 a"), tag("enable secret 0 a"));
    assert_ne!(tag("enable secret 0 a"), tag("enable secret 0 b"));
    let other = Redactor::new(&Registry::load(None).0.get("cisco_ios").unwrap(), &[8; 32]);
    assert_ne!(tag("enable secret 0 a"), other.redact("enable secret 0 a").text);
    assert!(!format!("{redactor:?}").contains('7'));
}

#[test]
fn generic_texts_keep_their_sentences() {
    for text in [
        "Permission denied (publickey,password).",
        "The enable password was refused by the device.",
        "Password: ",
        "authentication failed: wrong password, try again",
    ] {
        assert_eq!(Redactor::generic(&KEY).redact(text), Redacted { text: text.to_string(), hidden: 0 });
    }
    let redacted = Redactor::generic(&KEY).redact("core-1#enable secret 5 hunter2\nPassword: hunter2");
    assert!(!redacted.text.contains("hunter2") && redacted.hidden == 2, "{redacted:?}");
}

#[test]
fn what_a_line_says_of_the_next_holds_whatever_stands_in_it() {
    let redactor = Redactor::generic(&KEY);
    for secret in ["hun\u{E000}ter2", "\u{E000}", "‹hunter2", "secret\"passwordpsk="] {
        let redacted = redactor.redact(&format!("password:\n  {secret}\nuser: ‹secret 12ab›\n"));
        assert_eq!(redacted.hidden, 1, "{}", redacted.text);
        assert!(redacted.text.ends_with("›\nuser: ‹secret 12ab›\n") && !redacted.text.contains("hun"), "{redacted:?}");
        assert_eq!(redactor.redact(&redacted.text), Redacted { hidden: 0, ..redacted });
    }
}

#[test]
fn known_secrets_are_hidden_wherever_they_stand() {
    let check = |text: &str, secrets: &[&str], expect: &str| assert_eq!(redact_known(text, secrets), expect, "{text}");
    check("login hunter2x, hunter2!", &["hunter2"], "login ‹secret›x, ‹secret›!");
    check("ab cab ab", &["ab"], "‹secret› cab ‹secret›");
    check("hunter22 hunter2", &["hunter2", "hunter22"], "‹secret› ‹secret›");
    check("‹secret 1a2b› secret", &["secret"], "‹secret 1a2b› ‹secret›");
    check("nothing", &["", " "], "nothing");
    check("über geheim", &["über"], "‹secret› geheim");
}

/// The names of all built-in platforms.
fn platforms() -> Vec<String> {
    BUILT_IN.names()
}

/// Secrets that no other text of the lines below contains.
fn secret() -> impl Strategy<Value = String> {
    "[A-Za-z0-9/+$.]{0,6}QZ[A-Za-z0-9/+$.=]{1,16}"
}

/// Lines with a secret in them, of any maker.
const NAMING: [&str; 17] = [
    "enable secret 9 {}",
    "username u privilege 15 password 7 {}",
    "snmp-server community {} RO",
    "key 7 {}",
    "crypto isakmp key {} address 192.0.2.1",
    "unheard-of community {}",
    "wpa-psk ascii 0 {}",
    "password={}",
    "\"passphrase\": \"{}\",",
    "community {};",
    "secret \"{}\"; ## SECRET-DATA",
    "psk {}",
    "api-key: {}",
    "url http://me:{}@host/",
    "neighbor 10.0.0.1 password {}",
    "frob-secret: x y {}",
    "pre-shared-key local {}",
];

#[test]
fn no_platform_takes_a_word_before_a_secret_for_the_secret() {
    for platform in platforms() {
        for line in NAMING {
            let redacted = redactor(&platform).redact(&line.replace("{}", "$1QZ9="));
            assert!(!redacted.text.contains("QZ"), "{platform}: {}", redacted.text);
        }
    }
}

/// The end of the first line, which says that it goes on, is hidden with the secret; that it asks is still seen.
#[test]
fn a_line_that_both_asks_and_goes_on_is_taken_for_both() {
    let redactor = redactor("a10");
    let once = redactor.redact("expect secret$1$a\\\nexpect send QZ1\n");
    assert!(!once.text.contains("QZ"), "{}", once.text);
    assert_eq!(redactor.redact(&once.text).text, once.text);
}

proptest! {
    #[test]
    fn no_secret_survives(secret in secret(), indent in " {0,3}", line in prop::sample::select(&NAMING[..]), platform in prop::sample::select(platforms())) {
        let text = format!("hostname a\n{indent}{}\nend\n", line.replace("{}", &secret));
        let redacted = redactor(&platform).redact(&text);
        prop_assert!(!redacted.text.contains("QZ"), "{}", redacted.text);
        prop_assert!(redacted.text.starts_with("hostname a\n") && redacted.text.ends_with("\nend\n"));
    }

    #[test]
    fn redacting_again_changes_nothing(lines in proptest::collection::vec(
        "(password|key|secret|community|x|psk=|:|\"|‹secret 12ab›|\\$1\\$a|;|\\{| |a://b:c@d|-----BEGIN |-----END |\n|é|\u{E000}|7|<|>|\\\\|name=|set name |snmp community|expect |send ){0,12}", 1..6,
    ), platform in prop::sample::select(platforms())) {
        let redactor = redactor(&platform);
        let once = redactor.redact(&lines.join("\n"));
        let twice = redactor.redact(&once.text);
        prop_assert_eq!(&twice.text, &once.text);
    }

    #[test]
    fn never_panics(text in "(?s).{0,120}") {
        redactor("generic").redact(&text);
        Redactor::generic(&KEY).redact(&text);
        redact_known(&text, &["a", "bcd", "é‹"]);
    }
}
