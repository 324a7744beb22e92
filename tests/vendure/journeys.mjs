// What happens to orders, step by step: each step takes an order on by Vendure's own API, and some only start one.

const ORDER = "id code state totalWithTax lines { id quantity unitPriceWithTax } payments { id state amount } fulfillments { id state }";
const REFUSED = "... on ErrorResult { errorCode message }";

/** An order on its way through a Vendure. */
export class Order {
  constructor(vendure, affiliate) {
    this.vendure = vendure;
    this.affiliate = affiliate;
    /** In cents: the most that it was worth, what it is worth now, and what was given back. */
    this.worth = 0;
    this.left = 0;
    this.refunded = 0;
  }

  /** The order as it is there now. */
  async look() {
    const { order } = await this.vendure.admin(`query ($id: ID!) { order(id: $id) { ${ORDER} } }`, { id: this.id });
    this.left = order.totalWithTax;
    this.worth = Math.max(this.worth, this.left);
    return order;
  }

  async change(field, type, input) {
    const document = `mutation ($input: ${type}!) { ${field}(input: $input) { __typename ${REFUSED} } }`;
    return this.vendure.admin(document, { input });
  }
}

/** A customer fills a basket with three lanterns. */
export async function basket(order) {
  order.customer = order.vendure.customer();
  const document = `mutation ($variant: ID!) {
    addItemToOrder(productVariantId: $variant, quantity: 3) { ... on Order { id } ${REFUSED} }
  }`;
  const { addItemToOrder } = await order.customer(document, { variant: order.vendure.variant });
  order.id = addItemToOrder.id;
}

/** The customer goes to pay. */
export async function checkout(order) {
  const { eligibleShippingMethods } = await order.customer("{ eligibleShippingMethods { id } }");
  const document = `mutation ($mail: String!, $method: ID!, $affiliate: String) {
    setCustomerForOrder(input: { firstName: "Ada", lastName: "Berg", emailAddress: $mail }) { ${REFUSED} }
    setOrderShippingAddress(input: { streetLine1: "Hafen 1", countryCode: "DE" }) { ${REFUSED} }
    setOrderShippingMethod(shippingMethodId: [$method]) { ${REFUSED} }
    setOrderCustomFields(input: { customFields: { affiliateCode: $affiliate } }) { ${REFUSED} }
    transitionOrderToState(state: "ArrangingPayment") { ${REFUSED} }
  }`;
  await order.customer(document, {
    mail: `customer-${order.id}@shop.example`,
    method: eligibleShippingMethods[0].id,
    affiliate: order.affiliate,
  });
}

const pay = (method, metadata = {}) => async (order) => {
  const document = `mutation ($input: PaymentInput!) { addPaymentToOrder(input: $input) { ${REFUSED} } }`;
  await order.customer(document, { input: { method, metadata } });
};

/** The customer pays at once, or lets the shop take the money later. */
export const payAtOnce = pay("at-once");
export const payLater = pay("later");

/** The customer's card is declined. */
export async function payInVain(order) {
  await pay("at-once", { shouldDecline: true })(order).then(
    () => Promise.reject(new Error("a payment that is declined goes through")),
    (error) => error.message.includes("PAYMENT_DECLINED_ERROR") || Promise.reject(error),
  );
}

/** All that a customer does. */
export async function paid(order) {
  await basket(order);
  await checkout(order);
  await payAtOnce(order);
}

/** The same, and the shop has yet to take the money. */
export async function authorized(order) {
  await basket(order);
  await checkout(order);
  await payLater(order);
}

/** The shop takes the money. */
export async function settle(order) {
  const { payments } = await order.look();
  const document = `mutation ($id: ID!) { settlePayment(id: $id) { ${REFUSED} } }`;
  await order.vendure.admin(document, { id: payments[0].id });
}

