//! A person with the role `user`: what only admins may do is there, off, and says so.

use anyhow::ensure;
use netraven_tests::desktop::Screen;
use netraven_tests::support::app::TestApp;

use netraven_tests::support::network;

/// Pages, what is disabled on them, and the reason shown.
const OFF: [(&str, &str, &str); 5] = [
    ("Devices", "Add credential", "Only admins may add credentials."),
    ("Devices", "No credential", "Only admins may add credentials."),
    ("Devices", "Delete core-1", "Only admins may delete devices."),
    ("Jobs", "Delete Core backup", "Only admins may delete jobs."),
    ("Jobs", "Delete Reach all", "Only admins may delete jobs."),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_user_sees_what_only_admins_may_do_and_why() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    network::fill(app.pool()).await?;
    sqlx::query("insert into host_keys (device_id, key_type, sha256) values (1, 'ssh-ed25519', 'SHA256:first')")
        .execute(app.pool())
        .await?;
    // A run of devices waits for the worker that is not there, and can be cancelled so long.
    for sql in [
        "insert into tags (name) values ('everything')",
        "insert into device_tags (device_id, tag_id) select d.id, t.id from devices d, tags t where t.name = 'everything'",
        "update devices d set approved_tags = array(select tag_id from device_tags where device_id = d.id)",
        "insert into job_tags (job_id, tag_id) select j.id, t.id from jobs j, tags t where t.name = 'everything'",
    ] {
        sqlx::query(sql).execute(app.pool()).await?;
    }
    app.add_user("ruth", "user", true).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "ruth").await?;
    let journey = async {
        window.sees("ruth · user").await?;
        for (page, action, reason) in OFF {
            window.choose("link", page).await?;
            window.find("heading", page).await?;
            let told = window.refusal("button", action).await?;
            ensure!(told.contains(reason), "{action} on {page} says {told:?}");
            // Off does not mean that it only looks so.
            window.find("button", action).await?.click().await?;
            ensure!(window.glance("dialog", "").await?.is_none(), "{action} on {page} does something");
        }
        window.choose("link", "Devices").await?;
        window.choose("button", "core-1").await?;
        window.sees("SHA256:first").await?;
        let told = window.refusal("button", "Forget stored key").await?;
        ensure!(told == "Only admins may forget a stored key.", "{told:?}");
        window.picture("role-user").await?;

        // What a user may do is on.
        window.choose("button", "Add device").await?;
        window.find("dialog", "Add").await?;
        window.key("Escape").await?;
        window.choose("link", "Jobs").await?;
        window.choose("button", "Run Core backup").await?;
        window.sees("Core backup was started.").await?;
        window.find("button", "Cancel").await?;

        // An admin is refused none of it.
        window.choose("button", "127.0.0.1").await?;
        window.sees("ruth, role user").await?;
        anyhow::Ok(())
    };
    screen.walk(&window, "role-user", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}
