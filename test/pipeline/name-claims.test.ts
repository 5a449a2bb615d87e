import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BoxMatch } from '../../src/formats/box-index.ts';
import { createNameClaims } from '../../src/pipeline/name-claims.ts';
import { temporaryFolder } from '../support/folder.ts';

const match: BoxMatch = {
  people: [
    {
      ...{ annotationId: 1, imageId: 1, fileName: 'x.jpg', keypoints: null },
      box: { x: 0, y: 0, width: 9, height: 9 },
      ...{ area: 81, crowd: false, score: 1 },
    },
  ],
  kind: 'whole',
  file: 'boxes.json',
};

function files(contents: Readonly<Record<string, string>>): string[] {
  const folder = temporaryFolder();
  return Object.entries(contents).map(([name, content]) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  });
}

describe('createNameClaims', () => {
  it('refuses two different pictures that fit one name, of equal size or not', async () => {
    for (const other of ['two', 'longer']) {
      const [a, b] = files({ 'a/x.jpg': 'one', 'b/x.jpg': other }) as [string, string];
      const claim = createNameClaims();
      await claim(match, a);
      await expect(claim(match, b)).rejects.toThrow(
        `${a}, ${b}: expected one picture to fit x.jpg of boxes.json, got two different ones.`,
      );
    }
  });

  it('takes copies, the same file again, and a picture that moved', async () => {
    const [a, b] = files({ 'a/x.jpg': 'one', 'b/x.jpg': 'one' }) as [string, string];
    const claim = createNameClaims();
    for (const path of [a, b, b]) await claim(match, path);
    rmSync(b);
    const [c] = files({ 'c/x.jpg': 'another' }) as [string];
    await claim(match, c);
    await expect(claim(match, a)).rejects.toThrow('got two different ones');
  });
});
