//! The table of what each task needs: how to see that it is there, and its name in each package manager.

/// What a thing is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To compile and open the window.
    Build,
    /// For the backend inside: the servers it starts.
    Embedded,
    /// For tests only.
    Tests,
}

/// How to see that a thing is there.
pub enum Check {
    /// One of these programs exists.
    Program(&'static [&'static str]),
    /// pkg-config knows the library.
    Library(&'static str),
    /// Something without a program, like a font: dpkg has the package.
    DebianPackage(&'static str),
}

/// One thing; a package manager without a name for it does not need it.
pub struct Need {
    /// For people.
    pub what: &'static str,
    pub purpose: Purpose,
    pub check: Check,
    pub apt: Option<&'static str>,
    pub dnf: Option<&'static str>,
    pub pacman: Option<&'static str>,
    pub brew: Option<&'static str>,
    pub winget: Option<&'static str>,
}

/// Everything, pkg-config first: without it the libraries cannot be seen.
pub const NEEDS: &[Need] = &[
    need("pkg-config", Purpose::Build, Check::Program(&["pkg-config", "pkgconf"]))
        .apt("pkg-config")
        .dnf("pkgconf-pkg-config")
        .pacman("pkgconf")
        .brew("pkgconf"),
    need("a C compiler", Purpose::Build, Check::Program(&["cc", "gcc", "clang"]))
        .apt("build-essential")
        .dnf("gcc")
        .pacman("gcc"),
    need("make", Purpose::Build, Check::Program(&["make", "gmake"])).apt("build-essential").dnf("make").pacman("make"),
    need("git", Purpose::Build, Check::Program(&["git"]))
        .apt("git")
        .dnf("git")
        .pacman("git")
        .brew("git")
        .winget("Git.Git"),
    need("WebKitGTK 4.1", Purpose::Build, Check::Library("webkit2gtk-4.1"))
        .apt("libwebkit2gtk-4.1-dev")
        .dnf("webkit2gtk4.1-devel")
        .pacman("webkit2gtk-4.1"),
    need("librsvg", Purpose::Build, Check::Library("librsvg-2.0"))
        .apt("librsvg2-dev")
        .dnf("librsvg2-devel")
        .pacman("librsvg"),
    need("OpenSSL", Purpose::Build, Check::Library("openssl"))
        .apt("libssl-dev")
        .dnf("openssl-devel")
        .pacman("openssl")
        .brew("openssl@3")
        .winget("FireDaemon.OpenSSL"),
    need("PostgreSQL", Purpose::Embedded, Check::Program(&["initdb"]))
        .apt("postgresql")
        .dnf("postgresql-server")
        .pacman("postgresql")
        .brew("postgresql@17")
        .winget("PostgreSQL.PostgreSQL.17"),
    need("Redis or Valkey", Purpose::Embedded, Check::Program(&["redis-server", "valkey-server", "memurai"]))
        .apt("redis-server")
        .dnf("valkey")
        .pacman("valkey")
        .brew("redis")
        .winget("Memurai.MemuraiDeveloper"),
    need("WebKitWebDriver", Purpose::Tests, Check::Program(&["WebKitWebDriver"]))
        .apt("webkit2gtk-driver")
        .dnf("webkit2gtk-driver")
        .pacman("webkit2gtk-4.1"),
    need("Xvfb", Purpose::Tests, Check::Program(&["Xvfb"]))
        .apt("xvfb")
        .dnf("xorg-x11-server-Xvfb")
        .pacman("xorg-server-xvfb"),
    need("xauth", Purpose::Tests, Check::Program(&["xauth"])).apt("xauth").dnf("xauth").pacman("xorg-xauth"),
    need("dbus-run-session", Purpose::Tests, Check::Program(&["dbus-run-session"]))
        .apt("dbus")
        .dnf("dbus-daemon")
        .pacman("dbus"),
    need("dbus-launch", Purpose::Tests, Check::Program(&["dbus-launch"])).apt("dbus-x11").dnf("dbus-x11"),
    need("gnome-keyring", Purpose::Tests, Check::Program(&["gnome-keyring-daemon"]))
        .apt("gnome-keyring")
        .dnf("gnome-keyring")
        .pacman("gnome-keyring"),
    need("DejaVu fonts", Purpose::Tests, Check::DebianPackage("fonts-dejavu-core")).apt("fonts-dejavu-core"),
    need("Inter font", Purpose::Tests, Check::DebianPackage("fonts-inter")).apt("fonts-inter"),
    need("ImageMagick", Purpose::Tests, Check::Program(&["magick", "import"]))
        .apt("imagemagick")
        .dnf("ImageMagick")
        .pacman("imagemagick"),
    need("Node.js", Purpose::Tests, Check::Program(&["node"])).apt("nodejs").dnf("nodejs").pacman("nodejs"),
    need("npm", Purpose::Tests, Check::Program(&["npm"])).apt("npm").dnf("nodejs-npm").pacman("npm"),
    need("OpenSSH server", Purpose::Tests, Check::Program(&["sshd"]))
        .apt("openssh-server")
        .dnf("openssh-server")
        .pacman("openssh"),
    // The service of the package stays switched off: the tests start it on a port of their own.
    need("telnet server", Purpose::Tests, Check::Program(&["telnetd", "in.telnetd"]))
        .apt("inetutils-telnetd")
        .dnf("telnet-server")
        .pacman("inetutils"),
    need("Dropbear", Purpose::Tests, Check::Program(&["dropbear"]))
        .apt("dropbear-bin")
        .dnf("dropbear")
        .pacman("dropbear"),
];

/// A row that no package manager names yet.
const fn need(what: &'static str, purpose: Purpose, check: Check) -> Need {
    Need { what, purpose, check, apt: None, dnf: None, pacman: None, brew: None, winget: None }
}

impl Need {
    const fn apt(self, name: &'static str) -> Self {
        Self { apt: Some(name), ..self }
    }

    const fn dnf(self, name: &'static str) -> Self {
        Self { dnf: Some(name), ..self }
    }

    const fn pacman(self, name: &'static str) -> Self {
        Self { pacman: Some(name), ..self }
    }

    const fn brew(self, name: &'static str) -> Self {
        Self { brew: Some(name), ..self }
    }

    const fn winget(self, name: &'static str) -> Self {
        Self { winget: Some(name), ..self }
    }
}
