//! Secrets that no platform's rule knows: by their form, by the command they are given to, by the lines around them.

use super::*;

const PLATFORMS: [&str; 6] = ["cisco_ios", "cisco_nxos", "arista_eos", "juniper_junos", "linux", "generic"];

/// Whatever stands in braces must go on every platform; what stands before the first of them stays.
fn hides(marked: &str) {
    let plain = marked.replace(['⟦', '⟧'], "");
    let before = marked.split('⟦').next().unwrap_or_default();
    for platform in PLATFORMS {
        let redactor = redactor(platform);
        let redacted = redactor.redact(&plain).text;
        for secret in marked.split('⟦').skip(1).filter_map(|rest| rest.split('⟧').next()) {
            assert!(!redacted.contains(secret), "{platform}: {redacted}");
        }
        let keyword = before.trim_end_matches([' ', '"', '\'', '=', ':']);
        assert!(platform == "generic" || redacted.starts_with(keyword), "{platform}: {redacted}");
        let again = redactor.redact(&redacted);
        assert_eq!(again, Redacted { text: redacted, hidden: 0 }, "{platform}: again");
    }
}

fn keeps(text: &str) {
    for platform in PLATFORMS {
        assert_eq!(redactor(platform).redact(text), Redacted { text: text.to_owned(), hidden: 0 }, "{platform}");
    }
}

#[test]
fn tokens_and_hashes() {
    for line in [
        "api_token ⟦zq9zq9zq9⟧",
        "export GITHUB_TOKEN=⟦zq9zq9zq9⟧",
        "idtoken ⟦zq9zq9⟧ hostname lab",
        "telemetry token ⟦zq9⟧",
        "set token: \"⟦zq9⟧\"",
        "{\"refresh_token\": \"⟦zq9⟧\", \"port\": 1}",
        "note ⟦AKIAIOSFODNN7EXAMPLE⟧",
        "note ⟦ghp_zq9zq9zq9zq9zq9zq9zq9zq9⟧",
        "note ⟦glpat-zq9zq9zq9zq9zq9zq9⟧",
        "note ⟦xoxb-1234567890-zq9zq9zq9⟧",
        "note ⟦eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ6cTkifQ.c2lnbmF0dXJlenE5⟧",
        "header Basic ⟦b3BzOnpxOXpxOQ==⟧",
        "admin:{SSHA}⟦zq9zq9zq9⟧",
        "user ⟦$h$6$zq9zq9$zq9zq9⟧",
        "x ⟦%^%#zq9zq9zq9zq9%^%#⟧",
        "AccountKey=⟦zq9zq9zq9zq9zq9zq9==⟧",
    ] {
        hides(line);
    }
    hides("note ⟦-----BEGIN PRIVATE KEY-----\nzq9\n-----END PRIVATE KEY-----⟧\n");
}

#[test]
fn commands() {
    for line in [
        "curl -u ops:⟦zq9⟧ https://192.0.2.1/",
        "curl -s --user 'ops:⟦zq9 zq9⟧' https://192.0.2.1/",
        "mysql -u ops -p⟦zq9⟧ base",
        "mysqldump --all-databases -p'⟦zq9⟧'",
        "sshpass -p ⟦zq9⟧ ssh ops@192.0.2.1",
        "sshpass -p'⟦zq9⟧' scp a b",
        "//192.0.2.1/a /mnt cifs username=ops,password=⟦zq9⟧ 0 0",
        "smbclient //192.0.2.1/a -U ops%⟦zq9⟧",
        "mount.cifs //192.0.2.1/a /mnt -o user=ops%⟦zq9⟧",
        "copy run scp:ops:⟦zq9⟧@192.0.2.1/a",
        "copy run ftp://ops:⟦zq9⟧@192.0.2.1/a",
        "git clone https://⟦zq9zq9zq9zq9zq9zq9⟧@git.example/a",
        "target ops:⟦zq9⟧@192.0.2.1",
        "snmpwalk -v2c -c ⟦zq9⟧ 192.0.2.1",
        "snmpget -v3 -u ops -A ⟦zq9⟧ -X ⟦zq8⟧ 192.0.2.1",
        "ldapsearch -x -D cn=ops -w ⟦zq9⟧",
        "redis-cli -a ⟦zq9⟧ ping",
        "plink -ssh ops@192.0.2.1 -pw ⟦zq9⟧",
        "ipmitool -H 192.0.2.1 -U ops -P ⟦zq9⟧ sol",
        "echo '⟦zq9⟧' | sudo -S id",
        "openssl rsa -passin pass:⟦zq9⟧",
        "docker login -u ops -p ⟦zq9⟧ registry",
        "PGPASSWORD=⟦zq9⟧ psql",
        "requirepass ⟦zq9⟧",
        "ansible_ssh_pass=⟦zq9⟧",
        "bindpw ⟦zq9⟧",
    ] {
        hides(line);
    }
}

