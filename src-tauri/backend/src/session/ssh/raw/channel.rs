//! A channel beside the shell, by the library's own calls. The safe wrapper reports the status 0 for a device that gave
//! none, which would prove what it does not.

use std::ffi::{c_char, c_int, c_uint};
use std::ptr::{self, NonNull};

use libssh2_sys::{
    LIBSSH2_CHANNEL, LIBSSH2_CHANNEL_PACKET_DEFAULT, LIBSSH2_CHANNEL_WINDOW_DEFAULT, libssh2_channel_eof,
    libssh2_channel_free, libssh2_channel_get_exit_signal, libssh2_channel_get_exit_status, libssh2_channel_open_ex,
    libssh2_channel_process_startup, libssh2_channel_read_ex, libssh2_channel_wait_closed, libssh2_channel_write_ex,
    libssh2_free,
};
use ssh2::{Error, ErrorCode, Session};

/// The streams of a channel, by their numbers in the library.
pub(in crate::session::ssh) const OUTPUT: c_int = 0;
pub(in crate::session::ssh) const ERRORS: c_int = 1;

unsafe extern "C" {
    // Not declared by libssh2-sys, which brings a library that has it.
    fn libssh2_channel_has_exit_status(channel: *mut LIBSSH2_CHANNEL) -> c_int;
}

/// An open channel. Its calls wait as long as the session's time limit says, and go on where they were when repeated.
pub(in crate::session::ssh) struct SideChannel<'s> {
    session: &'s Session,
    channel: NonNull<LIBSSH2_CHANNEL>,
}

impl<'s> SideChannel<'s> {
    /// Opens a channel.
    pub(in crate::session::ssh) fn open(session: &'s Session) -> Result<SideChannel<'s>, Error> {
        let kind = "session";
        let channel = {
            let mut locked = session.raw();
            // SAFETY: the session is alive and locked for the length of the call. The kind is as long as said, and the
            // library copies it; there is no message.
            unsafe {
                libssh2_channel_open_ex(
                    &raw mut *locked,
                    kind.as_ptr().cast::<c_char>(),
                    kind.len() as c_uint,
                    LIBSSH2_CHANNEL_WINDOW_DEFAULT,
                    LIBSSH2_CHANNEL_PACKET_DEFAULT,
                    ptr::null(),
                    0,
                )
            }
        };
        match NonNull::new(channel) {
            Some(channel) => Ok(SideChannel { session, channel }),
            None => Err(Error::last_session_error(session).unwrap_or_else(Error::unknown)),
        }
    }

    /// Starts a command. A repeated call must have the same command.
    pub(in crate::session::ssh) fn exec(&self, command: &str) -> Result<(), Error> {
        let too_long = |_| Error::new(ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_OUT_OF_BOUNDARY), "too long");
        let length = c_uint::try_from(command.len()).map_err(too_long)?;
        let request = "exec";
        // SAFETY: see `call`. Both texts outlive the call and are as long as said; the library copies what it keeps.
        let started = self.call(|channel| unsafe {
            libssh2_channel_process_startup(
                channel,
                request.as_ptr().cast::<c_char>(),
                request.len() as c_uint,
                command.as_ptr().cast::<c_char>(),
                length,
            )
        });
        started.map(drop)
    }

    /// Reads from a stream; waits where nothing is there. No bytes are the end only if [`Self::is_at_end`] says so.
    pub(in crate::session::ssh) fn read(&self, stream: c_int, buffer: &mut [u8]) -> Result<usize, Error> {
        // SAFETY: see `call`. The buffer outlives the call and is as long as said, far below the largest c_int.
        let read = self.call(|channel| unsafe {
            libssh2_channel_read_ex(channel, stream, buffer.as_mut_ptr().cast::<c_char>(), buffer.len()) as c_int
        });
        read.map(|length| usize::try_from(length).unwrap_or_default())
    }

    /// As [`SideChannel::read`], without waiting.
    pub(in crate::session::ssh) fn read_at_once(&self, stream: c_int, buffer: &mut [u8]) -> Result<usize, Error> {
        self.session.set_blocking(false);
        let read = self.read(stream, buffer);
        self.session.set_blocking(true);
        read
    }

    /// Writes to the command's input; how much of it was written.
    pub(in crate::session::ssh) fn write(&self, bytes: &[u8]) -> Result<usize, Error> {
        // SAFETY: see `call`. The bytes outlive the call and are as many as said.
        let written = self.call(|channel| unsafe {
            libssh2_channel_write_ex(channel, OUTPUT, bytes.as_ptr().cast::<c_char>(), bytes.len()) as c_int
        });
        written.map(|length| usize::try_from(length).unwrap_or_default())
    }

    /// Whether the device has ended both streams, and all of both was read.
    pub(in crate::session::ssh) fn is_at_end(&self) -> bool {
        // SAFETY: see `call`.
        self.call(|channel| unsafe { libssh2_channel_eof(channel) }).is_ok_and(|at_end| at_end != 0)
    }

    /// Waits until the device has closed the channel, which must be at its end.
    pub(in crate::session::ssh) fn wait_closed(&self) -> Result<(), Error> {
        // SAFETY: see `call`.
        self.call(|channel| unsafe { libssh2_channel_wait_closed(channel) }).map(drop)
    }

    /// The command's exit status; `None` where the device gave none.
    pub(in crate::session::ssh) fn exit_status(&self) -> Option<i32> {
        let _locked = self.session.raw();
        // SAFETY: the channel lives until it is dropped here, and its session is locked for the length of both calls.
        unsafe {
            let is_given = libssh2_channel_has_exit_status(self.channel.as_ptr()) != 0;
            is_given.then(|| libssh2_channel_get_exit_status(self.channel.as_ptr()))
        }
    }

    /// The name of the signal that ended the command, without `SIG`.
    pub(in crate::session::ssh) fn exit_signal(&self) -> Option<String> {
        let mut locked = self.session.raw();
        let (mut name, mut length): (*mut c_char, usize) = (ptr::null_mut(), 0);
        // SAFETY: as in `exit_status`. The library writes a copy of the name and its length, leaves out what null is
        // given for, and frees the copy when it is told to.
        unsafe {
            let code = libssh2_channel_get_exit_signal(
                self.channel.as_ptr(),
                &raw mut name,
                &raw mut length,
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
            );
            if code != 0 || name.is_null() {
                return None;
            }
            let text = super::text(name.cast::<u8>(), length);
            libssh2_free(&raw mut *locked, name.cast());
            Some(text)
        }
    }

    /// Makes a call into the library with this channel, which lives until it is dropped here; its session is locked.
    fn call(&self, call: impl FnOnce(*mut LIBSSH2_CHANNEL) -> c_int) -> Result<c_int, Error> {
        let code = {
            let _locked = self.session.raw();
            call(self.channel.as_ptr())
        };
        if code < 0 { Err(Error::from_session_error(self.session, code)) } else { Ok(code) }
    }
}

impl Drop for SideChannel<'_> {
    fn drop(&mut self) {
        let _locked = self.session.raw();
        // SAFETY: the channel was not freed before, and nothing uses it afterwards. The call waits no longer for
        // the device than the session's time limit; what it then leaves behind is freed with the session.
        unsafe { libssh2_channel_free(self.channel.as_ptr()) };
    }
}
