import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue$ } from '../../src/pipeline/catalogue.ts';
import { CircuitBreakerError } from '../../src/pipeline/circuit-breaker.ts';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { plant } from '../support/ingestion.ts';
import { iterate } from '../support/streams.ts';

const none = { defaultValue: undefined };

describe('catalogue$', () => {
  it('has as many files in flight as it has credits, not one more, and settles each once', async () => {
    const paths = await plant(temporaryFolder(), 60);
    const inFlight: number[] = [];
    const settled: number[] = [];
    const context = {
      db: temporaryDatabase(),
      credits: 12,
      onInFlight: (n: number) => inFlight.push(n),
      onSettled: (n: number) => settled.push(n),
    };
    await lastValueFrom(catalogue$(iterate(paths), context), none);
    expect(Math.max(...inFlight)).toBe(12);
    expect(settled.reduce((sum, n) => sum + n, 0)).toBe(60);
  });

  it('stops when too much fails', async () => {
    const folder = temporaryFolder();
    const paths = Array.from({ length: 120 }, (_, i) => join(folder, `${i}.jpg`));
    for (const path of paths) writeFileSync(path, 'no picture');
    const stream$ = catalogue$(iterate(paths), { db: temporaryDatabase() });
    await expect(lastValueFrom(stream$, none)).rejects.toThrow(CircuitBreakerError);
  });
});
