const bytesPerMs = 4_000;

/** How much longer a call may last that carries so many bytes, at what a small worker surely gets through. */
export function transferMs(bytes: number): number {
  return Math.ceil(bytes / bytesPerMs);
}
