//! How a Shopware searches: criteria over rows, as its API describes them. What it does not know is an error.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDateTime};
use serde_json::Value;

/// What is not in an answer unless it is asked for.
const ASSOCIATIONS: [&str; 6] = [
    "currency",
    "transactions",
    "captures",
    "refunds",
    "fromStateMachineState",
    "toStateMachineState",
];

/// What a shop may do otherwise than it is asked.
#[derive(Default)]
pub struct Odd {
    /// Each page begins with the row before it.
    pub overlaps: bool,
    /// So many rows are given at once, whatever the limit.
    pub page_size: Option<usize>,
}

/// How many rows there are, and those of the page.
pub fn search(
    rows: Vec<Value>,
    criteria: &Value,
    odd: &Odd,
) -> Result<(usize, Vec<Value>), String> {
    let asked = Asked::read(criteria)?;
    let mut found = Vec::new();
    for row in rows {
        let mut fits = asked.ids.is_none_or(|ids| ids.contains(&row["id"]));
        for filter in asked.filters {
            fits = fits && matches(&row, filter, odd.overlaps)?;
        }
        if fits {
            found.push(row);
        }
    }
    sort(&mut found, &asked.sorting);
    let (limit, page) = match asked.ids {
        Some(_) => (usize::MAX, 1),
        None => (odd.page_size.unwrap_or(asked.limit), asked.page),
    };
    let mut page: Vec<Value> = found
        .into_iter()
        .skip(limit.saturating_mul(page - 1))
        .take(limit)
        .collect();
    for row in &mut page {
        strip(row, &asked.associations, &criteria["includes"]);
    }
    // Not asked to count, it says how many it gives.
    Ok((page.len(), page))
}

/// Criteria, as far as they are known.
struct Asked<'a> {
    ids: Option<&'a Vec<Value>>,
    filters: &'a [Value],
    sorting: Vec<(&'a str, bool)>,
    associations: Value,
    limit: usize,
    page: usize,
}

impl<'a> Asked<'a> {
    fn read(criteria: &'a Value) -> Result<Self, String> {
        let mut asked = Self {
            ids: None,
            filters: &[],
            sorting: Vec::new(),
            associations: Value::Null,
            limit: 500,
            page: 1,
        };
        for (name, value) in criteria.as_object().ok_or("no criteria")? {
            let list = || value.as_array().ok_or(format!("{name} is no list"));
            let number = || value.as_u64().ok_or(format!("{name} is no number"));
            match name.as_str() {
                "ids" => asked.ids = Some(ids(list()?)?),
                "filter" => asked.filters = list()?,
                "sort" => asked.sorting = list()?.iter().map(sorting).collect::<Result<_, _>>()?,
                "associations" => asked.associations = value.clone(),
                "includes" => {}
                "limit" => asked.limit = usize::try_from(number()?).unwrap(),
                "page" => asked.page = usize::try_from(number()?).unwrap(),
                // Counting takes as long as finding.
                "total-count-mode" if number()? == 0 => {}
                _ => return Err(format!("{name} is not known")),
            }
        }
        if !(1..=500).contains(&asked.limit) || asked.page == 0 {
            return Err(format!("limit {}, page {}", asked.limit, asked.page));
        }
        Ok(asked)
    }
}

fn ids(ids: &Vec<Value>) -> Result<&Vec<Value>, String> {
    let is_id = |id: &Value| {
        id.as_str()
            .is_some_and(|id| id.len() == 32 && hex::decode(id).is_ok())
    };
    match ids.iter().find(|id| !is_id(id)) {
        Some(id) => Err(format!("{id} is no id")),
        None => Ok(ids),
    }
}

fn sorting(sorting: &Value) -> Result<(&str, bool), String> {
    let field = sorting["field"].as_str().ok_or("a sorting has no field")?;
    match sorting["order"].as_str() {
        Some("ASC") => Ok((field, true)),
        Some("DESC") => Ok((field, false)),
        _ => Err(format!("{sorting} has no order")),
    }
}

