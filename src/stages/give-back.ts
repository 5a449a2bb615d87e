// Gives memory of arrays back at once. It lies outside of V8's heap, but counts as its growth: left to the collector, a few
// dozen pictures start it, and it goes through everything that is alive.

/** Empties the array, where it fills its buffer: call it when nobody will look at the array again. */
export function giveBack({ buffer, byteLength }: Uint8Array | Float32Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
