/** A process's room for messages under way, so that many large ones do not exhaust its memory. */
export interface Room {
  /** Runs work when there is room for content of so many bytes; first come, first served. */
  run<T>(bytes: number, work: () => Promise<T>): Promise<T>;
}

/** Places of this size each; what is smaller takes one. An email is held about four times while it goes. */
const placeBytes = 2 * 1024 * 1024;

/** @param places how many small messages may be under way at once */
export function roomOf(places: number): Room {
  let free = places;
  const waiting: { need: number; start: () => void }[] = [];

  function admit(): void {
    for (let next = waiting[0]; next && next.need <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.need;
      next.start();
    }
  }

  return {
    async run(bytes, work) {
      const need = Math.min(Math.max(Math.ceil(bytes / placeBytes), 1), places);
      await new Promise<void>((start) => {
        waiting.push({ need, start });
        admit();
      });
      try {
        return await work();
      } finally {
        free += need;
        admit();
      }
    },
  };
}
