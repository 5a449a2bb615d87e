// Pictures for a report: what the model of a run sees on a few people of its pool.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Options } from '../config/options.ts';
import { showcaseRow } from '../demo/showcase.ts';
import type { FigureRow } from '../monitor/report-data.ts';
import { openModel } from '../pipeline/open-predictor.ts';
import { poolCrops } from '../pipeline/pool-crops.ts';
import { engineOf } from './session.ts';

const PEOPLE = 6;

export async function showcase(
  run: string,
  cache: string,
  options: Pick<Options, 'engine' | 'provider' | 'threads' | 'seed'>,
): Promise<FigureRow[]> {
  const engine = await engineOf({ ...options, quiet: false });
  const { model, recipe, spec, predictor } = await openModel(run, engine);
  try {
    const people = await poolCrops(cache, run, PEOPLE);
    const { skeleton } = model.card;
    const context = { predictor, recipe, spec, skeleton, seed: options.seed };
    const rows: FigureRow[] = [];
    for (const [index, { crop, path }] of people.entries()) {
      const person = { crop, name: basename(path), file: await readFile(path) };
      rows.push(await showcaseRow(person, index, context));
    }
    return rows;
  } finally {
    await predictor.dispose();
  }
}
