// Reads a file and says which picture it holds: hash of its bytes, facts of the file, header of the picture.
import { hash } from 'node:crypto';
import { closeSync, open, read as readDescriptor } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { FileFacts } from '../../db/catalog.ts';
import { rawPath } from '../../db/raw-path.ts';
import { PictureError } from '../image/picture-error.ts';
import { readPictureInfo, type PictureInfo } from '../image/picture-info.ts';
import { fileError } from './file-error.ts';
import { SampleError } from './sample-error.ts';

export interface Identity {
  readonly path: string;
  /** Hex, of `bytes`. */
  readonly sha256: string;
  readonly facts: FileFacts;
  readonly bytes: Buffer;
  readonly info: PictureInfo;
}

// Without a FileHandle, whose closing is one more errand of another thread.
const openFile = promisify(open);
const readInto = promisify(readDescriptor);

/** Larger files are refused: no picture of a camera comes near. */
const LARGEST_FILE = 2 ** 29;

/** @throws {SampleError} for a path without a readable, regular file. */
export async function statPicture(path: string): Promise<FileFacts> {
  const stats = await stat(rawPath(path)).catch((error: unknown) => {
    throw fileError(error, path, 'identify');
  });
  const refuse = (reason: string) => new SampleError({ stage: 'identify', path, reason });
  if (stats.isDirectory()) throw refuse('it is a folder, not a picture');
  if (!stats.isFile()) throw refuse('it is not a regular file');
  return { bytes: stats.size, mtime: stats.mtimeMs, inode: stats.ino };
}

/**
 * @param facts what `statPicture` said just before.
 * @throws {SampleError} for a file that cannot be read or is no picture.
 */
export async function identify(path: string, facts: FileFacts): Promise<Identity> {
  const refuse = (reason: string, cause?: unknown) =>
    new SampleError({ stage: 'identify', path, reason, cause, facts });
  if (facts.bytes === 0) throw refuse('the file is empty (0 bytes)');
  if (facts.bytes > LARGEST_FILE) {
    throw refuse(`the file has ${facts.bytes} bytes, more than the limit of ${LARGEST_FILE}`);
  }
  const bytes = await read(path, facts.bytes);
  const info = await readPictureInfo(bytes).catch((error: unknown) => {
    throw error instanceof PictureError ? refuse(error.message, error) : error;
  });
  return { path, sha256: hash('sha256', bytes), facts, bytes, info };
}

/** @param size of the file; what has been added since waits for the next look, which sees other facts */
async function read(path: string, size: number): Promise<Buffer> {
  try {
    const file = await openFile(rawPath(path), 'r');
    try {
      const bytes = Buffer.allocUnsafeSlow(size);
      const { bytesRead } = await readInto(file, bytes, 0, size, 0);
      // Less than was asked for: a file that shrank, or a file system that answers in parts.
      return bytesRead === size ? bytes : await readFile(rawPath(path));
    } finally {
      // A file that was only read has nothing to wait for.
      closeSync(file);
    }
  } catch (error) {
    throw fileError(error, path, 'identify');
  }
}
