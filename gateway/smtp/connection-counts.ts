import type { ConnectionLeaseStore, LeaseHolder } from "../../shared/accounts/connection-lease-store.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger } from "../../shared/platform/observability.ts";

/** Gives back what was counted. */
export type Leave = () => Promise<void>;

/**
 * Connections by account and by address, of this process and, by leases, of all. Who is over a limit here
 * is over it everywhere, and costs no call.
 */
export class ConnectionCounts {
  readonly #leases: ConnectionLeaseStore;
  readonly #here = new Map<string, number>();

  constructor(leases: ConnectionLeaseStore) {
    this.#leases = leases;
  }

  /**
   * Counts a connection.
   *
   * @returns undefined if the holder has as many as it may
   * @throws what the lease store throws
   */
  async enter(holder: LeaseHolder, connectionId: string, limit: number): Promise<Leave | undefined> {
    const key = JSON.stringify(holder);
    if ((this.#here.get(key) ?? 0) >= limit) return undefined;
    this.#add(key, 1);
    try {
      if (await this.#leases.take(holder, connectionId, limit)) {
        return () => {
          this.#add(key, -1);
          return this.#leases.release(holder, connectionId);
        };
      }
    } catch (error) {
      this.#add(key, -1);
      throw error;
    }
    this.#add(key, -1);
    return undefined;
  }

  /** As `enter`, but while the other processes cannot be asked this one's own count decides. */
  async enterAnyway(holder: LeaseHolder, connectionId: string, limit: number): Promise<Leave | undefined> {
    try {
      return await this.enter(holder, connectionId, limit);
    } catch (error) {
      logger.warn("connections could not be counted", { failure: failureOf(error) });
      return this.#enterHere(JSON.stringify(holder), limit);
    }
  }

  #enterHere(key: string, limit: number): Leave | undefined {
    if ((this.#here.get(key) ?? 0) >= limit) return undefined;
    this.#add(key, 1);
    return async () => this.#add(key, -1);
  }

  #add(key: string, change: number): void {
    const count = (this.#here.get(key) ?? 0) + change;
    if (count > 0) this.#here.set(key, count);
    else this.#here.delete(key);
  }
}
