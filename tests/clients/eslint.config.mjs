// What graphql-eslint asks of schema.graphql: all that it recommends for schemas, Relay's rules, and some more. Each
// exception stands here with its reason; see clients/lint.rs beside the tests.

import graphql from "@graphql-eslint/eslint-plugin";

const rules = {
  ...graphql.configs["flat/schema-recommended"].rules,
  ...graphql.configs["flat/schema-relay"].rules,
  "@graphql-eslint/input-name": "error",
  "@graphql-eslint/no-scalar-result-type-on-mutation": "error",
  "@graphql-eslint/require-deprecation-reason": "error",
  "@graphql-eslint/require-nullable-fields-with-oneof": "error",

  // Relay says what a connection must have, and lets it have more.
  "@graphql-eslint/relay-edge-types": [
    "error",
    {
      // Ours also list their nodes, as GitHub's and Shopify's do, for those who need no cursor of each; and what is
      // no connection may hold a short list whole.
      listTypeCanWrapOnlyEdgeType: false,
      // Relay lets a node be of any type. Counts, changes in a history and failures of a run have no id, see below.
      shouldImplementNode: false,
    },
  ],

  // What can be asked for again, or is referred to from elsewhere, has an id. The rest is a part of what has one:
  "@graphql-eslint/strict-id-in-types": [
    "error",
    {
      exceptions: {
        suffixes: [
          // a page and its rows, of the list that was asked for;
          "Connection",
          "Edge",
          // what came of one mutation;
          "Payload",
        ],
        types: [
          // where a page lies in its list;
          "PageInfo",
          // whoever asks, of whom there is one in each answer;
          "Viewer",
          // a word of a source, which is known by itself;
          "StatusMapping",
          // what came of trying a source;
          "OrderSourceCheck",
          // an amount, which is equal to every other of the same value;
          "Money",
          // why a mutation did nothing, or nothing to one of its orders;
          "ImportOrderError",
          "UserError",
          // figures that are counted when they are asked for, known by what they were asked with;
          "AffiliateBalance",
          "Kpi",
          "KpiPoint",
          "KpiReport",
          "LastSync",
          "OrdersReportSummary",
          "PromotedOrderCount",
          "UnmappedStatus",
          // the settings of a shop, which it has once;
          "OrderCountFactor",
          "ShopSettings",
          // parts of a sync run, and of a history, where each has its number within the shop.
          "StatusChange",
          "SyncFailure",
          "TransitionCount",
        ],
      },
    },
  ],
};

export default [
  {
    files: ["**/*.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "schema.graphql" } },
    },
    rules,
  },
];
