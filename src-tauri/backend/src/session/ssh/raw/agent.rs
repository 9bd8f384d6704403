//! A sign-in with a key that somebody else holds: the library asks for each signature. Its own talk with an agent has
//! no time limit, so it is not used.

use std::ffi::{CString, c_char, c_int, c_void};

use libssh2_sys::LIBSSH2_SESSION;
use ssh2::{Error, ErrorCode, Session};

use super::malloc;

type SignCallback = extern "C" fn(
    session: *mut LIBSSH2_SESSION,
    signature: *mut *mut u8,
    signature_length: *mut usize,
    data: *const u8,
    data_length: usize,
    abstrakt: *mut *mut c_void,
) -> c_int;

unsafe extern "C" {
    // Not declared by libssh2-sys, which brings a library that has it.
    fn libssh2_userauth_publickey(
        session: *mut LIBSSH2_SESSION,
        username: *const c_char,
        key: *const u8,
        key_length: usize,
        sign: SignCallback,
        abstrakt: *mut *mut c_void,
    ) -> c_int;
}

/// Makes signatures with a key.
pub(in crate::session::ssh) trait Signing {
    /// The signature of this data in the library's form, or the number of the library's error.
    fn sign(&mut self, data: &[u8]) -> Result<Vec<u8>, c_int>;
}

/// Signs in with the key that has this public half. Repeated after a time limit, it goes on where it was.
pub(in crate::session::ssh) fn sign_in_by_signer<S: Signing>(
    session: &Session,
    username: &str,
    key: &[u8],
    signer: &mut S,
) -> Result<(), Error> {
    let no_name = |_| Error::new(ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_OUT_OF_BOUNDARY), "not a user name");
    let username = CString::new(username).map_err(no_name)?;
    let mut abstrakt = std::ptr::from_mut(signer).cast::<c_void>();
    let code = {
        let mut session = session.raw();
        // SAFETY: the session is alive and locked for the length of the call. Name and key outlive it and the key is as
        // long as said. The library calls `signed::<S>` during this call alone, with the pointer to `abstrakt`, which
        // leads to `signer`.
        unsafe {
            libssh2_userauth_publickey(
                &raw mut *session,
                username.as_ptr(),
                key.as_ptr(),
                key.len(),
                signed::<S>,
                &raw mut abstrakt,
            )
        }
    };
    if code < 0 { Err(Error::from_session_error(session, code)) } else { Ok(()) }
}

extern "C" fn signed<S: Signing>(
    _session: *mut LIBSSH2_SESSION,
    signature: *mut *mut u8,
    signature_length: *mut usize,
    data: *const u8,
    data_length: usize,
    abstrakt: *mut *mut c_void,
) -> c_int {
    // SAFETY: the library hands over as much data as it says, which it keeps until this function returns; `abstrakt` is
    // what `sign_in_by_signer` gave it for the length of its call.
    let (signer, data) = unsafe { (&mut *(*abstrakt).cast::<S>(), std::slice::from_raw_parts(data, data_length)) };
    let made = match signer.sign(data) {
        Ok(made) => made,
        Err(code) => return code,
    };
    // SAFETY: the copy has room for the signature, and the library frees it; both places are the library's to be
    // written to.
    unsafe {
        let copy = malloc(made.len().max(1)).cast::<u8>();
        if copy.is_null() {
            return libssh2_sys::LIBSSH2_ERROR_ALLOC;
        }
        copy.copy_from_nonoverlapping(made.as_ptr(), made.len());
        signature.write(copy);
        signature_length.write(made.len());
    }
    0
}
