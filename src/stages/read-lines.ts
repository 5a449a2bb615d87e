// The lines of a list file, as paths: ended by line feeds, or by NULs as `find -print0` writes them.
import { createReadStream } from 'node:fs';
import { pathOf } from '../../db/raw-path.ts';

const [NUL, LINE_FEED, CARRIAGE_RETURN] = [0x00, 0x0a, 0x0d];

/** A file with a NUL in its first piece (64 KiB) is ended by NULs, so that names may have line breaks. */
export async function* readLines(file: string): AsyncGenerator<string, void, undefined> {
  let rest = Buffer.alloc(0);
  let end: number | undefined;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    end ??= chunk.includes(NUL) ? NUL : LINE_FEED;
    for (let at = rest.indexOf(end); at !== -1; at = rest.indexOf(end)) {
      yield textOf(rest.subarray(0, at), end);
      rest = rest.subarray(at + 1);
    }
  }
  if (rest.length > 0) yield textOf(rest, end ?? LINE_FEED);
}

function textOf(line: Buffer, end: number): string {
  const isReturn = end === LINE_FEED && line.at(-1) === CARRIAGE_RETURN;
  return pathOf(isReturn ? line.subarray(0, -1) : line);
}
