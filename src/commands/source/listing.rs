//! What is told of a source: where it is, what is set of it, how its orders come in, and what its words mean. Its
//! secrets are not.

use cashable::app::App;
use cashable::domain::status::Meaning;
use cashable::domain::status_table::{StatusLine, status_table};
use cashable::error::Result;
use cashable::graphql::{NodeKind, encode};
use cashable::reports::{self, UnmappedStatus};
use cashable::sync::ways_in;
use entity::{Instant, order_source};
use serde_json::Value;

use crate::commands::output::say;
use crate::commands::show_time;

/// What is said in the place of a path.
const NO_SECRET: &str = "none is taken until there is a webhook secret: --hook-secret";

/// A source, and what is known of its words.
pub(super) struct Listing {
    shop: String,
    row: order_source::Model,
    statuses: Vec<StatusLine>,
    unmapped: Vec<UnmappedStatus>,
}

impl Listing {
    pub(super) async fn of(app: &App, row: order_source::Model) -> Result<Self> {
        let db = app.database.reader();
        let shop = reports::find_shop(db, row.shop_id).await?;
        let mut own = Vec::new();
        for mapping in reports::status_mappings(db, row.shop_id, &row.name).await? {
            own.push((mapping.native_status, Meaning::parse(&mapping.maps_to)?));
        }
        let mut unmapped = reports::unmapped_statuses(db, row.shop_id).await?;
        unmapped.retain(|it| it.source == row.name);
        Ok(Self {
            shop: shop.map(|shop| shop.name).unwrap_or_default(),
            statuses: status_table(&row.kind, own),
            row,
            unmapped,
        })
    }

    pub(super) fn print(&self) {
        let row = &self.row;
        let is_on = if row.enabled { "on" } else { "off" };
        say!("{}  {}  {is_on}", row.name, row.kind);
        self.print_access();
        self.print_ways_in();
        let never = || "never".to_owned();
        let pulled = row
            .pulled_at
            .map_or_else(never, |at: Instant| show_time(at));
        say!("  last pulled     {pulled}");
        if let Some(error) = &row.error {
            say!("  last error      {error}");
        }
        self.print_statuses();
    }

    fn print_access(&self) {
        let row = &self.row;
        if !row.address.is_empty() {
            say!("  address         {}", row.address);
        }
        if let Some(account) = &row.account {
            say!("  account         {account}");
        }
        if let Value::Object(settings) = &row.settings
            && !settings.is_empty()
        {
            say!("  settings        {}", row.settings);
        }
        let is_set = |secret: &Option<String>| if secret.is_some() { "set" } else { "not set" };
        say!("  secret          {}", is_set(&row.secret));
        let old = if row.old_hook_secret.is_some() {
            ", and the one before it"
        } else {
            ""
        };
        say!("  webhook secret  {}{old}", is_set(&row.hook_secret));
    }

    /// Paths that would take nothing are not shown.
    fn print_ways_in(&self) {
        let row = &self.row;
        let id = encode(NodeKind::OrderSource, row.shop_id, row.id);
        let id = id.as_str();
        let path = |path: String| {
            if row.hook_secret.is_some() {
                path
            } else {
                NO_SECRET.to_owned()
            }
        };
        let ways_in = ways_in(&row.kind);
        if let Some(setup) = ways_in.webhooks {
            say!("  webhooks        {}", path(format!("/hooks/{id}")));
            if row.hook_secret.is_some() {
                say!("                  {setup}");
            }
        }
        if ways_in.pushes {
            let push = format!("/sync/orders/{id} with shop_id {id}");
            say!("  pushes          {}", path(push));
        }
        say!("  feeds           {}", path(format!("/hooks/feed/{id}")));
    }

    fn print_statuses(&self) {
        say!("  statuses");
        for line in &self.statuses {
            let who = if line.is_own {
                ", as the shop says"
            } else {
                ""
            };
            say!("    {:<15} {}{who}", line.word, line.meaning);
        }
        if self.unmapped.is_empty() {
            return;
        }
        let orders: i64 = self.unmapped.iter().map(|it| it.orders).sum();
        say!(
            "  unmapped        {} words of {orders} orders, which count as NEW until they are given a meaning:",
            self.unmapped.len()
        );
        let mut map = format!(
            "cashable shop map --name {} --source {}",
            quoted(&self.shop),
            quoted(&self.row.name)
        );
        for it in &self.unmapped {
            say!("    {:<15} {} orders", it.native_status, it.orders);
            map = format!("{map} {}", quoted(&format!("{}=…", it.native_status)));
        }
        say!("    {map}");
    }
}

/// As a shell takes a word.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.=…".contains(c);
    if word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
