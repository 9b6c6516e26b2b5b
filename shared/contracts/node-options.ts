/**
 * How Node.js runs a delivery worker. What of a large message lives through two rounds of the nursery counts as
 * lasting, and V8 lets more than 100 MB of it pile up; and the nursery itself grows to 48 MB. With a small one
 * ten messages of 30 MB take 11 to 43 MB.
 */
export const deliverNodeOptions = ["--max-semi-space-size=2"] as const;
