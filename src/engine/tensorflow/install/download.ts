// Downloads one file: goes on where an earlier attempt stopped, and gives it its name only when size and sha256 are right.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InstallError } from './install-error.ts';

export interface DownloadOptions {
  readonly url: string;
  /** Where the file goes; what is incomplete lies beside it under `.part`. */
  readonly file: string;
  /** Expected digest, in hexadecimal digits. */
  readonly sha256?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @returns the sha256 of the file. @throws InstallError, retryable where the network or the server is to blame */
export async function download({ url, file, sha256, signal }: DownloadOptions): Promise<string> {
  const part = `${file}.part`;
  await fetchInto(part, url, signal);
  const digest = await sha256Of(part);
  if (sha256 !== undefined && digest !== sha256.toLowerCase()) {
    await forget(part);
    throw new InstallError(
      `${url} has sha256 ${digest}, expected ${sha256}: it is damaged or another file, and was removed`,
      { isRetryable: true },
    );
  }
  await rename(part, file);
  await forget(part);
  return digest;
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function fetchInto(part: string, url: string, signal?: AbortSignal): Promise<void> {
  const there = await sizeOf(part);
  const tag = await readFile(`${part}.etag`, 'utf8').catch(() => '');
  // Without the tag of the earlier attempt nothing says that the rest belongs to the same file.
  const isResumed = there > 0 && tag !== '';
  const headers: Record<string, string> = isResumed
    ? { range: `bytes=${there}-`, 'if-range': tag }
    : {};
  const response = await fetch(url, { headers, signal: signal ?? null }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw unreachable(url, error);
  });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    if (response.status === 416) await forget(part);
    throw refused(url, response.status);
  }
  const start = response.status === 206 ? there : 0;
  await writeFile(`${part}.etag`, response.headers.get('etag') ?? '');
  const length = response.headers.get('content-length');
  const expected = length === null ? undefined : start + Number(length);
  const sink = createWriteStream(part, { flags: start > 0 ? 'a' : 'w' });
  let cut: unknown;
  try {
    await pipeline(Readable.fromWeb(response.body), sink, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (sink.errored && (sink.errored as NodeJS.ErrnoException).syscall) throw error; // the disk's fault
    cut = error;
  }
  const got = await sizeOf(part);
  if (cut === undefined && (expected === undefined || got === expected)) return;
  throw new InstallError(
    `the download of ${url} stopped after ${got} of ${expected ?? 'unknown'} bytes: run the command again, and it goes on from there`,
    { isRetryable: true, cause: cut },
  );
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

async function forget(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.etag`, { force: true });
}

function unreachable(url: string, error: unknown): InstallError {
  const { cause } = error as Error;
  const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? (error as Error).message;
  return new InstallError(
    `cannot reach ${new URL(url).host} (${reason}): run the command again where there is network, or name a copy with --mirror URL, or use --from pip`,
    { isRetryable: true, cause: error },
  );
}

const refused = (url: string, status: number): InstallError =>
  new InstallError(
    `${url} answers with status ${status}: name a place that has it with --mirror URL, or use --from pip`,
    {
      isRetryable: status === 416 || status === 429 || status >= 500,
    },
  );
