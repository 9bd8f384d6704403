//! Ids: numbers with a type for what they identify, so that a device's is never mistaken for a run's.

/// Defines the type of each id: a number on the wire, in the database and in the description.
macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The id with this number.
            #[must_use]
            pub const fn new(number: i64) -> $name {
                $name(number)
            }

            /// The plain number, for code without id types: the database and the queue.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> $name {
                $name(number)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<$name, Self::Err> {
                text.parse().map($name)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                <i64 as utoipa::PartialSchema>::schema()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

ids! {
    /// Id of a credential.
    CredentialId,
    /// Id of a device.
    DeviceId,
    /// Id of a job.
    JobId,
    /// Id of a jump host.
    JumpHostId,
    /// Id of one content of a kept file.
    KeptFileId,
    /// Id of a log line: later lines have greater ones.
    LogId,
    /// Id of a result.
    ResultId,
    /// Id of a run.
    RunId,
    /// Id of a snapshot.
    SnapshotId,
    /// Id of a tag.
    TagId,
    /// Id of a trial.
    TrialId,
    /// Id of a user.
    UserId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_its_number() {
        let id = RunId::new(31);
        assert_eq!(serde_json::to_string(&[Some(id), None]).unwrap(), "[31,null]");
        assert_eq!(serde_json::from_str::<RunId>("31").unwrap(), id);
        assert_eq!(serde_html_form::to_string([("run_id", id)]).unwrap(), "run_id=31");
        assert_eq!((format!("{id:>4}"), id.get()), ("  31".to_owned(), 31));
        assert_eq!("31".parse::<RunId>(), Ok(id));
        assert!("31a".parse::<RunId>().is_err());
    }
}
