//! The rules of the design, each by its name and through the API, on both databases: statuses (R1), reports
//! of orders (R2 to R5), settling (R6, R8, R9), waiting (R7), overrides (R10 to R13), races with runs (R14),
//! counters (R15), commissions (R16), runs and their schedule (R17 to R22), figures and money (R23 to R25) and
//! history (R26).

mod commissions;
mod corners;
mod counters;
mod deleting;
mod diverging;
mod earning;
mod figures;
mod history;
mod money;
mod orders;
mod overrides;
mod periods;
mod races;
mod remapping;
mod schedule;
mod settling;
mod snapshots;
mod statuses;
mod sync_health;
mod sync_runs;
mod totals;
mod waiting;
