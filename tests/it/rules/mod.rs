//! The rules of the design, each by its name and through the API, on both databases: statuses (R1), reports
//! of orders (R2 to R5), settling (R6, R8, R9), waiting (R7) and commissions (R16).

mod commissions;
mod deleting;
mod diverging;
mod earning;
mod orders;
mod remapping;
mod settling;
mod statuses;
mod totals;
mod waiting;
