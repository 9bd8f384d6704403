//! The calls into libssh2 that its safe wrapper does not offer, and all of our unsafe code about it: a sign-in that hears of an
//! expired password, one that hears what is said without a question, and the words with which a device ends the connection.
//!
//! libssh2 reports that a server asks for a new password only to a caller that passes a function for it; without one it says
//! that the password was refused. The wrapper does not hand over what a server says in a round of no questions, which is where
//! many say that the password has expired.

pub(super) mod agent;
pub(super) mod channel;

use std::cell::RefCell;
use std::ffi::{c_char, c_int, c_long, c_uint, c_void};
use std::time::Duration;

use libssh2_sys::{
    LIBSSH2_SESSION, LIBSSH2_USERAUTH_KBDINT_PROMPT, LIBSSH2_USERAUTH_KBDINT_RESPONSE, libssh2_session_abstract,
    libssh2_userauth_keyboard_interactive_ex, libssh2_userauth_password_ex,
};
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

    // Not declared by libssh2-sys, which brings a library that has it.
    fn libssh2_session_set_read_timeout(session: *mut LIBSSH2_SESSION, seconds: c_long);

    // What libssh2 frees has to come from where its own memory does.
    fn malloc(size: usize) -> *mut c_void;
}

/// Limits how long the answer to one request may take in a session that never waits itself.
pub(super) fn give_up_after(session: &Session, limit: Duration) {
    let seconds = c_long::try_from(limit.as_secs()).unwrap_or(c_long::MAX);
    // SAFETY: the session is alive and locked for the length of the call, which writes a number into it.
    unsafe { libssh2_session_set_read_timeout(&raw mut *session.raw(), seconds) };
}

/// A question of the device.
pub(super) struct KeyboardQuestion {
    pub(super) text: String,
    /// Whether what is typed is shown.
    pub(super) echo: bool,
}

/// Answers the rounds of a keyboard-interactive sign-in.
pub(super) trait Answering {
    /// The answers to one round of questions, of which there may be none; `words` are the title and the instruction above them.
    fn round(&mut self, words: [&str; 2], questions: &[KeyboardQuestion]) -> Vec<String>;
}

/// Signs in with the keyboard-interactive method. Repeated after a time limit, it goes on where it was.
pub(super) fn sign_in_by_keyboard<A: Answering>(
    session: &Session,
    username: &str,
    answers: &mut A,
) -> Result<(), Error> {
    let too_long = |_| Error::new(ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_OUT_OF_BOUNDARY), "too long a name");
    let length = c_uint::try_from(username.len()).map_err(too_long)?;
    let code = {
        let mut session = session.raw();
        let session = &raw mut *session;
        // SAFETY: the session is alive and locked for the length of the call. The pointer kept for the caller's use leads to
        // `answers` while the library may call `asked::<A>`, which is during this call alone, and is put back behind it. The name
        // outlives the call and is as long as said, and the library copies what it keeps.
        unsafe {
            let kept = libssh2_session_abstract(session);
            let before = kept.replace(std::ptr::from_mut(answers).cast::<c_void>());
            let username = username.as_ptr().cast::<c_char>();
            let code = libssh2_userauth_keyboard_interactive_ex(session, username, length, Some(asked::<A>));
            kept.write(before);
            code
        }
    };
    if code < 0 { Err(Error::from_session_error(session, code)) } else { Ok(()) }
}

extern "C" fn asked<A: Answering>(
    title: *const c_char,
    title_length: c_int,
    instruction: *const c_char,
    instruction_length: c_int,
    count: c_int,
    prompts: *const LIBSSH2_USERAUTH_KBDINT_PROMPT,
    responses: *mut LIBSSH2_USERAUTH_KBDINT_RESPONSE,
    answers: *mut *mut c_void,
) {
    let length = |length: c_int| usize::try_from(length).unwrap_or_default();
    let count = if prompts.is_null() || responses.is_null() { 0 } else { length(count) };
    // SAFETY: the library hands over texts of these lengths and as many prompts and responses as it says, which it keeps until
    // this function returns; `answers` is what `sign_in_by_keyboard` put there for the length of its call.
    let (title, instruction, prompts, responses, answers) = unsafe {
        (
            text(title.cast(), length(title_length)),
            text(instruction.cast(), length(instruction_length)),
            if count == 0 { &[] } else { std::slice::from_raw_parts(prompts, count) },
            if count == 0 { &mut [] } else { std::slice::from_raw_parts_mut(responses, count) },
            &mut *(*answers).cast::<A>(),
        )
    };
    // SAFETY: as above.
    let question = |prompt: &LIBSSH2_USERAUTH_KBDINT_PROMPT| KeyboardQuestion {
        text: unsafe { text(prompt.text, prompt.length) },
        echo: prompt.echo != 0,
    };
    let questions: Vec<KeyboardQuestion> = prompts.iter().map(question).collect();
    for (response, answer) in responses.iter_mut().zip(answers.round([&title, &instruction], &questions)) {
        let Ok(length) = c_uint::try_from(answer.len()) else { continue };
        // SAFETY: the copy has room for the answer, and the library frees it.
        unsafe {
            let copy = malloc(answer.len().max(1)).cast::<u8>();
            if copy.is_null() {
                continue;
            }
            copy.copy_from_nonoverlapping(answer.as_ptr(), answer.len());
            (response.text, response.length) = (copy.cast::<c_char>(), length);
        }
    }
}

/// A text of the library's.
///
/// # Safety
/// Unless it is null, `start` must point to `length` bytes.
unsafe fn text(start: *const u8, length: usize) -> String {
    if start.is_null() || length == 0 {
        return String::new();
    }
    // SAFETY: by the contract of this function.
    String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(start, length) }).into_owned()
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
