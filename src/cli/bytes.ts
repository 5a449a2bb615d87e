// Numbers of bytes as people write them: `500000`, `512M`, `2G`; units are powers of 1024.
import { UsageError } from '../config/resolve.ts';

const UNITS = ['', 'K', 'M', 'G', 'T'];

/** @param flag for the message @throws UsageError */
export function byteCount(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text);
  if (!match) {
    throw new UsageError(
      `${flag} ${text}: expected a number of bytes, as 500000, 512M or 2G (powers of 1024)`,
    );
  }
  return Math.round(Number(match[1]) * 1024 ** UNITS.indexOf(match[2]!.toUpperCase()));
}

/** `1.5 GiB` */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  return power === 0 ? `${bytes} bytes` : `${value.toFixed(value < 10 ? 1 : 0)} ${UNITS[power]!}iB`;
}
