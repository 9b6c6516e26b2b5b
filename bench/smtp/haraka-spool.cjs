// A plugin of Haraka: takes every message, and answers when the disk has it.
const { createWriteStream, rename } = require("node:fs");
const { join } = require("node:path");

exports.hook_rcpt = (next) => next(OK);

exports.hook_queue = (next, connection) => {
  const { transaction } = connection;
  const file = join(process.env.SPOOL, transaction.uuid);
  const spool = createWriteStream(`${file}.part`, { flush: true });
  spool.once("error", (error) => next(DENYSOFT, error.message));
  spool.once("close", () =>
    rename(`${file}.part`, file, (error) => (error ? next(DENYSOFT, error.message) : next(OK))),
  );
  transaction.message_stream.pipe(spool);
};
