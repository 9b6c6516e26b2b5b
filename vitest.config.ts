import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "{shared,functions,gateway,local,cdk,command}/**/*.test.ts",
            "test/gateway/**/*.test.ts",
            "test/vectors/*.test.ts",
          ],
          testTimeout: 20_000,
          // What is waited for comes in milliseconds, on a machine that has time for it.
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          name: "infra",
          include: ["test/infra/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "contract",
          include: ["test/contract/**/*.test.ts"],
          globalSetup: ["test/support/shared-engines.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "system",
          include: ["test/system/**/*.test.ts"],
          globalSetup: ["test/support/shared-template.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
    // One more than the two cores of a small machine: files of the system wait for much of their time.
    maxWorkers: 3,
  },
});
