// What moves between the main thread and the worker, instead of being copied.

/** The buffers of all arrays in a message, each once. The arrays fill them. Shared memory stays where it is. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(buffersOf))];
}
