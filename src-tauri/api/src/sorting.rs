//! What each list can be sorted by, and in which direction.
//!
//! The default of a list of columns is what the rows are sorted by when a request does not say. Where a column has nothing in a
//! row, the row comes last in both directions.

use crate::words::words;

words! {
    /// The direction rows are sorted in.
    pub enum Order as pattern {
        /// The smallest first.
        Ascending = "asc",
        /// The greatest first.
        Descending = "desc",
    }
}

impl Order {
    /// The other direction.
    #[must_use]
    pub const fn turned(self) -> Order {
        match self {
            Order::Ascending => Order::Descending,
            Order::Descending => Order::Ascending,
        }
    }
}

words! {
    /// What devices can be sorted by.
    pub enum DeviceColumn as pattern {
        /// Their ids.
        Id = "id",
        /// Their hostnames.
        Hostname = "hostname",
        /// Their addresses, by number.
        Address = "ip_address",
        /// Their platforms.
        Platform = "device_type",
        /// Their models.
        Model = "model",
        /// Their serial numbers.
        SerialNumber = "serial_number",
        /// Where they came from.
        Source = "source",
        /// When they were added.
        CreatedAt = "created_at",
        /// When they last answered.
        LastSeen = "last_seen",
        /// When they were last changed.
        LastUpdated = "last_updated",
        /// Their newest results.
        LastResult = "last_result",
        /// When their newest snapshots were read.
        LastSnapshotAt = "last_snapshot_at",
        /// The names of their tags.
        Tags = "tags",
        /// How many credentials match them.
        Credentials = "matching_credentials_count",
    }
}

words! {
    /// What jobs can be sorted by.
    pub enum JobColumn as pattern {
        /// Their ids.
        Id = "id",
        /// Their names.
        Name = "name",
        /// Their kinds.
        Kind = "job_type",
        /// Their status words.
        Status = "status",
        /// Whether they are enabled.
        IsEnabled = "is_enabled",
        /// Their kinds of schedule.
        ScheduleKind = "schedule_type",
        /// When their newest runs began.
        StartedAt = "started_at",
        /// When their newest runs ended.
        CompletedAt = "completed_at",
        /// When their schedules fire next.
        NextRun = "next_run",
        /// The end of their newest runs, or else the start.
        LastRunAt = "last_run_at",
        /// The hostname of the device they work on, or the first of their tags.
        Target = "target",
    }
}

words! {
    /// What runs can be sorted by.
    pub enum RunColumn as pattern {
        /// Their ids.
        Id = "id",
        /// When they were queued.
        QueuedAt = "queued_at",
        /// When they began.
        StartedAt = "started_at",
        /// When they ended.
        FinishedAt = "finished_at",
        /// The names of their jobs.
        JobName = "job_name",
        /// The kinds of their jobs.
        Kind = "job_type",
        /// Their states.
        Status = "status",
        /// What started them.
        Trigger = "trigger",
        /// How many devices they have.
        Devices = "devices",
        /// How long they took, or have been going on.
        Duration = "duration",
    }
}

words! {
    /// What the devices of a run can be sorted by.
    pub enum RunDeviceColumn as pattern {
        /// How soon they ask for attention.
        Attention = "attention",
        /// Their hostnames.
        Device = "device",
        /// Their states, which is how soon they ask for attention.
        State = "state",
        /// The stages they are in or ended in.
        Stage = "stage",
        /// The titles of their causes.
        Cause = "cause",
        /// What happened, in words.
        Message = "message",
        /// How long they took, or have been going on.
        Duration = "duration",
    }
}

words! {
    /// What results can be sorted by.
    pub enum ResultColumn as pattern {
        /// Their ids.
        Id = "id",
        /// When they came.
        Time = "result_time",
        /// Their jobs' ids.
        Job = "job_id",
        /// Their devices' ids.
        Device = "device_id",
        /// The kinds of their jobs.
        Kind = "job_type",
        /// Success or failure.
        Status = "status",
        /// Their jobs' names.
        JobName = "job_name",
        /// Their devices' hostnames.
        DeviceName = "device_name",
    }
}

words! {
    /// What tags can be sorted by.
    pub enum TagColumn as pattern {
        /// Their ids.
        Id = "id",
        /// Their names.
        Name = "name",
        /// Their kinds.
        Kind = "type",
        /// How many devices carry them.
        Devices = "devices",
        /// Their descriptions.
        Description = "description",
    }
}

words! {
    /// What credentials can be sorted by.
    pub enum CredentialColumn as pattern {
        /// Their ids.
        Id = "id",
        /// Their user names.
        Username = "username",
        /// Their priorities.
        Priority = "priority",
        /// The names of their tags.
        Tags = "tags",
        /// Whether they have an enable password.
        HasEnablePassword = "has_enable_password",
        /// How many devices share a tag with them.
        Devices = "devices",
        /// Their descriptions.
        Description = "description",
    }
}

words! {
    /// What users can be sorted by.
    pub enum UserColumn as pattern {
        /// Their ids.
        Id = "id",
        /// Their names.
        Username = "username",
        /// Their roles.
        Role = "role",
        /// Whether they may sign in.
        IsActive = "is_active",
    }
}

words! {
    /// What log lines can be sorted by.
    pub enum LogColumn as pattern {
        /// When they were written.
        Timestamp = "timestamp",
        /// Their ids.
        Id = "id",
    }
}

/// Says which column of a list is the default.
macro_rules! defaults {
    ($($list:ident = $column:ident,)+) => {
        $(
            impl Default for $list {
                fn default() -> $list {
                    $list::$column
                }
            }
        )+
    };
}

defaults! {
    DeviceColumn = Hostname,
    JobColumn = Name,
    RunColumn = QueuedAt,
    RunDeviceColumn = Attention,
    ResultColumn = Time,
    TagColumn = Name,
    CredentialColumn = Priority,
    UserColumn = Id,
    LogColumn = Timestamp,
}
