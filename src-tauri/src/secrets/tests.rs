//! The store when there is none, when it never answers, and when there is a real one.

use super::*;
#[cfg(target_os = "linux")]
use crate::own_session;

#[tokio::test]
async fn without_a_store_nothing_is_kept_and_the_reason_is_told() {
    let secrets = Secrets::absent();
    assert_eq!(secrets.keep("me", &Secret::new("x")).await, Err(StoreError::Absent));
    assert_eq!(secrets.read("me").await, Err(StoreError::Absent));
    secrets.forget("me").await;
}

#[tokio::test]
async fn a_store_that_once_was_silent_is_not_asked_again() {
    let secrets = Secrets::system();
    secrets.silent.store(true, Ordering::Relaxed);
    assert_eq!(secrets.keep("me", &Secret::new("x")).await, Err(StoreError::Silent));
    assert_eq!(secrets.read("me").await, Err(StoreError::Silent));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_real_store_keeps_gives_back_and_forgets() {
    if !own_session::is_inside() {
        return own_session::with_store("secrets::tests::a_real_store_keeps_gives_back_and_forgets");
    }
    let secrets = Secrets::system();
    assert_eq!(secrets.read("ann at https://host").await, Ok(None));
    secrets.keep("ann at https://host", &Secret::new("tök en")).await.unwrap();
    assert_eq!(Secrets::system().read("ann at https://host").await, Ok(Some(Secret::new("tök en"))));
    assert_eq!(secrets.read("bob at https://host").await, Ok(None));
    secrets.forget("ann at https://host").await;
    assert_eq!(secrets.read("ann at https://host").await, Ok(None));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_store_that_never_answers_is_left_after_its_limit() {
    if !own_session::is_inside() {
        return own_session::with_silent_store("secrets::tests::a_store_that_never_answers_is_left_after_its_limit");
    }
    let (secrets, began) = (Secrets::system(), std::time::Instant::now());
    assert_eq!(secrets.read("me").await, Err(StoreError::Silent));
    let first = began.elapsed();
    assert!(first >= LIMIT && first < LIMIT * 2, "{first:?}");
    assert_eq!(secrets.keep("me", &Secret::new("x")).await, Err(StoreError::Silent));
    assert!(began.elapsed() < LIMIT * 2, "it is not asked again");
}
