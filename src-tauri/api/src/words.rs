//! Closed lists of words: each is written once, in `words!`, and the rest is derived from it.
//!
//! A list is an enum whose variants are words on the wire and in the database. Nothing else spells them: a word is parsed on
//! input, and compared as a variant from there on.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

/// A closed list of words.
pub trait Word: Copy + Eq + fmt::Debug + 'static {
    /// Every word of the list, in display order.
    const WORDS: &'static [Self];

    /// The word as written on the wire and in the database.
    fn as_str(self) -> &'static str;

    /// The word with this spelling, in the case of [`Word::as_str`]; none if it is not in the list.
    #[must_use]
    fn parse(text: &str) -> Option<Self> {
        Self::WORDS.iter().copied().find(|word| word.as_str() == text)
    }

    /// The word with this spelling in any case; none if it is not in the list.
    #[must_use]
    fn parse_any_case(text: &str) -> Option<Self> {
        Self::WORDS.iter().copied().find(|word| word.as_str().eq_ignore_ascii_case(text))
    }
}

/// A word of a list that another server may extend: an unknown word is kept as received.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Open<W> {
    /// A word of the list.
    Known(W),
    /// A word not in the list.
    Other(String),
}

impl<W: Word> Open<W> {
    /// The word with this spelling, in any case; an unknown one is kept.
    #[must_use]
    pub fn of(text: &str) -> Open<W> {
        W::parse_any_case(text).map_or_else(|| Open::Other(text.to_owned()), Open::Known)
    }

    /// The word as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Open::Known(word) => word.as_str(),
            Open::Other(text) => text,
        }
    }

    /// The word, if it is in the list.
    #[must_use]
    pub fn known(&self) -> Option<W> {
        match self {
            Open::Known(word) => Some(*word),
            Open::Other(_) => None,
        }
    }

    /// Whether it is this word.
    #[must_use]
    pub fn is(&self, word: W) -> bool {
        self.known() == Some(word)
    }
}

impl<W> Default for Open<W> {
    /// No word at all.
    fn default() -> Open<W> {
        Open::Other(String::new())
    }
}

impl<W: Word> From<&str> for Open<W> {
    fn from(text: &str) -> Open<W> {
        Open::of(text)
    }
}

impl<W: Word> From<W> for Open<W> {
    fn from(word: W) -> Open<W> {
        Open::Known(word)
    }
}

impl<W: Word> AsRef<str> for Open<W> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<W: Word> fmt::Display for Open<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<W: Word> Serialize for Open<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, W: Word> Deserialize<'de> for Open<W> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Open<W>, D::Error> {
        struct Text<W>(PhantomData<W>);
        impl<W: Word> Visitor<'_> for Text<W> {
            type Value = Open<W>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Open<W>, E> {
                Ok(Open::of(text))
            }
        }
        deserializer.deserialize_str(Text(PhantomData))
    }
}

/// Reads a word of a closed list, for the `Deserialize` of `words!`.
///
/// # Errors
/// If it is not a text, or not one of the words; the message lists them all.
pub fn read_word<'de, W: Word, D: Deserializer<'de>>(deserializer: D) -> Result<W, D::Error> {
    struct OneOf<W>(PhantomData<W>);
    impl<W: Word> Visitor<'_> for OneOf<W> {
        type Value = W;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("one of ")?;
            for (index, word) in W::WORDS.iter().enumerate() {
                write!(f, "{}`{}`", if index == 0 { "" } else { ", " }, word.as_str())?;
            }
            Ok(())
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<W, E> {
            W::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_str(OneOf(PhantomData))
}

/// Makes a closed list: variants, the word of each, `ALL` in the order they are written, `as_str`, `parse`, serde, and the
/// schema for `openapi.json`. With a second text after each word, also `title`, which people read. A list that is
/// `as pattern` is described and checked as a text with a pattern, as in most lists of the NetRaven API.
macro_rules! words {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident $(as $form:ident)? {
            $($(#[doc = $about:literal])+ $variant:ident = $word:literal : $title:literal,)+
        }
    ) => {
        $crate::words::words! {
            $(#[doc = $doc])+
            pub enum $name $(as $form)? {
                $($(#[doc = $about])+ $variant = $word,)+
            }
        }

        impl $name {
            /// What people read for it.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self {
                    $($name::$variant => $title,)+
                }
            }
        }
    };
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident $(as $form:ident)? {
            $($(#[doc = $about:literal])+ $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[doc = $about])+ $variant,)+
        }

        impl $name {
            /// Every word of the list, in display order.
            pub const ALL: [$name; [$($word),+].len()] = [$($name::$variant),+];

            /// The word as written on the wire and in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }

            /// The word with this spelling, or none.
            #[must_use]
            pub fn parse(text: &str) -> Option<$name> {
                <$name as $crate::words::Word>::parse(text)
            }
        }

        impl $crate::words::Word for $name {
            const WORDS: &'static [$name] = &$name::ALL;

            fn as_str(self) -> &'static str {
                $name::as_str(self)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                $crate::words::read_word(deserializer)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::words::schema!([$($doc),+] $name $($form)?)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

/// The schema of a closed list, for [`words!`].
#[cfg(feature = "openapi")]
macro_rules! schema {
    ([$($doc:literal),+] $name:ident) => {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some([$($doc.trim()),+].join("\n")))
            .enum_values(Some($name::ALL.map($name::as_str)))
            .into()
    };
    ([$($doc:literal),+] $name:ident pattern) => {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some(format!("^({})$", $name::ALL.map($name::as_str).join("|"))))
            .into()
    };
}

#[cfg(feature = "openapi")]
pub(crate) use schema;
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    words! {
        /// The light of a lamp.
        pub enum Lamp {
            /// Not at all.
            Dark = "dark": "Off",
            /// At full power.
            VeryBright = "very_bright": "On",
        }
    }

    #[test]
    fn a_word_is_read_and_written_in_one_form() {
        for lamp in Lamp::ALL {
            let json = serde_json::to_string(&lamp).unwrap();
            assert_eq!(json, format!("\"{lamp}\""));
            assert_eq!(serde_json::from_str::<Lamp>(&json).unwrap(), lamp);
            assert_eq!(Lamp::parse(lamp.as_str()), Some(lamp));
        }
        assert_eq!(Lamp::VeryBright.title(), "On");
        assert_eq!(Lamp::parse("DARK"), None);
        assert_eq!(Lamp::parse_any_case("DARK"), Some(Lamp::Dark));
    }

    #[test]
    fn a_word_that_is_not_in_the_list_is_refused_with_those_that_are() {
        let refused = serde_json::from_str::<Lamp>("\"dim\"").unwrap_err().to_string();
        assert!(refused.contains("one of `dark`, `very_bright`"), "{refused}");
    }

    #[test]
    fn an_open_list_keeps_what_it_does_not_know() {
        let known: Open<Lamp> = serde_json::from_str("\"dark\"").unwrap();
        let other: Open<Lamp> = serde_json::from_str("\"dim\"").unwrap();
        assert!(known.is(Lamp::Dark));
        assert_eq!((other.known(), other.as_str()), (None, "dim"));
        assert_eq!(serde_json::to_string(&other).unwrap(), "\"dim\"");
    }
}
