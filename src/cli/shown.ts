// Names and reasons as a terminal may show them: what would move its cursor or change its colours is written out.

/** Control characters become `\n`, `\t` or `\x1b`, halves of characters `\udcff`: a line stays a line, and a file cannot speak in our name. */
export function shown(text: string): string {
  return text.replaceAll(
    /\p{Cc}|\p{Cs}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => {
      const code = character.charCodeAt(0);
      const named = NAMED[character];
      if (named !== undefined) return named;
      return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
    },
  );
}

/** What a name stands for that somebody copied from such a line; a text without escapes as it is. */
export function unshown(text: string): string {
  return text.replaceAll(
    /\\(?:([nrt])|x([0-9a-f]{2})|u([0-9a-f]{4}))/g,
    (_, name: string | undefined, short: string | undefined, long: string | undefined) =>
      name === undefined
        ? String.fromCharCode(parseInt(short ?? long!, 16))
        : Object.keys(NAMED).find((character) => NAMED[character] === `\\${name}`)!,
  );
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
