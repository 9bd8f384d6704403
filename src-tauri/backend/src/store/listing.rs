//! One page of a list: filtered, sorted, counted, and built as JSON text by Postgres, so that rows are not decoded and
//! encoded again on their way through.

use netraven_api::page::{DEFAULT_SIZE, EXACT_TOTAL, MAX_SIZE};
use netraven_api::{Order, TagId};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

use super::{Result, Store, numbers};

/// Planner cost above which a count is estimated: some 50 ms on a current computer.
const COSTLY: f64 = 3_000.0;

/// A statement being built. Only the filters in use are written into it: each combination of filters has a plan of its own,
/// and the driver keeps the prepared statement of each.
pub type Sql = QueryBuilder<Postgres>;

/// How a list is queried.
pub struct List {
    /// Tables of the rows, joined with those needed for sorting and filtering.
    pub from: &'static str,
    /// Tables with the same number of rows, if fewer suffice for counting.
    pub counted: &'static str,
    /// Columns taken from them.
    pub columns: &'static str,
    /// Alias of the row outside.
    pub name: &'static str,
    /// Joins for the rows of one page only.
    pub around: &'static str,
    /// The JSON of a row.
    pub row: &'static str,
    /// Columns that come between the one sorted by and the id, in the same direction.
    pub then: &'static [&'static str],
    /// Column of the id.
    pub id: &'static str,
    /// The direction when the request names none.
    pub order: Order,
    /// Pages of an empty list; NetRaven has both.
    pub pages_of_none: i64,
}

/// What rows are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SortKey {
    /// The SQL expression; without one, rows are sorted by their ids.
    pub sql: &'static str,
    /// Whether it may be null; rows without a value come last in both directions. A flag, because the test for null keeps an
    /// index from being used.
    nullable: bool,
}

impl SortKey {
    /// A column that is never null.
    pub const fn of(sql: &'static str) -> SortKey {
        SortKey { sql, nullable: false }
    }

    /// A column that may be null.
    pub const fn nullable(sql: &'static str) -> SortKey {
        SortKey { sql, nullable: true }
    }
}

/// Which part of a list, and in which order.
#[derive(Clone, Debug, Default)]
pub struct Paging {
    /// Page number, from 1.
    pub page: Option<i64>,
    /// Rows a page.
    pub size: Option<i64>,
    /// What the rows are sorted by.
    pub sort: SortKey,
    /// The direction; the list's own if absent.
    pub order: Option<Order>,
    /// Only rows with a greater id.
    pub after: Option<i64>,
    /// Only rows with a smaller id.
    pub before: Option<i64>,
}

impl Paging {
    /// The page of this number, with so many rows.
    pub fn of(page: Option<i64>, size: Option<i64>) -> Paging {
        Paging { page, size, ..Paging::default() }
    }

    /// The rows in this order.
    pub fn sorted(self, sort: SortKey, order: Option<Order>) -> Paging {
        Paging { sort, order, ..self }
    }

    /// Only the rows between two ids.
    pub fn between<I: Into<i64>>(self, after: Option<I>, before: Option<I>) -> Paging {
        Paging { after: after.map(Into::into), before: before.map(Into::into), ..self }
    }

    fn page(&self) -> i64 {
        self.page.unwrap_or(1).max(1)
    }

    /// Rows a page.
    pub fn size(&self) -> i64 {
        self.size.unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE)
    }

    /// Rows before the page.
    pub fn offset(&self) -> i64 {
        (self.page() - 1).saturating_mul(self.size())
    }
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Number of rows.
    pub rows: i64,
    /// Whether it is the database's estimate.
    pub is_estimate: bool,
}

/// One page of a list as JSON text.
#[derive(Clone, Debug)]
pub struct RawPage(pub String);

impl List {
    /// Writes the rows of one page as a table `name` with their place `place` into a statement.
    pub fn rows(&self, sql: &mut Sql, paging: &Paging, filter: impl Fn(&mut Sql)) {
        sql.push(format!(
            "(select *, row_number() over () as place from (select {} from {} where true",
            self.columns, self.from
        ));
        self.narrow(sql, paging, filter);
        // Written out, not bound: a plan for any limit is poor for a small one, so PostgreSQL would plan each time.
        sql.push(format!(" order by {} limit {}", self.order(paging), paging.size()));
        if paging.offset() > 0 {
            sql.push(" offset ").push_bind(paging.offset());
        }
        sql.push(format!(") sorted) {}", self.name));
    }