fn sort(rows: &mut [Value], sorting: &[(&str, bool)]) {
    rows.sort_by(|a, b| {
        let each = sorting.iter().map(|(field, ascends)| {
            let order = compare(&a[*field], &b[*field]).unwrap_or(Ordering::Equal);
            if *ascends { order } else { order.reverse() }
        });
        each.fold(Ordering::Equal, Ordering::then)
    });
}

fn matches(row: &Value, filter: &Value, overlaps: bool) -> Result<bool, String> {
    let kind = filter["type"].as_str().unwrap_or_default();
    if kind == "multi" {
        let queries = filter["queries"].as_array().ok_or("no queries")?;
        let each: Vec<bool> = queries
            .iter()
            .map(|query| matches(row, query, overlaps))
            .collect::<Result<_, _>>()?;
        return match filter["operator"].as_str() {
            Some("or") => Ok(each.contains(&true)),
            Some("and") => Ok(!each.contains(&false)),
            _ => Err(format!("{filter} has no operator")),
        };
    }
    let field = filter["field"].as_str().ok_or("a filter has no field")?;
    let mut values = Vec::new();
    values_at(row, field, &mut values)?;
    match kind {
        "equals" => Ok(values.contains(&&filter["value"])),
        "equalsAny" => {
            let any = filter["value"].as_array().ok_or("equalsAny has no list")?;
            Ok(values.iter().any(|value| any.contains(value)))
        }
        "range" => {
            let bounds = filter["parameters"].as_object().ok_or("no parameters")?;
            let mut within = true;
            for (bound, wanted) in bounds {
                if wanted.as_str().is_some_and(|it| it.contains('+')) {
                    return Err(format!("{wanted} is no time to the database"));
                }
                let fits: fn(Ordering) -> bool = match bound.as_str() {
                    "gt" if overlaps => Ordering::is_ge,
                    "gt" => Ordering::is_gt,
                    "gte" => Ordering::is_ge,
                    _ => return Err(format!("{bound} is not known")),
                };
                let fits = |value: &&Value| compare(value, wanted).is_some_and(fits);
                within = within && values.iter().any(fits);
            }
            Ok(within)
        }
        _ => Err(format!("{filter} is not known")),
    }
}

/// All that stands at a path, which leads through lists.
fn values_at<'a>(row: &'a Value, path: &str, values: &mut Vec<&'a Value>) -> Result<(), String> {
    let (field, rest) = path.split_once('.').unwrap_or((path, ""));
    let value = row
        .get(field)
        .ok_or_else(|| format!("{field} is no field"))?;
    if rest.is_empty() {
        values.push(value);
        return Ok(());
    }
    match value {
        Value::Array(rows) => rows.iter().try_for_each(|row| values_at(row, rest, values)),
        row => values_at(row, rest, values),
    }
}

/// Times by when they are, numbers by size, and nothing with what is unset.
fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (time(a), time(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => match (a.as_u64(), b.as_u64()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => Some(a.as_str()?.cmp(b.as_str()?)),
        },
    }
}

/// A time as answers have it, or as the database has it, which takes the bounds of a range as they are.
fn time(value: &Value) -> Option<NaiveDateTime> {
    let text = value.as_str()?;
    let told = DateTime::parse_from_rfc3339(text).map(|at| at.naive_utc());
    told.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.3f"))
        .ok()
}

/// Leaves out what was not asked for.
fn strip(value: &mut Value, associations: &Value, includes: &Value) {
    match value {
        Value::Array(rows) => rows
            .iter_mut()
            .for_each(|row| strip(row, associations, includes)),
        Value::Object(fields) => {
            let alias = fields.get("apiAlias").and_then(Value::as_str);
            if let Some(included) = alias.and_then(|alias| includes[alias].as_array()) {
                let is_included = |name: &String| included.iter().any(|it| it == name.as_str());
                fields.retain(|name, _| is_included(name) || name == "apiAlias");
            }
            for (name, value) in fields {
                let asked = &associations[name.as_str()];
                if asked.is_null() && ASSOCIATIONS.contains(&name.as_str()) {
                    *value = Value::Null;
                }
                strip(value, &asked["associations"], includes);
            }
        }
        _ => {}
    }
}
