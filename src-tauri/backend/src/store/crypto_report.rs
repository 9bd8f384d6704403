//! What devices agreed on over SSH, by the newest result of each that says so. Devices that are not reached by SSH are
//! left out, also of the past.

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use netraven_api::crypto_report::CryptoDevice;
use netraven_api::evidence::Algorithms;
use sqlx::types::Json;

use super::{Result, Store};

/// Devices that had last agreed on the same algorithms, at one of several moments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreedAt {
    /// Place of the moment, from 0.
    pub moment: usize,
    /// What they agreed on.
    pub algorithms: Algorithms,
    /// Number of devices.
    pub devices: i64,
}

/// Devices by what carries their sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByTransport {
    /// Devices that are reached by SSH.
    pub ssh: i64,
    /// All others.
    pub others: i64,
}

impl Store {
    /// The devices that were read over SSH, by hostname, each with what it last agreed on.
    pub async fn crypto_devices(&self) -> Result<Vec<CryptoDevice>> {
        let rows: Vec<Json<CryptoDevice>> = sqlx::query_scalar(
            "select json_build_object('device_id', d.id, 'hostname', d.hostname, 'ip_address', d.ip_address,
                 'seen_at', wire_time(r.result_time), 'algorithms', json_build_object('kex', r.agreed ->> 'kex',
                 'host_key', coalesce(r.agreed ->> 'host_key', ''), 'cipher', coalesce(r.agreed ->> 'cipher', ''),
                 'mac', coalesce(r.agreed ->> 'mac', '')))
             from devices d cross join lateral (
                 select result_time, details -> 'algorithms' as agreed from job_results
                 where device_id = d.id and details #>> '{algorithms,kex}' <> ''
                 order by result_time desc limit 1) r
             where d.transport = 'ssh' order by lower(d.hostname), d.id",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// What the devices had last agreed on at each of these moments, which are in ascending order. Of each device and
    /// each stretch between two moments one result is read; where there is none, the one before still holds.
    pub async fn crypto_history(&self, moments: &[Timestamp]) -> Result<Vec<AgreedAt>> {
        let moments: Vec<SqlTimestamp> = moments.iter().map(|at| at.to_sqlx()).collect();
        let rows: Vec<(i64, String, String, String, String, i64)> = sqlx::query_as(
            "with moments as (
                 select place, until, lag(until, 1, '-infinity') over (order by place) as since
                 from unnest($1::timestamptz[]) with ordinality m (until, place)),
             newest as (
                 select d.id, m.place, r.agreed from devices d cross join moments m cross join lateral (
                     select details -> 'algorithms' as agreed from job_results
                     where device_id = d.id and result_time > m.since and result_time <= m.until
                         and details #>> '{algorithms,kex}' <> ''
                     order by result_time desc limit 1) r
                 where d.transport = 'ssh'),
             held as (
                 select place, lead(place) over (partition by id order by place) as next, agreed from newest)
             select m.place, h.agreed ->> 'kex', coalesce(h.agreed ->> 'host_key', ''),
                 coalesce(h.agreed ->> 'cipher', ''), coalesce(h.agreed ->> 'mac', ''), count(*)
             from moments m join held h on m.place >= h.place and (h.next is null or m.place < h.next)
             group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5",
        )
        .bind(moments)
        .fetch_all(self.pool())
        .await?;
        let agreed = rows.into_iter().filter_map(|(place, kex, host_key, cipher, mac, devices)| {
            let moment = usize::try_from(place - 1).ok()?;
            Some(AgreedAt { moment, algorithms: Algorithms { kex, host_key, cipher, mac }, devices })
        });
        Ok(agreed.collect())
    }

    /// How many devices are reached by SSH, and how many are not.
    pub async fn devices_by_transport(&self) -> Result<ByTransport> {
        let (ssh, others): (i64, i64) = sqlx::query_as(
            "select count(*) filter (where transport = 'ssh'), count(*) filter (where transport <> 'ssh') from devices",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(ByTransport { ssh, others })
    }
}
