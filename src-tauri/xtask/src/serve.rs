//! A small web server for the demo: the files of one folder, to this computer only, until Ctrl-C.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

/// Longest wait for a browser that says nothing.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most letters of a request's head that are read.
const HEAD: u64 = 16 * 1024;
/// What a page may load and run: the same as in the window.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
                      object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Opens the port, any free one if it is 0.
pub fn open(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("could not open port {port} on 127.0.0.1; choose another with --port"))
}

/// Answers every browser for as long as it runs.
pub fn serve(listener: &TcpListener, folder: &Path) -> Result<()> {
    for browser in listener.incoming() {
        let browser = browser.context("could not take a connection")?;
        let folder = folder.to_owned();
        // A browser that goes away is none of our business.
        std::thread::spawn(move || answer(&browser, &folder).unwrap_or_default());
    }
    Ok(())
}

fn answer(mut browser: &TcpStream, folder: &Path) -> std::io::Result<()> {
    browser.set_read_timeout(Some(PATIENCE))?;
    browser.set_write_timeout(Some(PATIENCE))?;
    let mut head = BufReader::new(std::io::Read::take(browser, HEAD));
    let mut first = String::new();
    head.read_line(&mut first)?;
    let mut line = String::new();
    while head.read_line(&mut line)? > 0 && !line.trim().is_empty() {
        line.clear();
    }
    let mut words = first.split(' ');
    let (status, kind, body) = match (words.next(), words.next()) {
        (Some("GET"), Some(path)) => match file(folder, path) {
            Some(file) => ("200 OK", kind(&file), fs::read(&file)?),
            None => ("404 Not Found", "text/plain", b"There is no such file.".to_vec()),
        },
        _ => ("405 Method Not Allowed", "text/plain", b"Only GET is answered.".to_vec()),
    };
    let length = body.len();
    write!(
        browser,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: {POLICY}\r\nConnection: close\r\n\r\n"
    )?;
    browser.write_all(&body)
}

/// The file of a path. A path without an ending is a place inside the page, which finds its way itself.
fn file(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    let relative = Path::new(path);
    let stays = relative.components().all(|part| matches!(part, Component::Normal(_)));
    let file = if relative.extension().is_some() { folder.join(relative) } else { folder.join("index.html") };
    (stays && file.is_file()).then_some(file)
}

fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn it_gives_the_files_of_its_folder_and_nothing_else() {
        let base = std::env::temp_dir().join(format!("netraven-xtask-serve-{}", std::process::id()));
        let folder = base.join("ui-demo");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("index.html"), "the page").unwrap();
        fs::write(folder.join("ui_bg.wasm"), "wasm").unwrap();
        fs::write(base.join("secret.txt"), "secret").unwrap();
        let listener = open(0).unwrap();
        let address = listener.local_addr().unwrap();
        assert!(address.ip().is_loopback());
        let served = folder.clone();
        std::thread::spawn(move || serve(&listener, &served));
        let get = |request: &str| {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "{request} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        for page in ["GET /", "GET /runs/4188?tab=log", "GET /?tab=logs"] {
            let answer = get(page);
            assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\nthe page"), "{page}: {answer}");
        }
        assert!(get("GET /ui_bg.wasm").contains("Content-Type: application/wasm\r\n"));
        for outside in ["GET /../secret.txt", "GET //secret.txt/../../secret.txt", "GET /gone.js"] {
            assert!(get(outside).starts_with("HTTP/1.1 404"), "{outside}");
        }
        assert!(get("POST /").starts_with("HTTP/1.1 405"));
        fs::remove_dir_all(&base).unwrap();
    }
}
