import type { TestProject } from "vitest/node";
import { type DynamoEngineName, startDynamoEngine, whyAbsent } from "../../local/engines/dynamodb.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Engines that all files of a run share; a file has tables of its own in them. */
    readonly dynamoUrls?: Readonly<Partial<Record<DynamoEngineName, string>>>;
  }
}

/** One start of each engine for a whole run: DynamoDB Local takes seconds, and again as long to be fast. */
export default async function shareEngines(project: TestProject): Promise<() => Promise<void>> {
  const names: DynamoEngineName[] = ["dynoxide", "dynamodb-local"];
  const present = await Promise.all(
    names.map(async (name) => ((await whyAbsent(name)) === undefined ? [name] : [])),
  );
  const engines = await Promise.all(present.flat().map((engine) => startDynamoEngine({ engine })));
  project.provide("dynamoUrls", Object.fromEntries(engines.map(({ engine, url }) => [engine, url])));
  return async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
  };
}
