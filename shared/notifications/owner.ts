import type { Owner } from "../platform/notice.ts";
import type { NoticeStore } from "./notice-store.ts";

/** Tells accounts' owners by notices, which their list has at once and their mailbox within minutes. */
export function ownerOf(notices: Pick<NoticeStore, "add">): Owner {
  return {
    async tell(accountId, news) {
      await notices.add(accountId, news);
    },
  };
}
