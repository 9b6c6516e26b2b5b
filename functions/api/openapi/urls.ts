/** Where the hosts are, each without a trailing slash. */
export interface HostUrls {
  /** This API. */
  readonly api: string;
  /** The send hosts of the two streams. */
  readonly send: string;
  readonly bulk: string;
  /** The pages that links in mail lead to. */
  readonly track: string;
}
