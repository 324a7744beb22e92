//! What a report makes of an order: the rules R1 to R5 as one pure step.

use entity::Instant;
use entity::words::{CancelReason, OrderStatus};

use super::status::Meaning;
use super::{Currency, Invalid};

/// What a source tells of one order. What is left out keeps its value (R2).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct OrderReport {
    /// The source's id.
    pub external_id: String,
    /// The platform's own status word.
    pub native_status: Option<String>,
    /// What customers and staff call the order; the external id where never told.
    pub number: Option<String>,
    /// When the customer placed it.
    pub placed_at: Option<Instant>,
    /// When the platform last changed it (R3).
    pub changed_at: Option<Instant>,
    /// When it was completed.
    pub completed_at: Option<Instant>,
    /// Decimal text, before refunds.
    pub total: Option<String>,
    /// Decimal text, from 0 to the total.
    pub refunded: Option<String>,
    /// ISO 4217; the shop's where never told.
    pub currency: Option<String>,
    /// Why it was cancelled; instead of what the status word says.
    pub cancel_reason: Option<CancelReason>,
    /// Who brought it.
    pub affiliate_code: Option<String>,
    /// Decimal text: the commission, where the source has computed it.
    pub commission: Option<String>,
}

/// An order as far as reports move it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderState {
    /// What customers and staff call it.
    pub number: String,
    /// What it is to the shop.
    pub status: OrderStatus,
    /// NEW, and work has begun.
    pub in_progress: bool,
    /// The platform's own word.
    pub native_status: String,
    /// False where that word is in no table.
    pub mapped: bool,
    /// Only where CANCELLED.
    pub cancel_reason: Option<CancelReason>,
    /// When it was placed.
    pub placed_at: Instant,
    /// The newest change that the source told.
    pub changed_at: Option<Instant>,
    /// When the status last changed.
    pub status_changed_at: Instant,
    /// When it completed, until it is reopened.
    pub completed_at: Option<Instant>,
    /// Its currency.
    pub currency: Currency,
    /// Before refunds, in minor units.
    pub total_minor: i64,
    /// From 0 to the total, in minor units.
    pub refunded_minor: i64,
    /// As reported.
    pub affiliate_code: Option<String>,
}

/// What a report comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is a new order.
    Created(OrderState),
    /// The order differs now.
    Changed(OrderState),
    /// Nothing differs but, perhaps, the time that the source told last.
    Unchanged(OrderState),
    /// The status is to be ignored (R1): a new order is not stored, and of a stored one, which this is, nothing
    /// but the native status is news.
    Ignored(Option<OrderState>),
    /// The report is older than what is stored (R3).
    Stale,
}

/// What a report is read against.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// What the native status means; `None` where it is in no table. Unused where the report has none.
    pub meaning: Option<Meaning>,
    /// The shop's currency, for new orders that name none.
    pub shop_currency: Currency,
    /// Now.
    pub now: Instant,
}

impl OrderReport {
    /// Applies the report to what is stored of the order, if anything is.
    pub fn apply(&self, stored: Option<&OrderState>, context: Context) -> Result<Outcome, Invalid> {
        match stored {
            None => self.create(context),
            Some(stored) => self.update(stored, context),
        }
    }

    fn create(&self, context: Context) -> Result<Outcome, Invalid> {
        let missing =
            |field: &'static str| Invalid::new(field, format!("a new order needs {field}"));
        let native_status = self
            .native_status
            .clone()
            .ok_or_else(|| missing("nativeStatus"))?;
        let placed_at = self.placed_at.ok_or_else(|| missing("placedAt"))?;
        let total = self.total.as_deref().ok_or_else(|| missing("total"))?;
        let currency = match self.currency.as_deref() {
            Some(code) => Currency::parse(code)?,
            None => context.shop_currency,
        };
        let mut order = OrderState {
            number: self
                .number
                .clone()
                .unwrap_or_else(|| self.external_id.clone()),
            status: OrderStatus::New,
            in_progress: false,
            native_status,
            mapped: context.meaning.is_some(),
            cancel_reason: None,
            placed_at,
            changed_at: self.changed_at,
            status_changed_at: placed_at,
            completed_at: None,
            currency,
            total_minor: currency.parse_amount("total", total)?,
            refunded_minor: 0,
            affiliate_code: self.affiliate_code.clone(),
        };
        let meaning = context.meaning.unwrap_or(Meaning::New);
        if meaning == Meaning::Ignore {
            return Ok(Outcome::Ignored(None));
        }
        order.enter(meaning);
        if order.status != OrderStatus::New {
            order.status_changed_at = self.moment_of_change(order.status, placed_at);
        }
        order.completed_at = match order.status {
            OrderStatus::Complete => Some(order.status_changed_at),
            OrderStatus::Cancelled => self.completed_at,
            OrderStatus::New => self.completed_at.filter(|_| !order.mapped),
        };
        self.apply_details(&mut order)?;
        Ok(Outcome::Created(order))
    }