/** The shop gives the money back that it was promised. */
export async function cancelPayment(order) {
  const { payments } = await order.look();
  const document = `mutation ($id: ID!) { cancelPayment(id: $id) { ${REFUSED} } }`;
  await order.vendure.admin(document, { id: payments[0].id });
}

const send = async (order, quantity) => {
  const { lines } = await order.look();
  await order.change("addFulfillmentToOrder", "FulfillOrderInput", {
    lines: [{ orderLineId: lines[0].id, quantity }],
    handler: { code: "manual-fulfillment", arguments: [{ name: "method", value: "Parcel" }] },
  });
  await bring(order, "Pending", "Shipped");
};

/** All parcels that are in one state come to another. */
const bring = async (order, from, to) => {
  const { fulfillments } = await order.look();
  const document = `mutation ($id: ID!, $to: String!) { transitionFulfillmentToState(id: $id, state: $to) { ${REFUSED} } }`;
  for (const { id } of fulfillments.filter(({ state }) => state === from)) {
    await order.vendure.admin(document, { id, to });
  }
};

/** The shop sends all, a part, or the rest of the lanterns. */
export const ship = (order) => send(order, 3);
export const shipOne = (order) => send(order, 1);
export const shipRest = (order) => send(order, 2);

/** What was sent arrives. */
export const deliver = (order) => bring(order, "Shipped", "Delivered");

/** The shop cancels the whole order. */
export async function cancel(order) {
  await order.look();
  await order.change("cancelOrder", "CancelOrderInput", { orderId: order.id, cancelShipping: true, reason: "returned" });
}

/** The shop cancels one lantern. */
export async function cancelOne(order) {
  const { lines } = await order.look();
  const cancelled = [{ orderLineId: lines[0].id, quantity: 1 }];
  await order.change("cancelOrder", "CancelOrderInput", { orderId: order.id, lines: cancelled });
}

const refund = (part) => async (order) => {
  const { payments } = await order.look();
  const amount = Math.round(payments[0].amount * part);
  order.refunded += amount;
  await order.change("refundOrder", "RefundOrderInput", {
    lines: [],
    shipping: 0,
    adjustment: 0,
    amount,
    paymentId: payments[0].id,
  });
};

/** The shop pays a part back, or everything. */
export const refundPart = refund(0.25);
export const refundAll = refund(1);

const go = (state) => async (order) => {
  const document = `mutation ($id: ID!, $state: String!) { transitionOrderToState(id: $id, state: $state) { ${REFUSED} } }`;
  await order.vendure.admin(document, { id: order.id, state });
  await order.look();
};

/** The shop begins to change the order, or ends that. */
export const beginChanging = go("Modifying");
export const endChanging = go("PaymentSettled");
export const awaitRest = go("ArrangingAdditionalPayment");

const putLanterns = (quantity) => async (order) => {
  const { lines, payments } = await order.look();
  const [line] = lines;
  const input = { dryRun: false, orderId: order.id, adjustOrderLines: [{ orderLineId: line.id, quantity }] };
  if (quantity < line.quantity) {
    const amount = (line.quantity - quantity) * line.unitPriceWithTax;
    order.refunded += amount;
    input.refunds = [{ paymentId: payments[0].id, amount }];
  }
  await order.change("modifyOrder", "ModifyOrderInput", input);
  await order.look();
};

/** The shop makes it five lanterns, or two. */
export const makeItFive = putLanterns(5);
export const makeItTwo = putLanterns(2);

/** The customer pays what is missing, in some other way. */
export async function payRest(order) {
  await order.change("addManualPaymentToOrder", "ManualPaymentInput", {
    orderId: order.id,
    method: "in cash",
    transactionId: "1",
    metadata: {},
  });
}

/** Somebody in the shop begins an order for a customer. */
export async function draft(order) {
  const { createDraftOrder } = await order.vendure.admin("mutation { createDraftOrder { id } }");
  order.id = createDraftOrder.id;
}
