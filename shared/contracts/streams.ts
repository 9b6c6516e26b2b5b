import * as z from "zod";

/** The two sending streams; the host that a request arrives at is what chooses. */
export const streamSchema = z.enum(["transactional", "bulk"]);

export type Stream = z.infer<typeof streamSchema>;

export const streams = streamSchema.options;
