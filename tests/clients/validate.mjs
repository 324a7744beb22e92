// Asks the server for each of the documents whether it can be run, and GraphQL's own implementation too; see
// clients/validate.rs beside the tests.

import { readFile } from "node:fs/promises";

import { buildSchema, getVariableValues, isEnumType, isInputObjectType, isListType, isNonNullType } from "graphql";
import { parse, typeFromAST, validate } from "graphql";

import { alike, different } from "./documents.mjs";

const { URL: url, TOKEN: token } = process.env;

const schema = buildSchema(await readFile(new URL("../../schema.graphql", import.meta.url), "utf8"));

/** Something of a type. */
function sample(type) {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return [sample(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0].name;
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(needed.map((field) => [field.name, sample(field.type)]));
  }
  return { Boolean: true, ID: "x", Int: 1, String: "x" }[type?.name];
}

/** The operation that is asked for where there are several. */
const operationName = (query) => (query.includes("query A") ? "A" : undefined);

/** Values for the variables of an operation. */
function samples({ variableDefinitions = [] } = {}) {
  return Object.fromEntries(
    variableDefinitions.map(({ variable, type }) => [variable.name.value, sample(typeFromAST(schema, type))]),
  );
}

/** What GraphQL's own implementation has against a document and values, and the values where none are given. */
function complaint(query, given) {
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return { refused: error.message };
  }
  const operation = document.definitions.find(
    ({ kind, name }) => kind === "OperationDefinition" && name?.value === operationName(query),
  );
  const variables = given ?? samples(operation);
  const [invalid] = validate(schema, document);
  if (invalid) return { refused: invalid.message, variables };
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return { refused: errors?.[0].message, variables };
}

/** What the server has against them: with this type, its status says whether it began. */
async function refusal(query, variables) {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json",
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ query, variables, operationName: operationName(query) }),
  });
  const { errors } = await answer.json();
  return answer.status === 400 ? errors[0].message : undefined;
}

/** Whether both say what is expected of them. */
async function holds(asked, isAlike) {
  const [query, given] = [asked].flat();
  const { refused, variables } = complaint(query, given);
  const found = await refusal(query, variables);
  const holds = isAlike ? !found === !refused : !found && refused;
  if (!holds) console.log(`${JSON.stringify(asked)}\n  GraphQL: ${refused}\n  the server: ${found}`);
  return holds;
}

let wrong = 0;
for (const asked of alike) wrong += (await holds(asked, true)) ? 0 : 1;
for (const asked of different) wrong += (await holds(asked, false)) ? 0 : 1;
console.log(`${alike.length} documents alike, ${different.length} different, ${wrong} not as expected`);
process.exitCode = wrong ? 1 : 0;
