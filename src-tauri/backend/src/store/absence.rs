//! The one list of what it means that the database is briefly away or busy. A worker waits then; a client is asked to.

/// Why the database cannot do now what it may do in a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It does not answer.
    Gone,
    /// It gave up waiting, or gave way to another statement.
    Busy,
    /// Its disk is full.
    Full,
    /// It has no connection left.
    Crowded,
    /// It is read-only.
    ReadOnly,
    /// It is starting, stopping, closed, refusing logins, or cannot reach its files.
    Shut,
}

impl Absence {
    /// The absence an error stands for; none for a statement that would be refused every time.
    pub fn of(error: &sqlx::Error) -> Option<Absence> {
        match error {
            sqlx::Error::Database(error) => Absence::of_code(&error.code()?),
            // The program's end closes the pool, which is not a failure either.
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Some(Absence::Gone),
            _ => None,
        }
    }

    /// The same by Postgres's error code (SQLSTATE). Its first two letters are the class.
    fn of_code(code: &str) -> Option<Absence> {
        Some(match code {
            "53100" => Absence::Full,
            "53300" => Absence::Crowded,
            "25006" => Absence::ReadOnly,
            "57014" | "55P03" => Absence::Busy,
            _ => match code.get(..2)? {
                // Two statements deadlocked or in conflict.
                "40" => Absence::Busy,
                // The connection broke; the transaction was ended while idle; the login was changed; out of memory; in the wrong
                // state; stopped by an operator; a disk error.
                "08" | "25" | "28" | "53" | "55" | "57" | "58" => Absence::Shut,
                _ => return None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_is_refused_each_time() {
        let table = [
            ("08000", Some(Absence::Shut)),
            ("08006", Some(Absence::Shut)),
            ("25006", Some(Absence::ReadOnly)),
            ("25P03", Some(Absence::Shut)),
            ("28000", Some(Absence::Shut)),
            ("28P01", Some(Absence::Shut)),
            ("40001", Some(Absence::Busy)),
            ("40P01", Some(Absence::Busy)),
            ("53000", Some(Absence::Shut)),
            ("53100", Some(Absence::Full)),
            ("53200", Some(Absence::Shut)),
            ("53300", Some(Absence::Crowded)),
            ("55000", Some(Absence::Shut)),
            ("55P03", Some(Absence::Busy)),
            ("57014", Some(Absence::Busy)),
            ("57P01", Some(Absence::Shut)),
            ("57P02", Some(Absence::Shut)),
            ("57P03", Some(Absence::Shut)),
            ("58030", Some(Absence::Shut)),
            ("22001", None),
            ("22P05", None),
            ("23505", None),
            ("42P01", None),
            ("42501", None),
            ("XX000", None),
            ("", None),
        ];
        for (code, expected) in table {
            assert_eq!(Absence::of_code(code), expected, "{code}");
        }
    }

    #[test]
    fn a_database_that_does_not_answer_is_gone() {
        let broken = sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
        for error in [broken, sqlx::Error::PoolTimedOut, sqlx::Error::PoolClosed, sqlx::Error::WorkerCrashed] {
            assert_eq!(Absence::of(&error), Some(Absence::Gone), "{error}");
        }
        assert_eq!(Absence::of(&sqlx::Error::RowNotFound), None);
        assert_eq!(Absence::of(&sqlx::Error::ColumnNotFound("gone".to_owned())), None);
    }
}