    fn update(&self, stored: &OrderState, context: Context) -> Result<Outcome, Invalid> {
        if let (Some(reported), Some(known)) = (self.changed_at, stored.changed_at)
            && reported < known
        {
            return Ok(Outcome::Stale);
        }
        let mut order = stored.clone();
        order.changed_at = self.changed_at.or(stored.changed_at);
        if let Some(native) = &self.native_status {
            order.native_status.clone_from(native);
            order.mapped = context.meaning.is_some();
            let meaning = context.meaning.unwrap_or(Meaning::New);
            if meaning == Meaning::Ignore {
                return Ok(Outcome::Ignored(Some(order)));
            }
            order.enter(meaning);
        }
        if order.status != stored.status {
            order.status_changed_at = self.moment_of_change(order.status, context.now);
        }
        order.completed_at = self.completion(stored, &order);
        self.apply_fields(&mut order)?;
        self.apply_details(&mut order)?;
        Ok(Self::compared(stored, order))
    }

    /// R7: `completedAt`, else `changedAt`, else `otherwise`, which is `placedAt` at first sight.
    fn moment_of_change(&self, to: OrderStatus, otherwise: Instant) -> Instant {
        let completed_at = self.completed_at.filter(|_| to == OrderStatus::Complete);
        completed_at.or(self.changed_at).unwrap_or(otherwise)
    }

    /// R7: set when the order completes, cleared when it reopens, set anew when it completes again.
    fn completion(&self, stored: &OrderState, order: &OrderState) -> Option<Instant> {
        match order.status {
            // A word that no table knows yet may turn out to mean COMPLETE: when it did is worth keeping.
            OrderStatus::New if !order.mapped => {
                let waits_for_meaning = stored.status == OrderStatus::New && !stored.mapped;
                self.completed_at
                    .or(stored.completed_at.filter(|_| waits_for_meaning))
            }
            OrderStatus::New => None,
            OrderStatus::Complete if stored.status != OrderStatus::Complete => {
                Some(order.status_changed_at)
            }
            OrderStatus::Complete | OrderStatus::Cancelled => {
                self.completed_at.or(stored.completed_at)
            }
        }
    }

    fn apply_fields(&self, order: &mut OrderState) -> Result<(), Invalid> {
        if let Some(number) = &self.number {
            order.number.clone_from(number);
        }
        if let Some(placed_at) = self.placed_at {
            order.placed_at = placed_at;
        }
        if let Some(code) = &self.affiliate_code {
            order.affiliate_code = Some(code.clone());
        }
        self.apply_amount(order)
    }

    /// The total and its currency, which only change together.
    fn apply_amount(&self, order: &mut OrderState) -> Result<(), Invalid> {
        let currency = match self.currency.as_deref() {
            Some(code) => Currency::parse(code)?,
            None => order.currency,
        };
        let Some(total) = &self.total else {
            if currency == order.currency {
                return Ok(());
            }
            let message = format!(
                "the order is in {}; another currency needs a total in it",
                order.currency.code()
            );
            return Err(Invalid::new("currency", message));
        };
        let total_minor = currency.parse_amount("total", total)?;
        // R5: platforms report a cancelled order with total 0; what it was worth is kept.
        if total_minor == 0 && order.status == OrderStatus::Cancelled {
            return Ok(());
        }
        if currency != order.currency {
            order.refunded_minor = 0;
        }
        order.currency = currency;
        order.total_minor = total_minor;
        Ok(())
    }

    /// The fields that are checked against the others, whether the order is new or not.
    fn apply_details(&self, order: &mut OrderState) -> Result<(), Invalid> {
        if let Some(refunded) = &self.refunded {
            order.refunded_minor = order.currency.parse_amount("refunded", refunded)?;
        }
        if order.refunded_minor > order.total_minor {
            return Err(Invalid::new(
                "refunded",
                format!(
                    "refunded ({}) must not be more than the total ({}); totals are before refunds",
                    order.currency.format(order.refunded_minor),
                    order.currency.format(order.total_minor)
                ),
            ));
        }
        if let Some(reason) = self.cancel_reason {
            if order.status != OrderStatus::Cancelled {
                return Err(Invalid::new(
                    "cancelReason",
                    "cancelReason only goes with a status that means CANCELLED",
                ));
            }
            order.cancel_reason = Some(reason);
        }
        Ok(())
    }

    fn compared(stored: &OrderState, order: OrderState) -> Outcome {
        let same = OrderState {
            changed_at: stored.changed_at,
            ..order.clone()
        } == *stored;
        if same {
            Outcome::Unchanged(order)
        } else {
            Outcome::Changed(order)
        }
    }
}

impl OrderState {
    /// Takes on a meaning's status. Leaving CANCELLED clears the reason (R1).
    pub fn enter(&mut self, meaning: Meaning) {
        let Some(status) = meaning.status() else {
            return;
        };
        self.cancel_reason = match meaning {
            Meaning::Cancelled(reason) => {
                let known = self
                    .cancel_reason
                    .filter(|_| self.status == OrderStatus::Cancelled);
                reason.or(known)
            }
            _ => None,
        };
        self.status = status;
        self.in_progress = meaning == Meaning::InProgress;
    }

    /// Gives a stored native status its new meaning (R1); the native word stays.
    #[must_use]
    pub fn remapped(&self, meaning: Option<Meaning>, now: Instant) -> Self {
        let mut order = self.clone();
        order.mapped = meaning.is_some();
        order.enter(meaning.unwrap_or(Meaning::New));
        if order.status != self.status {
            order.status_changed_at = now;
        }
        order.completed_at = match order.status {
            OrderStatus::New => self.completed_at.filter(|_| !order.mapped),
            OrderStatus::Complete => Some(self.completed_at.or(self.changed_at).unwrap_or(now)),
            OrderStatus::Cancelled => self.completed_at,
        };
        order
    }
}
