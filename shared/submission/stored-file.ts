/**
 * A file that was too large to be kept in memory while its request was read: a door puts it in the place
 * of an attachment's `content`. A class, since what a customer writes can have any form but this.
 */
export class StoredFile {
  /** Key of the object in the payload bucket that holds the decoded bytes. */
  readonly key: string;
  /** How many bytes the text stands for. Of a file that makes its email too large no object need exist. */
  readonly bytes: number;
  /** Whether the text was base64. */
  readonly isSound: boolean;

  constructor({ key, bytes, isSound }: { key: string; bytes: number; isSound: boolean }) {
    this.key = key;
    this.bytes = bytes;
    this.isSound = isSound;
  }
}
