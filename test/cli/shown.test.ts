import { describe, expect, it } from 'vitest';
import { shown, unshown } from '../../src/cli/shown.ts';

describe('shown', () => {
  it('writes out what would move the cursor, colour the terminal or turn the text', () => {
    expect(shown('a\nb\tc')).toBe('a\\nb\\tc');
    expect(shown('\u001b[31mred\u0007.jpg')).toBe('\\x1b[31mred\\x07.jpg');
    expect(shown('\u009b2J')).toBe('\\x9b2J');
    expect(shown('gpj.\u202eexe')).toBe('gpj.\\u202eexe');
    expect(shown('bad\udcff.jpg')).toBe('bad\\udcff.jpg');
  });

  it('leaves names of all scripts as they are', () => {
    const name = 'ünï 图 😀 "quoted" `x` $(y).jpg';
    expect(shown(name)).toBe(name);
  });

  it('is undone, so that a name can be copied from a list into a command', () => {
    for (const name of [
      'a\nb\tc.jpg',
      '\u001b[31m.jpg',
      'gpj.\u202eexe',
      'caf\udce9.jpg',
      'ünï 图.jpg',
    ])
      expect(unshown(shown(name))).toBe(name);
  });
});
