export type ExportStatus = "waiting" | "running" | "finished";

/** One list on its way into a file, part by part. */
export interface ListExport {
  /** UUID v7. */
  readonly id: string;
  readonly accountId: number;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly status: ExportStatus;
  /** Rows of these domains only. */
  readonly domainIds?: readonly number[] | undefined;
  /** Where the file is in the payload bucket once it is finished. */
  readonly key: string;
  /** Rows in the parts so far. */
  readonly rows: number;
  /** The last of them: a repeat goes on after it. */
  readonly lastId?: string | undefined;
  readonly uploadId?: string | undefined;
  /** Entity tags of the parts, in order. */
  readonly parts: readonly string[];
  readonly finishedAt?: number | undefined;
}
