// What is thrown when a label file is not as expected: always names the file, and the entry and field where there is one.

export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly file: string;

  /** @param problem such as `annotation 17: bbox: expected 4 numbers, got 3` */
  constructor(file: string, problem: string, options?: ErrorOptions) {
    super(`${file}: ${problem}`, options);
    this.file = file;
  }
}
