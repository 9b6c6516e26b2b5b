import { setImmediate as turn } from "node:timers/promises";

interface Waiting<One, Answer> extends PromiseWithResolvers<Answer> {
  readonly one: One;
}

/**
 * Lets what one process asks for at the same time go together: what comes in the same turn of the event loop, and,
 * while a call is under way, all that comes meanwhile.
 *
 * @param most goes in one call
 * @param together answers in the order of what it was given; throws where all of it failed
 */
export function gathered<One, Answer>(
  most: number,
  together: (all: readonly One[]) => Promise<readonly (Answer | Promise<Answer>)[]>,
): (one: One) => Promise<Answer> {
  const waiting: Waiting<One, Answer>[] = [];
  let isBusy = false;

  return (one) => {
    const asked = { one, ...Promise.withResolvers<Answer>() };
    waiting.push(asked);
    if (!isBusy) void workOff();
    return asked.promise;
  };

  async function workOff(): Promise<void> {
    isBusy = true;
    await turn();
    while (waiting.length > 0) await answer(waiting.splice(0, most));
    isBusy = false;
  }

  async function answer(group: readonly Waiting<One, Answer>[]): Promise<void> {
    try {
      const answers = await together(group.map(({ one }) => one));
      for (const [place, { resolve }] of group.entries()) resolve(answers[place] as Answer);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
