//! Every page of the window in every theme, at both sizes: accessible, and pictured.
#![cfg(target_os = "linux")]

mod desktop {
    use anyhow::Context as _;
    use netraven_api::users::{DeleteUser, UpdateUser, UserChange};
    use netraven_tests::desktop::{Screen, all_gone};
    use netraven_tests::gallery::{Gallery, hold_still, walk};
    use netraven_tests::support::app::TestApp;
    use netraven_tests::support::network;

    /// Everything in one walk: the pages need the same lab, and starting it takes longest.
    #[tokio::test(flavor = "multi_thread")]
    async fn every_page_in_every_theme_can_be_used_by_everybody() -> anyhow::Result<()> {
        let data = tempfile::Builder::new().prefix("netraven-").tempdir()?;
        let folder = data.path().to_str().context("the path is text")?;
        let mut gallery = Gallery::open()?;
        let (screen, second) = (Screen::open().await?, Screen::open().await?);
        hold_still(&screen)?;
        hold_still(&second)?;

        let window = screen.window(&["--data-dir", folder]).await?;
        let walked = async {
            gallery.walk(&window, walk::FIRST_START).await?;
            gallery.walk(&window, walk::PAGES).await?;
            let url = window.ask("return document.querySelector('#connection dd.mono').textContent").await?;
            let url = url.as_str().context("the window tells no address")?.to_owned();
            gallery.walk(&window, walk::NOT_FOUND).await?;
            // A window that knows the first one's server by its address only, and one that finds a file where its data belongs.
            let blocked = tempfile::Builder::new().prefix("netraven-").tempdir()?;
            std::fs::write(blocked.path().join("postgres"), "")?;
            let blocked = blocked.path().to_str().context("the path is text")?;
            let ways = [
                (vec!["--remote", url.as_str()], walk::SIGN_IN),
                (vec!["--embedded", "--data-dir", blocked], walk::FAILED),
            ];
            for (arguments, stops) in ways {
                let other = second.window(&arguments).await?;
                gallery.walk(&other, stops).await?;
                other.close().await?;
            }
            // A server where somebody without rights sees a run under way, until the sign-in is taken back.
            let app = TestApp::start_with(|config| config.workers = 0).await?;
            network::fill(app.pool()).await?;
            network::start_a_run(app.pool()).await?;
            app.add_user("ruth", "user", true).await?;
            let other = second.signed_in(app.url(), "ruth").await?;
            gallery.walk(&other, walk::ROLE_USER).await?;
            let change = UserChange { is_active: Some(false), ..UserChange::default() };
            let ruth: i64 =
                sqlx::query_scalar("select id from users where username = 'ruth'").fetch_one(app.pool()).await?;
            app.client.send(&UpdateUser(ruth.into(), change)).await?;
            gallery.walk(&other, walk::SWITCHED_OFF).await?;
            app.client.send(&DeleteUser(ruth.into())).await?;
            gallery.walk(&other, walk::ENDED).await?;
            other.close().await?;
            app.stop().await;
            anyhow::Ok(())
        };
        if let Err(error) = walked.await {
            window.picture("gallery-failed").await?;
            let found = gallery.verdict().err().map(|found| format!("{found:#}")).unwrap_or_default();
            return Err(error.context(format!("{found}\nthe application printed:\n{}", screen.log())));
        }
        window.close().await?;
        all_gone(data.path()).await?;
        gallery.verdict()
    }
}
