/** Takes units out of a limit that all processes share, all of them or none. */
type TakeShared = (count: number) => Promise<boolean>;

interface Waiting {
  readonly count: number;
  hasAsked: boolean;
  resolve(taken: boolean): void;
  reject(error: unknown): void;
}

/** Limits below this many times a share are exact to the unit; above, a process may keep that part idle. */
const sharesInLimit = 1_500;
const largestShare = 50;

/**
 * How many units a process takes at once out of a limit. Usual limits (150 requests in 10 s, 800 emails in
 * an hour) are taken unit by unit, so that they are exact.
 */
export function shareOf(limit: number): number {
  return Math.min(Math.max(Math.floor(limit / sharesInLimit), 1), largestShare);
}

/**
 * A process's part of a limit: units are taken out of it in handfuls, and handed out one by one. What is
 * handed out was always taken first, so that all processes together never exceed the limit; what a process
 * keeps at the end is lost to the others.
 */
export class LeasedUnits {
  readonly #takeShared: TakeShared;
  readonly #waiting: Waiting[] = [];
  #share: number;
  #left = 0;
  #wanted = 0;
  #coming = 0;

  constructor(share: number, takeShared: TakeShared) {
    this.#share = share;
    this.#takeShared = takeShared;
  }

  /**
   * Takes units, all or none.
   *
   * @returns false where the limit does not hold so many any more
   * @throws what the shared limit throws
   */
  async take(count: number): Promise<boolean> {
    if (this.#waiting.length === 0 && this.#left >= count) {
      this.#left -= count;
      return true;
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ count, resolve, reject, hasAsked: false });
      this.#wanted += count;
      this.#serve((waiting) => waiting.resolve(false));
    });
  }

  /** Serves in order; whom neither what is left nor what is coming can serve asks, and is then turned away. */
  #serve(turnAway: (waiting: Waiting) => void): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      if (first.count <= this.#left) {
        this.#left -= first.count;
        this.#remove(first).resolve(true);
        continue;
      }
      if (this.#left + this.#coming >= this.#wanted) return;
      const next = this.#waiting.find(({ hasAsked }) => !hasAsked);
      if (next) void this.#fetch(next);
      else turnAway(this.#remove(first));
    }
  }

  /** One call for one who waits; the others find what it brings beyond. */
  async #fetch(waiting: Waiting): Promise<void> {
    waiting.hasAsked = true;
    const units = Math.max(waiting.count, this.#share);
    this.#coming += units;
    try {
      const taken = await this.#takeAtMost(units, waiting.count);
      this.#coming -= units;
      this.#left += taken;
      this.#serve(({ resolve }) => resolve(false));
    } catch (error) {
      this.#coming -= units;
      this.#serve(({ reject }) => reject(error));
    }
  }

  /** Near its end a limit holds no handful, but perhaps what is asked for. */
  async #takeAtMost(units: number, count: number): Promise<number> {
    if (await this.#takeShared(units)) return units;
    this.#share = 1;
    return count < units && (await this.#takeShared(count)) ? count : 0;
  }

  #remove(waiting: Waiting): Waiting {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    this.#wanted -= waiting.count;
    return waiting;
  }
}
