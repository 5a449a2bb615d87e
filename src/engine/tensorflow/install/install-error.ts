// What an installation ends with when it cannot go on: one sentence, and whether trying again later may help.

export class InstallError extends Error {
  override readonly name = 'InstallError';
  /** Outside of what the user decides: no network, a broken download, a full disk. */
  readonly isRetryable: boolean;

  constructor(
    message: string,
    options: { readonly isRetryable?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.isRetryable = options.isRetryable ?? false;
  }
}

/** Names what could not be written, and why, for errors of the file system; hands on all others. */
export function asInstallError(error: unknown, folder: string): unknown {
  if (error instanceof InstallError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const what = isFull ? 'there is no room left in' : 'cannot write to';
  const advice = isFull
    ? 'make room and run the command again'
    : 'choose another folder with --dir';
  return new InstallError(`${what} ${folder} (${code}): ${advice}`, {
    isRetryable: isFull,
    cause: error,
  });
}
