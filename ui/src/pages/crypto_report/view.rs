//! Which devices of the report are listed, as the page's address has it.

use netraven_api::crypto_report::{CryptoDevice, CryptoPart, OldCrypto};

use crate::address::{Given, Parts};
use crate::route::Route;

/// Some devices of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CryptoChoice {
    /// Those that would be lost without old algorithms.
    LostWithout(OldCrypto),
    /// Those that agreed on this algorithm.
    Agreed(CryptoPart, String),
}

impl CryptoChoice {
    /// What they have in common, as a title.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            CryptoChoice::LostWithout(old) => format!("Lost without {}", old.title()),
            CryptoChoice::Agreed(part, name) => format!("{}: {name}", part.title()),
        }
    }

    /// Whether a device is one of them.
    #[must_use]
    pub fn picks(&self, device: &CryptoDevice) -> bool {
        match self {
            CryptoChoice::LostWithout(old) => old.is_needed_by(&device.algorithms),
            CryptoChoice::Agreed(part, name) => part.of(&device.algorithms) == name,
        }
    }

    /// The place of their list.
    #[must_use]
    pub fn route(self) -> Route {
        ReportView { choice: Some(self), page: 1 }.route()
    }
}

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportView {
    /// The devices that are listed; none for the report itself.
    pub choice: Option<CryptoChoice>,
    /// Page of the list, from 1.
    pub page: i64,
}

impl ReportView {
    /// The view of an address.
    #[must_use]
    pub fn read(address: &str) -> ReportView {
        let given = Given::of(address);
        let lost = given.one("without").and_then(|word| OldCrypto::parse(&word)).map(CryptoChoice::LostWithout);
        let agreed = |part: CryptoPart| given.one(part.as_str()).map(|name| CryptoChoice::Agreed(part, name));
        ReportView {
            choice: lost.or_else(|| CryptoPart::ALL.into_iter().find_map(agreed)),
            page: given.parsed("page").filter(|page| *page > 0).unwrap_or(1),
        }
    }

    /// The address of a view.
    #[must_use]
    pub fn write(&self) -> String {
        let mut parts = Parts::default();
        match &self.choice {
            Some(CryptoChoice::LostWithout(old)) => parts.one("without", Some(old)),
            Some(CryptoChoice::Agreed(part, name)) => parts.text(part.as_str(), name),
            None => {}
        }
        parts.one("page", (self.page != 1).then_some(self.page));
        parts.done()
    }

    /// The place of a view.
    #[must_use]
    pub fn route(&self) -> Route {
        Route::CryptoReportPage { view: self.write() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_comes_back_from_the_address() {
        let agreed = CryptoChoice::Agreed(CryptoPart::Cipher, "aes256-gcm@openssh.com".into());
        let lost = CryptoChoice::LostWithout(OldCrypto::FixedGroups);
        for (choice, page) in [(None, 1), (Some(agreed), 1), (Some(lost), 3)] {
            let view = ReportView { choice, page };
            assert_eq!(ReportView::read(&view.write()), view);
        }
        assert_eq!(ReportView::read("without=luck&page=0").write(), "");
    }
}
