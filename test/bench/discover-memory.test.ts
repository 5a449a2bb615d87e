import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';

const script = fileURLToPath(new URL('../../bench/discover-memory.ts', import.meta.url));

it.runIf(process.platform === 'linux')(
  'the peak of discovering is that of its own process, not that of the larger one that started it',
  () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.jpg'), '');
    const held = Buffer.alloc(400 * 2 ** 20, 1);
    const walked = JSON.parse(execFileSync(process.execPath, [script, folder]).toString()) as {
      found: number;
      peakMiB: number;
    };
    expect(walked.found).toBe(1);
    expect(walked.peakMiB).toBeLessThan(held.length / 2 ** 20);
  },
);
