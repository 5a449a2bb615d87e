// What is wrong with a checkpoint's bytes: readers throw it, and whoever knows the file puts its name in front.

/** Says what was expected and what came, without the file's name. */
class CheckpointProblem extends Error {
  override readonly name = 'CheckpointProblem';
}

/** Names out of the file may be long or hold anything: what is shown of them is neither. */
export function refuse(problem: string): never {
  throw new CheckpointProblem(printable(problem).slice(0, LONGEST));
}

/** Without the characters that would steer a terminal. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?');

const LONGEST = 600;

/** Puts the file's name in front of a problem; other errors pass. */
export function named<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CheckpointProblem)) throw error;
    throw new Error(`${source} cannot be read as a checkpoint: ${error.message}`, { cause: error });
  }
}