    /// The columns of the requested order, each with its direction.
    fn order(&self, paging: &Paging) -> String {
        let SortKey { sql: column, nullable } = paging.sort;
        let direction = paging.order.unwrap_or(self.order).as_str();
        let by_id = paging.after.is_some() || paging.before.is_some();
        if by_id || column.is_empty() || column == self.id {
            return format!("{} {direction}", self.id);
        }
        let nulls = if nullable { " nulls last" } else { "" };
        let mut order = format!("{column} {direction}{nulls}");
        for column in self.then.iter().filter(|then| **then != column).chain([&self.id]) {
            order.push_str(&format!(", {column} {direction}"));
        }
        order
    }

    fn narrow(&self, sql: &mut Sql, paging: &Paging, filter: impl Fn(&mut Sql)) {
        if let Some(id) = paging.after {
            sql.push(format!(" and {} > ", self.id)).push_bind(id);
        }
        if let Some(id) = paging.before {
            sql.push(format!(" and {} < ", self.id)).push_bind(id);
        }
        filter(sql);
    }

    /// The statement that counts its rows up to the bound, after a prefix.
    fn counting(&self, word: &str, paging: &Paging, filter: impl Fn(&mut Sql)) -> Sql {
        let mut sql = Sql::new(format!("{word}select count(*) from (select 1 from {} where true", self.counted));
        self.narrow(&mut sql, paging, filter);
        sql.push(format!(" limit {}) counted", EXACT_TOTAL + 1));
        sql
    }

    /// The page's text around its rows.
    pub fn page(&self, items: &str, total: Total, paging: &Paging) -> RawPage {
        let (page, size) = (paging.page(), paging.size());
        let pages = ((total.rows + size - 1) / size).max(if total.rows == 0 { self.pages_of_none } else { 1 });
        RawPage(format!(
            "{{\"items\":[{items}],\"total\":{},\"page\":{page},\"size\":{size},\"pages\":{pages},\"total_is_estimate\":{}}}",
            total.rows, total.is_estimate
        ))
    }
}

impl Store {
    /// One page of a list.
    pub async fn page(&self, list: &List, paging: &Paging, filter: impl Fn(&mut Sql)) -> Result<RawPage> {
        let (items, total) = self.items_and_total(list, paging, filter).await?;
        Ok(list.page(&items, total, paging))
    }

    /// The rows of one page as JSON text, and how many there are in all pages.
    pub async fn items_and_total(
        &self,
        list: &List,
        paging: &Paging,
        filter: impl Fn(&mut Sql),
    ) -> Result<(String, Total)> {
        let (items, rows) = self.items(list, paging, &filter).await?;
        let total = match all_rows(rows, paging) {
            Some(rows) => Total { rows, is_estimate: false },
            None => self.count(list, paging, &filter).await?,
        };
        Ok((items, total))
    }

    /// The rows of one page as JSON text, and how many they are.
    pub async fn items(&self, list: &List, paging: &Paging, filter: impl Fn(&mut Sql)) -> Result<(String, i64)> {
        let mut sql = Sql::new(format!(
            "select coalesce(string_agg(({})::text, ',' order by {}.place), ''), count(*) from ",
            list.row, list.name
        ));
        list.rows(&mut sql, paging, filter);
        sql.push(list.around);
        Ok(sql.build_query_as().fetch_one(self.pool()).await?)
    }

    /// Counts the rows of a list up to [`EXACT_TOTAL`]; beyond that it is the planner's estimate, which is free.
    pub async fn count(&self, list: &List, paging: &Paging, filter: impl Fn(&mut Sql)) -> Result<Total> {
        let rows: i64 = list.counting("", paging, &filter).build_query_scalar().fetch_one(self.pool()).await?;
        if rows <= EXACT_TOTAL {
            return Ok(Total { rows, is_estimate: false });
        }
        Ok(self.plan(list, paging, &filter).await?.guess(rows))
    }

    /// [`Store::count`] for very long lists, where a filter may have to search all rows: a count that would take longer than a
    /// person waits for a number is not counted at all.
    pub async fn count_if_cheap(&self, list: &List, paging: &Paging, filter: impl Fn(&mut Sql)) -> Result<Total> {
        let plan = self.plan(list, paging, &filter).await?;
        if plan.cost > COSTLY {
            return Ok(plan.guess(paging.offset().saturating_add(paging.size())));
        }
        let rows: i64 = list.counting("", paging, &filter).build_query_scalar().fetch_one(self.pool()).await?;
        Ok(if rows <= EXACT_TOTAL { Total { rows, is_estimate: false } } else { plan.guess(rows) })
    }

    async fn plan(&self, list: &List, paging: &Paging, filter: impl Fn(&mut Sql)) -> Result<QueryPlan> {
        let mut sql = list.counting("explain (format json) ", paging, filter);
        let plan: Json<Value> = sql.build_query_scalar().fetch_one(self.pool()).await?;
        Ok(QueryPlan::of(&plan.0))
    }
}

/// The planner's estimate for a count.
#[derive(Clone, Copy, Debug, PartialEq)]
struct QueryPlan {
    /// Cost of counting up to the bound, in the planner's unit.
    cost: f64,
    /// Estimated number of rows.
    rows: i64,
}

