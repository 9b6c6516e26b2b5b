import { inMemoryBytes } from "../mail/mime.ts";

/** A process's room for messages under way, so that many large ones do not exhaust its memory. */
export interface Room {
  /** Runs work when there is room for content of so many bytes; first come, first served. */
  run<T>(bytes: number, work: () => Promise<T>): Promise<T>;
}

/** Large messages take places of this size each. */
const placeBytes = 2 * 1024 * 1024;
const largePlaces = 16;
/** However large a message is, it is a stream, of which only so much is held; the largest go one after the other. */
const mostPlaces = 16;

/**
 * Small messages take a place each; large ones have a room of their own, so that they delay none of the
 * small ones.
 *
 * @param places how many small messages may be under way at once
 */
export function roomOf(places: number): Room {
  const small = turns(places);
  const large = turns(largePlaces);
  return {
    run: (bytes, work) =>
      bytes <= inMemoryBytes
        ? small(1, work)
        : large(Math.min(Math.ceil(bytes / placeBytes), mostPlaces), work),
  };
}

function turns(places: number) {
  let free = places;
  const waiting: { need: number; start: () => void }[] = [];

  function admit(): void {
    for (let next = waiting[0]; next && next.need <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.need;
      next.start();
    }
  }

  return async <T>(need: number, work: () => Promise<T>): Promise<T> => {
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
  };
}
