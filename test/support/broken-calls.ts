import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SendService } from "./send-service.ts";

/** An AWS call of the send service, and on which side of it something happens. */
export interface CallSide {
  readonly sdk: "dynamo" | "sqs" | "s3";
  readonly command: string;
  readonly when: "before" | "after";
}

/** Makes AWS calls fail, or the process die at them, at the edge of the SDK's clients. */
export function brokenCalls(service: Pick<SendService, CallSide["sdk"]>) {
  const mended: (() => void)[] = [];

  function intercept(at: CallSide, isMeant: () => boolean, strike: () => Promise<never>): () => void {
    const stack = service[at.sdk].middlewareStack as unknown as DynamoDBClient["middlewareStack"];
    const name = `intercepted-${crypto.randomUUID()}`;
    stack.add(
      (next, context) => async (args) => {
        if (context.commandName !== at.command || !isMeant()) return next(args);
        if (at.when === "after") await next(args);
        return strike();
      },
      { name },
    );
    return () => void stack.remove(name);
  }

  return {
    /** Lets calls fail, before they are made or after: then it is their answer that is lost. */
    fail(at: CallSide, times = Number.POSITIVE_INFINITY): void {
      let left = times;
      const isMeant = () => left-- > 0;
      mended.push(intercept(at, isMeant, () => Promise.reject(new Error("broken on purpose"))));
    },

    mend(): void {
      for (const mend of mended.splice(0)) mend();
    },

    /** Lets the process that does something die at a call, the first after some others. */
    async die(at: CallSide & { readonly skip?: number }, doing: () => Promise<unknown>): Promise<void> {
      let skip = at.skip ?? 0;
      const { promise: death, resolve: dead } = Promise.withResolvers<void>();
      const revive = intercept(
        at,
        () => skip-- <= 0,
        () => {
          dead();
          return new Promise<never>(() => undefined);
        },
      );
      void doing();
      await death;
      revive();
    },
  };
}
