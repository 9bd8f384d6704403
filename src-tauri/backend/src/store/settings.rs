//! Settings of the installation, by key.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::types::Json;

use super::{Result, Store};

impl Store {
    /// A setting, if it exists and can be read.
    pub async fn setting<T: DeserializeOwned + Send + Unpin>(&self, key: &str) -> Result<Option<T>> {
        let value: Option<Json<serde_json::Value>> =
            sqlx::query_scalar("select value from system_settings where key = $1")
                .bind(key)
                .fetch_optional(self.pool())
                .await?;
        Ok(value.and_then(|value| serde_json::from_value(value.0).ok()))
    }

    /// Writes a setting, replacing an old value.
    pub async fn set_setting(&self, key: &str, value: &impl Serialize) -> Result<()> {
        let value = serde_json::to_value(value).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        sqlx::query(
            "insert into system_settings (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
        )
        .bind(key)
        .bind(Json(value))
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Writes a setting unless it exists.
    pub async fn add_setting(&self, key: &str, value: &impl Serialize) -> Result<()> {
        let value = serde_json::to_value(value).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        sqlx::query("insert into system_settings (key, value) values ($1, $2) on conflict (key) do nothing")
            .bind(key)
            .bind(Json(value))
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
