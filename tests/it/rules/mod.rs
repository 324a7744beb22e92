//! The rules of the design, each by its name and through the API, on both databases: the orders (R1 to R5),
//! settling (R6 to R9) and commissions (R16).

mod orders;
