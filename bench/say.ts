// What a bench tells besides its result: to stderr, the result alone is on stdout.

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
