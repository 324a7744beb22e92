//! Mutations: an admin's alone, and of the admin's own shop alone. What is another shop's is not there.

use super::{BAD, Case, NO, STAFF, case};

#[rustfmt::skip]
pub const CHANGES: &[Case] = &[
    case("mutation { overrideTransactionStatus(input: {transactionId: <anna's>, status: OPEN, reason: OTHER}) {
            transaction { status } userErrors { code } } }",
        "overrideTransactionStatus/transaction/status overrideTransactionStatus/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "OPEN nothing", "null NOT_FOUND"]),
    case("mutation { releaseTransactionOverride(input: {transactionId: <bert's>}) {
            transaction { status affiliate { name } } userErrors { code } } }",
        "releaseTransactionOverride/transaction/status releaseTransactionOverride/transaction/affiliate/name releaseTransactionOverride/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "COMPLETED Bert nothing", "null null NOT_FOUND"]),
    case("mutation { importOrders(input: {shopId: <tea>, orders: [{externalId: \"1\", total: \"-1\"}]}) {
            failed { externalId code } userErrors { code } } }",
        "importOrders/failed/externalId importOrders/failed/code importOrders/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "1 INVALID nothing", BAD]),
    case("mutation { createAffiliate(input: {shopId: <tea>, code: \"carl\"}) { affiliate { code } userErrors { code } } }",
        "createAffiliate/affiliate/code createAffiliate/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "carl nothing", BAD]),
    case("mutation { updateAffiliate(input: {affiliateId: <anna>, name: \"Ann\"}) { affiliate { name } userErrors { code } } }",
        "updateAffiliate/affiliate/name updateAffiliate/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "Ann nothing", "null NOT_FOUND"]),
    case("mutation { createTransaction(input: {affiliateId: <anna>, kind: MANUAL, amount: \"1\", currency: \"EUR\"}) {
            transaction { amount { amount } } userErrors { code } } }",
        "createTransaction/transaction/amount/amount createTransaction/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "1.00 nothing", "null NOT_FOUND"]),
    case("mutation { deleteTransaction(input: {transactionId: <anna's>, reason: OTHER}) { userErrors { code } } }",
        "deleteTransaction/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "nothing", "NOT_FOUND"]),
    case("mutation { updateShopSettings(input: {shopId: <tea>, waitDays: 3}) { shop { settings { waitDays } } userErrors { code } } }",
        "updateShopSettings/shop/settings/waitDays updateShopSettings/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "3 nothing", BAD]),
    case("mutation { createAccessToken(input: {shopId: <tea>, name: \"New\", role: ADMIN}) { accessToken { name } userErrors { code } } }",
        "createAccessToken/accessToken/name createAccessToken/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "New nothing", BAD]),
    case("mutation { createAccessToken(input: {name: \"New\", role: AFFILIATE, affiliateId: <bert>}) {
            accessToken { affiliate { name } } userErrors { code } } }",
        "createAccessToken/accessToken/affiliate/name createAccessToken/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "Bert nothing", "null NOT_FOUND"]),
    case("mutation { revokeAccessToken(input: {accessTokenId: <bert's token>}) {
            accessToken { name affiliate { name } } userErrors { code } } }",
        "revokeAccessToken/accessToken/name revokeAccessToken/accessToken/affiliate/name revokeAccessToken/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "bert Bert nothing", "null null NOT_FOUND"]),
    case("mutation { connectOrderSource(input: {shopId: <tea>, kind: \"rees46\", webhookSecret: \"a secret\"}) {
            orderSource { name } userErrors { code } } }",
        "connectOrderSource/orderSource/name connectOrderSource/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "rees46 nothing", BAD]),
    case("mutation { updateOrderSource(input: {orderSourceId: <source>, enabled: false}) {
            orderSource { enabled } userErrors { code } } }",
        "updateOrderSource/orderSource/enabled updateOrderSource/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "false nothing", "null NOT_FOUND"]),
    case("mutation { testOrderSource(input: {orderSourceId: <source>}) { check { message } userErrors { code } } }",
        "testOrderSource/check/message testOrderSource/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "REES46 pushes its orders: there is nothing to ask nothing", "null NOT_FOUND"]),
    case("mutation { mapStatus(input: {shopId: <tea>, source: \"api\", nativeStatus: \"weird\", meaning: COMPLETE}) {
            mapping { meaning } changedOrders userErrors { code } } }",
        "mapStatus/mapping/meaning mapStatus/changedOrders mapStatus/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "COMPLETE 1 nothing", BAD]),
    case("mutation { disconnectOrderSource(input: {orderSourceId: <source>}) {
            disconnectedOrderSourceId userErrors { code } } }",
        "disconnectOrderSource/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "nothing", "NOT_FOUND"]),
    // The last, since it goes on by itself.
    case("mutation { triggerSync(input: {shopId: <tea>, dryRun: true}) { run { dryRun } userErrors { code } } }",
        "triggerSync/run/dryRun triggerSync/userErrors/code",
        [NO, STAFF, STAFF, STAFF, "true nothing", BAD]),
];
