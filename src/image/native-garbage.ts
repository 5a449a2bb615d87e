// What a native decoder keeps of pictures until the objects around them are collected.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that pile up before they are collected. */
const MOST = 32 * 2 ** 20;

let kept = 0;
let collectYoung: (() => void) | undefined;

/**
 * Says that so many bytes are garbage soon. V8 does not count them: it sees a few small objects and no reason to look for
 * dead ones, while a gigabyte piles up beside its heap. Now and then this takes a millisecond, for young objects.
 */
export function noteNativeGarbage(bytes: number): void {
  kept += bytes;
  if (kept < MOST) return;
  kept = 0;
  collectYoung ??= youngCollector();
  collectYoung();
}

function youngCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('globalThis.gc') as NodeJS.GCFunction | undefined;
  return () => {
    gc?.({ type: 'minor' });
  };
}