#[test]
fn addresses_that_are_secrets() {
    for line in [
        "url https://hooks.slack.com/⟦services/T0ZQ9/B0ZQ9/zq9zq9⟧",
        "url https://ops.webhook.office.com/⟦webhookb2/zq9⟧",
        "url https://discord.com/api/webhooks/⟦123456/zq9zq9⟧",
        "url https://api.telegram.org/bot⟦123456:zq9zq9⟧/sendMessage",
        "url https://chat.example/hooks/⟦zq9⟧",
        "url https://a.example/f?sig=⟦zq9%3D⟧&se=1",
        "url https://a.example/f?x=1&token=⟦zq9⟧",
        "url https://b.example/o?X-Amz-Signature=⟦zq9zq9⟧",
        "url https://a.example/in/⟦zq9zq9zq9zq9zq9zq9zq9zq9zq9⟧",
    ] {
        hides(line);
    }
    keeps("url https://a.example/images/c2960-lanbasek9-mz.150-2.SE11.bin\n");
    keeps("contact mailto:noc@example.net, see https://wiki.example/network/core\n");
}

#[test]
fn words_of_people() {
    for line in [
        " description uplink, pw: ⟦zq9⟧",
        " description pass: ⟦zq9⟧",
        " description PIN ⟦4711⟧",
        " description login ops/⟦zq9z⟧",
        " description password ⟦is zq9⟧",
        "! default password ⟦was zq9⟧",
        "# pw ⟦zq9!⟧",
        "remark credentials: ⟦ops / zq9z⟧",
        "banner motd ^ The password ⟦of this box is zq9⟧",
        "snmp string ⟦is zq9⟧",
    ] {
        hides(line);
    }
    keeps(" description pass through to rack 4, pw-class two, pin 2\n description user ge-0/0/1, token ring\n");
}

#[test]
fn what_the_lines_around_give_away() {
    hides(
        "config system snmp community\n    edit 1\n        set name \"⟦zq9⟧\"\n        set status enable\n    next\nend\n",
    );
    hides("/snmp community\nset [ find default=yes ] name=⟦zq9⟧ addresses=10.0.0.0/8\n/system identity\nset name=r1\n");
    hides("/ppp secret\nadd name=a password=\\\n    \"⟦zq9 zq8⟧\" profile=b\n");
    hides(
        "event manager applet a\n action 1.0 cli command \"enable\" pattern \"assword\"\n action 2.0 cli command \"⟦zq9⟧\"\n",
    );
    hides("event manager applet a\n action 1 cli command \"username a password ⟦zq9⟧\"\n");
    hides("expect \"assword:\"\nsend \"⟦zq9⟧\\r\"\n");
    hides("<users>\n<phash>⟦zq9⟧</phash>\n<key>⟦zq8⟧</key>\n<hash>sha256</hash>\n</users>\n");
    hides("secret:\n  ⟦zq9⟧\nport: 1\n");
    for platform in PLATFORMS {
        let kept =
            "config system interface\n    edit \"port1\"\n        set name \"lan\"\n/system identity\nset name=r1\n";
        assert_eq!(redactor(platform).redact(kept).text, kept, "{platform}");
    }
}

#[test]
fn words_about_passwords_are_no_passwords() {
    keeps(
        "no service password-recovery\nservice password-encryption\nno password-policy\npassword-policy\n\
         tokens 100\ntoken bucket 4000\n description Your password has expired.\nauthentication-retries 3\n",
    );
    for line in ["password-policy minimum 8", "password-history 5", "secret-expiry 90", "login-token-lifetime 30"] {
        keeps(&format!("{line}\n"));
    }
}
