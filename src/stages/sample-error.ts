// A datum that cannot be used. It is set aside and the stream goes on; every other error stops a run.
import type { FileFacts } from '../../db/catalog.ts';

export interface SampleFailure {
  /** The stage that refused it: `identify`, `decode`, `crop`, … */
  readonly stage: string;
  readonly path: string;
  /** One sentence for the owner of the picture, without the path. */
  readonly reason: string;
  readonly cause?: unknown;
  /** The file as it failed, where the failure lies in its bytes: unchanged, it would fail again. */
  readonly facts?: FileFacts;
  /** It stands in quarantine since an earlier run, has not changed, and was not tried again. @default false */
  readonly isKnown?: boolean;
}

export class SampleError extends Error {
  override readonly name = 'SampleError';
  readonly stage: string;
  readonly path: string;
  readonly reason: string;
  readonly facts: FileFacts | undefined;
  readonly isKnown: boolean;

  constructor({ stage, path, reason, cause, facts, isKnown = false }: SampleFailure) {
    super(`${path}: ${reason} (${stage})`, cause === undefined ? {} : { cause });
    this.stage = stage;
    this.path = path;
    this.reason = reason;
    this.facts = facts;
    this.isKnown = isKnown;
  }
}
