//! What DESIGN §3 promises, as tables.

/// Folders that are still to be written, and the only reason why a check may find nothing to check. Once all
/// of them are there, `no_check_is_empty` asks for this list to be emptied.
pub const STILL_TO_BE_WRITTEN: &[&str] = &[];

/// Whatever writes to a database through SeaORM or SQL. `ActiveModel` stands for `.insert(` and its like, which
/// need one and which maps have too.
const WRITES: &[&str] = &[
    "ActiveModel",
    "active_model",
    "Entity::insert",
    "Entity::update",
    "Entity::delete",
    "Insert::",
    "Update::",
    "Delete::",
    "insert_many",
    "update_many",
    "delete_many",
    "delete_by_id",
    "Query::insert",
    "Query::update",
    "Query::delete",
    "INSERT INTO",
    "UPDATE ",
    "DELETE FROM",
    "execute_unprepared",
];

/// Words that the sources in some folders may not mention, but for files that begin with one of `except`.
pub struct Rule {
    pub says: &'static str,
    pub folders: &'static [&'static str],
    pub except: &'static [&'static str],
    pub forbids: &'static [&'static str],
}

pub const RULES: &[Rule] = &[
    Rule {
        says: "domain is rules only: no database, no rows, no API, and nothing to wait for",
        folders: &["src/domain"],
        except: &[],
        forbids: &[
            "sea_orm",
            "Model",
            "Entity",
            "async_graphql",
            "axum",
            "tokio",
            "async ",
            ".await",
        ],
    },
    Rule {
        says: "graphql turns words into calls and leaves the database to them",
        folders: &["src/graphql"],
        except: &[],
        forbids: &["sea_orm", "sea_query", "sqlx"],
    },
    Rule {
        says: "http carries questions and answers and leaves the database to others",
        folders: &["src/http"],
        except: &[],
        forbids: &["sea_orm", "sea_query", "sqlx"],
    },
    Rule {
        says: "the API is known to graphql and http alone",
        folders: &[
            "src/ledger",
            "src/reports",
            "src/sync",
            "src/sources",
            "entity",
        ],
        except: &[],
        forbids: &["async_graphql", "axum"],
    },
    Rule {
        says: "sources ask and read: what is kept, and what time it is, is the business of others",
        folders: &["src/sources"],
        except: &[],
        forbids: &["sea_orm", "sea_query", "sqlx", "crate::clock", "crate::app"],
    },
    Rule {
        says: "entity uses nothing of ours",
        folders: &["entity"],
        except: &[],
        forbids: &["cashable", "migration::"],
    },
    Rule {
        says: "a migration means what it meant on its day, whatever becomes of the entities",
        folders: &["migration"],
        except: &[],
        forbids: &["cashable", "entity::"],
    },
    Rule {
        says: "reports never writes",
        folders: &["src/reports"],
        except: &["src/reports/fixtures.rs"],
        forbids: WRITES,
    },
    Rule {
        says: "only ledger writes business rows",
        folders: &["src"],
        // A file that keeps a table of its own, such as leases or tokens, is named here with that table.
        // The read connection of database.rs names what it refuses.
        except: &["src/ledger", "src/reports/fixtures.rs", "src/database.rs"],
        forbids: WRITES,
    },
    Rule {
        says: "time is an argument: app.clock",
        folders: &["src", "entity", "migration"],
        except: &["src/clock.rs"],
        forbids: &["Utc::now", "Local::now", "SystemTime::now", "now_v7"],
    },
];

/// Which folders of `src` each may use. All but `domain` may also use what is no folder: app, clock, database,
/// error and so on. `http` may look past `graphql`, since webhooks and health checks are not asked in GraphQL.
#[rustfmt::skip]
pub const ARROWS: &[(&str, &[&str])] = &[
    ("domain",  &[]),
    ("sources", &["domain"]),
    ("ledger",  &["domain"]),
    ("reports", &["domain"]),
    ("sync",    &["domain", "ledger", "sources"]),
    ("demo",    &["domain", "ledger", "reports"]),
    ("graphql", &["domain", "ledger", "reports", "sync"]),
    ("http",    &["domain", "ledger", "reports", "sync", "sources", "graphql"]),
];
