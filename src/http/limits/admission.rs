//! Which operations are run: those whose documents keep within the limits, while their bearer has points left.

use std::any::TypeId;
use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::parser::types::{OperationDefinition, OperationType};
use async_graphql::{Data, Name, Request, Response, ServerError, Variables};
use axum::http::StatusCode;

use super::answered::Answered;
use super::cost::Cost;
use super::excess::Excess;
use super::parsed::Parsed;
use super::rates::{Account, Rates, Spent};
use super::settings::DocumentLimits;
use super::walk::{Found, walk};
use crate::error::Error;
use crate::graphql::Viewer;
use crate::http::ClientAddress;
use crate::http::execution::unreadable;
use crate::http::operation::fitting;

/// Lets operations in.
#[derive(Clone, Debug)]
pub struct Admission {
    limits: Arc<DocumentLimits>,
    rates: Rates,
    parsed: Parsed,
}

/// An operation that may be run.
#[derive(Debug)]
pub struct Admitted {
    /// What is asked, parsed.
    pub request: Request,
    /// Query, mutation or subscription; none where the request names none or more than one fits, which GraphQL
    /// will refuse.
    pub kind: Option<OperationType>,
    /// What was taken for it.
    pub cost: Cost,
    /// Who pays.
    pub account: Account,
    /// What is taken once more for each event of a subscription but the first: the text is read once.
    pub event_points: u64,
}

/// Goes with a request whose text was paid for.
struct TextPaid;

impl Admission {
    /// By these limits.
    pub fn new(limits: DocumentLimits, rates: Rates) -> Self {
        Self {
            limits: Arc::new(limits),
            rates,
            parsed: Parsed::new(),
        }
    }

    /// The points of everybody.
    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    /// Which kind of operation a request asks for; nothing where it does not keep within the limits, or cannot be
    /// parsed: it will be told so. The text is paid for before it is parsed, and not once more by
    /// [`Self::admit`].
    pub fn kind_of(&self, request: &mut Request) -> Result<Option<OperationType>, Spent> {
        if Excess::of_text(&self.limits, &request.query).is_err() {
            return Ok(None);
        }
        let account = account(&request.data, None);
        self.take_for_text(request, account)?;
        let variables = request.variables.clone();
        let looked = self.look_at(request);
        request.variables = variables;
        Ok(looked.ok().and_then(|(kind, _)| kind))
    }

    /// Looks at what is asked by the bearer in the request or in its session. The text is paid for before it is
    /// parsed, and all else before it is run.
    pub fn admit(
        &self,
        mut request: Request,
        session: Option<&Data>,
    ) -> Result<Admitted, Box<Answered>> {
        let account = account(&request.data, session);
        Excess::of_text(&self.limits, &request.query).map_err(|excess| refused(&excess, 0))?;
        self.take_for_text(&mut request, account).map_err(spent)?;
        let (kind, found) = self.look_at(&mut request)?;
        let requested = points_of_text(&request).saturating_add(found.cost);
        self.rates.take(account, found.cost).map_err(spent)?;
        let limit = self.limits.max_cost.get();
        let cost = Cost::new(requested, limit, &self.rates, account);
        Ok(Admitted {
            request,
            kind,
            cost,
            account,
            event_points: found.cost,
        })
    }

    fn take_for_text(&self, request: &mut Request, account: Account) -> Result<(), Spent> {
        if request.data.contains_key(&TypeId::of::<TextPaid>()) {
            return Ok(());
        }
        self.rates.take(account, points_of_text(request))?;
        request.data.insert(TextPaid);
        Ok(())
    }

    /// Parses, counts and refuses. The request keeps the document for whoever runs it.
    fn look_at(
        &self,
        request: &mut Request,
    ) -> Result<(Option<OperationType>, Found), Box<Answered>> {
        let for_text = points_of_text(request);
        let wanted = request.operation_name.clone();
        let mut variables = std::mem::take(&mut request.variables);
        let is_known = self.parsed.give(request);
        let document = request.parsed_query().map_err(unparsed)?;
        Excess::of_parts(&self.limits, document).map_err(|excess| refused(&excess, 0))?;
        let operation = fitting(document, wanted.as_deref());
        drop_undeclared(&mut variables, operation);
        let walked = walk(document, operation, &variables, self.limits.max_nesting);
        let refused = |excess: Excess| refused(&excess, walked.nodes);
        let found = walked
            .found
            .map_err(|stopped| refused(Excess::of_walk(&self.limits, stopped)))?;
        Excess::of_counts(&self.limits, &found).map_err(refused)?;
        Excess::of_cost(&self.limits, for_text.saturating_add(found.cost)).map_err(refused)?;
        let kind = operation.map(|operation| operation.ty);
        if !is_known {
            let document = document.clone();
            self.parsed.remember(&request.query, document);
        }
        request.variables = variables;
        Ok((kind, found))
    }
}

/// Nobody asks for other variables than those that the operation declares, and nobody pays for them.
fn drop_undeclared(variables: &mut Variables, operation: Option<&OperationDefinition>) {
    let definitions = operation.map_or(&[][..], |it| &it.variable_definitions);
    let names = definitions.iter().map(|it| &it.node.name.node);
    let declared: HashSet<&Name> = names.collect();
    variables.retain(|name, _| declared.contains(name));
}

fn points_of_text(request: &Request) -> u64 {
    request.query.len() as u64
}

/// Who asks, from where.
fn account(data: &Data, session: Option<&Data>) -> Account {
    let viewer: Option<&Viewer> = find(data, session);
    let address: Option<&ClientAddress> = find(data, session);
    Account::of(viewer.map(|viewer| viewer.token_id), address.copied())
}

fn find<'a, T: 'static>(data: &'a Data, session: Option<&'a Data>) -> Option<&'a T> {
    let id = TypeId::of::<T>();
    let found = data.get(&id).or_else(|| session?.get(&id));
    found.and_then(|it| it.downcast_ref())
}

fn unparsed(error: ServerError) -> Box<Answered> {
    Box::new(Answered::with(unreadable(error)))
}

fn refused(excess: &Excess, nodes_walked: u64) -> Box<Answered> {
    let error = excess.told(nodes_walked);
    Box::new(Answered::with(Response::from_errors(vec![error])))
}

fn spent(spent: Spent) -> Box<Answered> {
    Box::new(Answered::refused(
        StatusCode::TOO_MANY_REQUESTS,
        spent.into(),
    ))
}

impl From<Spent> for Error {
    fn from(Spent { retry_after }: Spent) -> Self {
        Self::RateLimited {
            message: "this token has asked for as much as it may for now".to_owned(),
            retry_after,
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Value;

    use super::*;
    use crate::clock::Clock;
    use crate::http::limits::RateLimits;

    #[test]
    fn variables_that_are_not_declared_go() {
        let rates = Rates::new(RateLimits::default(), Clock::Machine);
        let admission = Admission::new(DocumentLimits::default(), rates);
        let text = "query A($a: Int, $b: Int) { c(d: $a) } query B($e: Int) { f(g: $e) }";
        let given = ["a", "e", "z"].map(|name| (Name::new(name), Value::from(1)));
        let variables = Variables::from_value(Value::Object(given.into_iter().collect()));
        let request = Request::new(text).variables(variables);
        let mut request = request.operation_name("A");
        let kind = admission.kind_of(&mut request);
        assert_eq!(kind, Ok(Some(OperationType::Query)));
        let admitted = admission.admit(request, None).unwrap();
        let names: Vec<_> = admitted.request.variables.keys().collect();
        assert_eq!(names, ["a"]);
    }
}
