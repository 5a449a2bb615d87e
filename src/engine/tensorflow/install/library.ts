// What both sources of the TensorFlow library take and give.

export interface FetchOptions {
  /** Empty folder that the library goes to. */
  readonly folder: string;
  /** Kept between attempts. */
  readonly downloads: string;
  readonly gpu: boolean;
  /** Expected digest of the archive or the wheel. */
  readonly sha256?: string | undefined;
  /** Replaces the place that it comes from. */
  readonly mirror?: string | undefined;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Library {
  readonly version: string;
  readonly sha256: string;
  /** Inside of FetchOptions.folder. */
  readonly folder: string;
  readonly main: string;
  readonly framework: string;
}
