//! The two calls into libssh2 that its safe wrapper does not offer, and all of our unsafe code about it: a sign-in that
//! hears of an expired password, and the words with which a device ends the connection.
//!
//! libssh2 tells that a server asks for a new password only to a caller that brings a function for it; without one it says
//! that the password was refused.

use std::cell::RefCell;
use std::ffi::{c_char, c_int, c_uint, c_void};

use libssh2_sys::{LIBSSH2_SESSION, libssh2_userauth_password_ex};
use ssh2::{Error, ErrorCode, Session};

/// `LIBSSH2_CALLBACK_DISCONNECT` of libssh2.h.
const CALLBACK_DISCONNECT: c_int = 2;
/// How much of a device's last words is kept.
const KEPT: usize = 400;

thread_local! {
    /// The last words of the session on this thread: a session blocks, so it has its thread to itself.
    static PARTING: RefCell<String> = const { RefCell::new(String::new()) };
}

type Callback = unsafe extern "C" fn();

unsafe extern "C" {
    // Since libssh2 1.11.1; not declared by libssh2-sys, which brings that library.
    fn libssh2_session_callback_set2(
        session: *mut LIBSSH2_SESSION,
        kind: c_int,
        callback: Option<Callback>,
    ) -> Option<Callback>;
}

/// Signs in with a password. Where the server asks for a new one, none is given, and the error's code is
/// `LIBSSH2_ERROR_PASSWORD_EXPIRED`.
pub(super) fn sign_in(session: &Session, username: &str, password: &str) -> Result<(), Error> {
    let too_long = |_| Error::new(ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_OUT_OF_BOUNDARY), "too long a name");
    let (name_length, length) =
        (c_uint::try_from(username.len()).map_err(too_long)?, c_uint::try_from(password.len()).map_err(too_long)?);
    let code = {
        let mut session = session.raw();
        // SAFETY: the session is alive and locked for the length of the call; both texts outlive it and are as long as said,
        // and the library copies what it keeps. The callback has the type the library calls it by.
        unsafe {
            libssh2_userauth_password_ex(
                &raw mut *session,
                username.as_ptr().cast::<c_char>(),
                name_length,
                password.as_ptr().cast::<c_char>(),
                length,
                Some(no_new_password),
            )
        }
    };
    if code < 0 { Err(Error::from_session_error(session, code)) } else { Ok(()) }
}

/// Asked for a new password: the library set it to none before, and none is what it stays.
extern "C" fn no_new_password(
    _session: *mut LIBSSH2_SESSION,
    _password: *mut *mut c_char,
    _length: *mut c_int,
    _abstrakt: *mut *mut c_void,
) {
}

/// Keeps from now on with which words the device ends this session; see [`parting`].
pub(super) fn listen(session: &Session) {
    PARTING.with_borrow_mut(String::clear);
    // SAFETY: the library knows the function by its number only, and calls it with the arguments of its type
    // LIBSSH2_DISCONNECT_FUNC, which `disconnected` has.
    unsafe {
        let function: *const () = disconnected as *const ();
        let callback = std::mem::transmute::<*const (), Callback>(function);
        libssh2_session_callback_set2(&raw mut *session.raw(), CALLBACK_DISCONNECT, Some(callback));
    }
}

/// The words with which the device ended the session of this thread; empty if it said nothing.
pub(super) fn parting() -> String {
    PARTING.with_borrow(String::clone)
}

extern "C" fn disconnected(
    _session: *mut LIBSSH2_SESSION,
    _reason: c_int,
    message: *const c_char,
    length: c_int,
    _language: *const c_char,
    _language_length: c_int,
    _abstrakt: *mut *mut c_void,
) {
    let Some(length) = usize::try_from(length).ok().filter(|length| *length > 0 && !message.is_null()) else { return };
    // SAFETY: the library hands over a text of this length, which it keeps until this function returns.
    let bytes = unsafe { std::slice::from_raw_parts(message.cast::<u8>(), length.min(KEPT)) };
    let text: String = String::from_utf8_lossy(bytes).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    PARTING.with_borrow_mut(|parting| text.trim().clone_into(parting));
}
