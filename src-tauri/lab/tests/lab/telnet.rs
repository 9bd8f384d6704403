//! Devices reached by telnet and by a console line.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use netraven_lab::{Carrier, Fault};

use crate::support::{blocking, idle, only};
use crate::{CONFIG, ios, on_the_wire};

/// A client that answers no options.
struct Plain(TcpStream);

impl Plain {
    fn connect(address: SocketAddr) -> Plain {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Plain(stream)
    }

    /// Types and reads on until `expected`, which is the end of what is returned; options are left out.
    fn say(&mut self, typed: &[u8], expected: &str) -> String {
        self.0.write_all(typed).unwrap();
        let mut read = Vec::new();
        while !read.ends_with(expected.as_bytes()) {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            match byte[0] {
                // The device asks with commands of three bytes alone.
                255 => self.0.read_exact(&mut [0; 2]).unwrap(),
                byte => read.push(byte),
            }
        }
        String::from_utf8(read).unwrap()
    }

    fn is_closed(&mut self) -> bool {
        match self.0.read(&mut [0]) {
            Ok(read) => read == 0,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        }
    }
}

#[tokio::test]
async fn the_shell_behind_telnet_and_a_console_line_is_that_of_ssh() {
    for (carrier, wake, enter) in [(Carrier::Telnet, &b""[..], &b"\r\0"[..]), (Carrier::Tcp, &b"\r"[..], &b"\r"[..])] {
        let lab = only(ios().over(carrier)).await;
        let address = lab.devices()[0].address;
        let read = blocking(move || {
            let mut client = Plain::connect(address);
            let line = |text: &str| [text.as_bytes(), enter].concat();
            client.say(wake, "Username: ");
            client.say(&line("lab"), "lab\r\nPassword: ");
            client.say(&line("lab-password"), "lab-core-01#");
            client.say(&line("terminal length 0"), "lab-core-01#");
            client.say(&line("show running-config"), "lab-core-01#")
        })
        .await;
        assert_eq!(read, format!("show running-config\r\n{}\r\nlab-core-01#", on_the_wire(CONFIG)));
        let device = &lab.devices()[0];
        assert_eq!((device.connections(), device.logins(), device.readings()), (1, 1, 1));
        idle(device).await;
    }
}

#[tokio::test]
async fn three_wrong_passwords_end_the_connection() {
    let lab = only(ios().over(Carrier::Telnet).with_fault(Fault::WrongPassword)).await;
    let address = lab.devices()[0].address;
    blocking(move || {
        let mut client = Plain::connect(address);
        for _ in 0..3 {
            client.say(b"", "Username: ");
            client.say(b"lab\r\n", "Password: ");
            client.say(b"lab-password\r\n", "% Login invalid\r\n");
        }
        assert!(client.is_closed());
    })
    .await;
    assert_eq!((lab.devices()[0].logins(), lab.devices()[0].logins_refused()), (0, 3));
}
