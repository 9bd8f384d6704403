//! The columns and directions that lists can be sorted by.
//!
//! The default of a list of columns applies if a request names none. A row without a value in the column
//! comes last in both directions.

use crate::words::words;

words! {
    /// The direction rows are sorted in.
    pub enum Order as pattern {
        /// Smallest first.
        Ascending = "asc",
        /// Greatest first.
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
    /// Columns to sort devices by.
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
        /// How they were added.
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
        /// Since when they have unsaved changes; the others have no value.
        UnsavedSince = "unsaved_since",
        /// The names of their tags.
        Tags = "tags",
        /// How many credentials match them.
        Credentials = "matching_credentials_count",
    }
}

words! {
    /// Columns to sort jobs by.
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
        /// The end of their newest runs, or the start while they are active.
        LastRunAt = "last_run_at",
        /// The hostname of the device they work on, or the first of their tags.
        Target = "target",
    }
}

words! {
    /// Columns to sort runs by.
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
        /// Their duration, so far for active ones.
        Duration = "duration",
    }
}

words! {
    /// Columns to sort the devices of a run by.
    pub enum RunDeviceColumn as pattern {
        /// How urgently they need attention.
        Attention = "attention",
        /// Their hostnames.
        Device = "device",
        /// Their states, in the order of urgency.
        State = "state",
        /// The stages they are in or ended in.
        Stage = "stage",
        /// The titles of their causes.
        Cause = "cause",
        /// What happened, in words.
        Message = "message",
        /// Their duration, so far for active ones.
        Duration = "duration",
    }
}

words! {
    /// Columns to sort results by.
    pub enum ResultColumn as pattern {
        /// Their ids.
        Id = "id",
        /// Their times.
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
    /// Columns to sort tags by.
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
    /// Columns to sort platforms by. Their list always comes whole, and the window sorts it.
    pub enum PlatformColumn {
        /// Their names for people.
        Title = "title",
        /// Their vendors.
        Vendor = "vendor",
        /// Where their definitions come from.
        Source = "source",
        /// How far they are proven.
        Evidence = "evidence",
        /// How many devices use them.
        Devices = "devices",
    }
}

words! {
    /// Columns to sort credentials by.
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
    /// Columns to sort jump hosts by.
    pub enum JumpHostColumn as pattern {
        /// Their ids.
        Id = "id",
        /// Their names.
        Name = "name",
        /// Their addresses, by number.
        Address = "address",
        /// The names of the jump hosts they are reached through.
        Through = "through",
        /// The user names they are signed in to with.
        Username = "username",
        /// How many devices are reached through them.
        Devices = "devices",
    }
}

words! {
    /// Columns to sort users by.
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
    /// Columns to sort log lines by.
    pub enum LogColumn as pattern {
        /// When they were written.
        Timestamp = "timestamp",
        /// Their ids.
        Id = "id",
    }
}

/// Declares the default column of a list.
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
    PlatformColumn = Title,
    CredentialColumn = Priority,
    JumpHostColumn = Name,
    UserColumn = Id,
    LogColumn = Timestamp,
}