impl QueryPlan {
    /// The plan is: count the rows, up to a bound.
    fn of(plan: &Value) -> QueryPlan {
        let count = &plan[0]["Plan"];
        let rows = &count["Plans"][0]["Plans"][0]["Plan Rows"];
        QueryPlan { cost: count["Total Cost"].as_f64().unwrap_or_default(), rows: rows.as_i64().unwrap_or_default() }
    }

    fn guess(self, at_least: i64) -> Total {
        Total { rows: self.rows.max(at_least), is_estimate: true }
    }
}

/// A page that is not full gives the total number of rows.
pub fn all_rows(rows: i64, paging: &Paging) -> Option<i64> {
    let tells = rows < paging.size() && (rows > 0 || paging.offset() == 0);
    tells.then(|| paging.offset().saturating_add(rows))
}

/// Adds a condition: the column holds one of these, if any are given.
pub fn any_of(sql: &mut Sql, column: &str, values: &[impl AsRef<str>]) {
    match values {
        [] => {}
        // An index in this order serves a single value only.
        [value] => {
            sql.push(format!(" and {column} = ")).push_bind(value.as_ref().to_owned());
        }
        values => {
            let values: Vec<String> = values.iter().map(|value| value.as_ref().to_owned()).collect();
            sql.push(format!(" and {column} = any(")).push_bind(values).push(")");
        }
    }
}

/// Adds a condition: the column equals this number or id, if it is given.
pub fn is(sql: &mut Sql, column: &str, value: Option<impl Into<i64>>) {
    if let Some(value) = value {
        sql.push(format!(" and {column} = ")).push_bind(value.into());
    }
}

/// Adds a condition: the column is one of these ids, if any are given.
pub fn any_id<I: Copy + Into<i64>>(sql: &mut Sql, column: &str, ids: &[I]) {
    if !ids.is_empty() {
        sql.push(format!(" and {column} = any(")).push_bind(numbers(ids)).push(")");
    }
}

/// Adds a condition: the column contains this text in any case, if it is given.
pub fn like(sql: &mut Sql, column: &str, text: &Option<String>) {
    if let Some(pattern) = super::contains(text) {
        sql.push(format!(" and {column} ilike ")).push_bind(pattern);
    }
}

/// Adds a condition: the column is a time in this range, both ends included, as far as they are given.
pub fn within(sql: &mut Sql, column: &str, start: Option<jiff::Timestamp>, end: Option<jiff::Timestamp>) {
    use jiff_sqlx::ToSqlx as _;
    if let Some(at) = start {
        sql.push(format!(" and {column} >= ")).push_bind(at.to_sqlx());
    }
    if let Some(at) = end {
        sql.push(format!(" and {column} <= ")).push_bind(at.to_sqlx());
    }
}

/// Adds a condition: it carries one of these tags, by the link table.
pub fn tagged(sql: &mut Sql, links: &str, owner: &str, id: &str, tags: &[TagId]) {
    if !tags.is_empty() {
        sql.push(format!(" and exists (select 1 from {links} x where x.{owner} = {id} and x.tag_id = any("));
        sql.push_bind(numbers(tags)).push("))");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_full_needs_no_count() {
        let paging = |page, size| Paging::of(Some(page), Some(size));
        assert_eq!(all_rows(7, &paging(1, 20)), Some(7));
        assert_eq!(all_rows(7, &paging(3, 20)), Some(47));
        assert_eq!(all_rows(0, &paging(1, 20)), Some(0));
        assert_eq!(all_rows(0, &paging(2, 20)), None, "a page behind the end tells nothing");
        assert_eq!(all_rows(20, &paging(1, 20)), None);
        assert_eq!(paging(i64::MAX, 100).offset(), i64::MAX);
    }

    #[test]
    fn a_plan_tells_what_counting_costs_and_how_many_rows_there_may_be() {
        let rows = serde_json::json!({ "Node Type": "Seq Scan", "Total Cost": 9e5, "Plan Rows": 1_000 });
        let limit = serde_json::json!({ "Node Type": "Limit", "Total Cost": 9e5, "Plan Rows": 1_000, "Plans": [rows] });
        let count =
            serde_json::json!({ "Node Type": "Aggregate", "Total Cost": 900_012.5, "Plan Rows": 1, "Plans": [limit] });
        let plan = QueryPlan::of(&serde_json::json!([{ "Plan": count }]));
        assert_eq!(plan, QueryPlan { cost: 900_012.5, rows: 1_000 });
        assert_eq!(plan.guess(20), Total { rows: 1_000, is_estimate: true });
        assert_eq!(plan.guess(2_000), Total { rows: 2_000, is_estimate: true });
    }
}
