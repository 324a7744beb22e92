//! What a commission amounts to (R16).

/// One whole, in parts per million.
const WHOLE_PPM: i128 = 1_000_000;

/// What is fixed of a commission when it is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The rate in parts per million of what the order brings.
    pub rate_ppm: i64,
    /// What each earlier order adds, or takes off where negative, in parts per million.
    pub factor_ppm: i64,
    /// How many earlier orders count, the limit applied.
    pub factor_orders: i32,
}

impl Terms {
    /// `(total − refunded) × rate × (1 ± factor × n)` in minor units, rounded half up, never below 0.
    #[must_use]
    pub fn amount(self, total_minor: i64, refunded_minor: i64) -> i64 {
        let net = i128::from(total_minor) - i128::from(refunded_minor);
        let factor = WHOLE_PPM + i128::from(self.factor_ppm) * i128::from(self.factor_orders);
        let scaled = net * i128::from(self.rate_ppm) * factor;
        let scale = WHOLE_PPM * WHOLE_PPM;
        let rounded = (scaled.max(0) + scale / 2) / scale;
        i64::try_from(rounded).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r16_amounts() {
        for (total, refunded, rate_ppm, factor_ppm, factor_orders, amount) in [
            (10_000, 0, 50_000, 0, 0, 500),
            (10_000, 2_500, 50_000, 0, 0, 375),
            (10_000, 0, 50_000, 100_000, 3, 650),
            (10_000, 0, 50_000, -100_000, 3, 350),
            (10_000, 0, 50_000, -500_000, 3, 0),
            (10, 0, 50_000, 0, 0, 1),
            (9, 0, 50_000, 0, 0, 0),
            (0, 0, 50_000, 0, 0, 0),
            (
                10_000_000_000_000,
                0,
                1_000_000,
                1_000_000,
                1_000,
                10_010_000_000_000_000,
            ),
        ] {
            let terms = Terms {
                rate_ppm,
                factor_ppm,
                factor_orders,
            };
            assert_eq!(
                terms.amount(total, refunded),
                amount,
                "{terms:?} of {total} less {refunded}"
            );
        }
    }
}
