//! The reconciler: one pass over one shop, its driver and its schedule (R17 to R22).
