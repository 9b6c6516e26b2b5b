import {
  type BlockDescription,
  type DecodedIds,
  decodeColumn,
  decodeIds,
  type SectionName,
} from "./log-block.ts";
import type { LogBlockClient } from "./log-block-client.ts";
import type { Condition } from "./log-filters.ts";
import type { IdRange } from "./log-index-store.ts";

/** Which messages of a block were found: 1 at their places. */
export interface MatchedBlock {
  readonly block: BlockDescription;
  readonly mask: Uint8Array;
  readonly count: number;
}

export interface BlockSearch {
  readonly conditions: readonly Condition[];
  readonly range: IdRange;
  /** Messages that are known better from elsewhere: what the block says of them does not count. */
  readonly looseIds: readonly string[];
}

/** Finds messages in a block; only the columns that conditions are about are read. */
export async function evaluateBlock(
  blocks: LogBlockClient,
  block: BlockDescription,
  { conditions, range, looseIds }: BlockSearch,
): Promise<MatchedBlock> {
  const mask = new Uint8Array(block.count).fill(1);
  await Promise.all(conditions.map((condition) => strike(blocks, block, condition, mask)));
  const hidden = looseIds.filter((id) => id >= block.first && id <= block.last);
  if (hidden.length > 0 || block.first < range.first || block.last > range.last) {
    const ids = await idsOf(blocks, block);
    mask.fill(0, 0, ids.placeFrom(range.first));
    mask.fill(0, ids.placeFrom(range.last) + (ids.placeOf(range.last) < 0 ? 0 : 1));
    for (const place of hidden.map((id) => ids.placeOf(id))) if (place >= 0) mask[place] = 0;
  }
  return { block, mask, count: mask.reduce((sum, found) => sum + found, 0) };
}

/** Strikes out what one condition does not accept: asked once for each value that there is. */
async function strike(
  blocks: LogBlockClient,
  block: BlockDescription,
  { column, accepts, hints }: Condition,
  mask: Uint8Array,
): Promise<void> {
  const decoded = await decodeColumn(await sectionOf(blocks, block, column), block.count, hints);
  if (decoded === undefined) {
    mask.fill(0);
    return;
  }
  const { values, codes } = decoded;
  const accepted = Uint8Array.from(values, (value) => Number(accepts(value)));
  for (let place = 0; place < mask.length; place += 1) {
    mask[place] = (mask[place] ?? 0) & (accepted[codes[place] ?? 0] ?? 0);
  }
}

/**
 * The newest of what was found, newest first: ids before `after`.
 *
 * @param matched newest block first
 */
export async function pageOfBlocks(
  blocks: LogBlockClient,
  matched: readonly MatchedBlock[],
  { after, wanted }: { after: string; wanted: number },
): Promise<string[]> {
  const waiting = matched.filter(({ block, count }) => count > 0 && block.first < after);
  const page: string[] = [];
  while (waiting.length > 0 && page.length < wanted) {
    const group = takeGroup(waiting, wanted - page.length);
    const found = await Promise.all(
      group.map(async (one) => newestIn(one, await idsOf(blocks, one.block), { after, wanted })),
    );
    page.push(...found.flat());
  }
  return page.slice(0, wanted);
}

/** As many blocks as may suffice, to be read at once. */
function takeGroup(waiting: MatchedBlock[], wanted: number): MatchedBlock[] {
  let expected = 0;
  const last = waiting.findIndex(({ count }) => {
    expected += count;
    return expected >= wanted;
  });
  return waiting.splice(0, last < 0 ? waiting.length : last + 1);
}

function newestIn(
  { mask }: MatchedBlock,
  ids: DecodedIds,
  { after, wanted }: { after: string; wanted: number },
): string[] {
  const found: string[] = [];
  const end = after === lastOfAll ? mask.length : ids.placeFrom(after);
  for (let place = end - 1; place >= 0 && found.length < wanted; place -= 1) {
    if (mask[place] === 1) found.push(ids.at(place));
  }
  return found;
}

/** Sorts after every id. */
export const lastOfAll = "~";

async function idsOf(blocks: LogBlockClient, block: BlockDescription): Promise<DecodedIds> {
  return await decodeIds(await sectionOf(blocks, block, "ids"), block.count);
}

function sectionOf(blocks: LogBlockClient, { key, sections }: BlockDescription, name: SectionName) {
  return blocks.section(key, sections[name]);
}
