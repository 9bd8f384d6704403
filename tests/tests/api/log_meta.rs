//! Log lines by what their `meta` holds: the list and the histogram find the same ones.

use netraven_tests::support::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_value_within_meta_finds_its_lines() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    sqlx::query(
        r#"insert into logs (timestamp, log_type, level, message, meta) values
           (now(), 'job', 'INFO', 'one', '{"bytes": 4096, "peer": {"port": 22}, "by": "a=b&c"}'),
           (now(), 'job', 'INFO', 'two', '{"bytes": 4096, "peer": {"port": 2222}, "by": null}'),
           (now(), 'job', 'INFO', 'three', '{"bytes": 40960, "steps": ["read", "wrote"]}'),
           (now(), 'job', 'INFO', 'four', null)"#,
    )
    .execute(app.pool())
    .await?;
    let http = app.http()?;
    for (query, expected) in [
        ("meta=/bytes%3D4096", vec!["two", "one"]),
        ("meta=/bytes%3D4096&meta=/peer/port%3D22", vec!["one"]),
        ("meta=/by%3Da%3Db%26c", vec!["one"]),
        ("meta=/by", vec!["two"]),
        ("meta=/steps/1%3Dwrote", vec!["three"]),
        ("meta=/steps%3Dwrote", vec![]),
    ] {
        let list = http.get(&format!("/logs/?{query}")).await?;
        let found: Vec<&str> =
            list.body["items"].as_array().into_iter().flatten().filter_map(|line| line["message"].as_str()).collect();
        assert_eq!((list.status, found), (200, expected.clone()), "{query}: {list:?}");
        let counted = http.get(&format!("/logs/histogram?{query}")).await?;
        let lines: i64 = counted.body["buckets"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|bucket| bucket["by_level"]["INFO"].as_i64())
            .sum();
        assert_eq!(lines, i64::try_from(expected.len())?, "{query}: {counted:?}");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_place_in_meta_is_refused_by_its_field() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    for path in ["/logs/?meta=bytes%3D1", "/logs/histogram?meta=bytes%3D1"] {
        let answer = http.get(path).await?;
        assert!(answer.is_field_fault() && answer.body.to_string().contains("/bytes=4096"), "{path}: {answer:?}");
    }
    app.stop().await;
    Ok(())
}
