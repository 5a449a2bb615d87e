import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { optionSchema } from '../../src/config/options.ts';
import { flagName, resolveOptions } from '../../src/config/resolve.ts';
import { markdownTable, tableRow } from '../../src/demo/paper-report.ts';
import { distanceToPeer, summarise, type PaperResult } from '../../src/demo/paper-result.ts';
import { PAPER_ROWS } from '../../src/demo/paper-rows.ts';
import { chooseRows } from '../../src/demo/run-experiment.ts';

const folder = new URL('../../examples/paper/', import.meta.url);
const named = (name: string) => PAPER_ROWS.find((row) => row.name === name)!;
const result = (seed: number, pck: number): PaperResult => ({
  ...{ row: 'single', seed, flags: [], pck, ap: 0.5, peak: 0.7, stepMs: 100, minutes: 3 },
  ...{ collapse: null, curves: {} },
});

describe('the configurations in examples/paper', () => {
  it('are the rows of the experiment', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
    expect(files.sort()).toEqual(PAPER_ROWS.map(({ name }) => `${name}.json`).sort());
  });

  it.each(PAPER_ROWS.map(({ name }) => name))('%s names the options of its flags', (name) => {
    const file = fileURLToPath(new URL(`${name}.json`, folder));
    const names = [
      'method',
      'regime',
      'easy',
      'hard',
      'teacherBn',
      'teacherView',
      'maxTeacherAge',
      'threshold',
      'reweight',
      'teacherDecay',
      'force',
      'steps',
      'recipe',
      'model',
    ] as const;
    const options = resolveOptions(names, { flags: {}, environment: {}, file });
    const { flags } = named(name);
    const given = Object.fromEntries(
      names.map((option) => {
        const at = flags.indexOf(flagName(option));
        const next = flags[at + 1];
        return [option, at < 0 ? undefined : option === 'force' ? true : next];
      }),
    );
    const expected = resolveOptions(names, {
      flags: { ...given, steps: 1500, recipe: 'peer', model: 'tiny' },
      environment: {},
    });
    expect(options).toEqual(expected);
    expect(Object.keys(optionSchema.shape)).toEqual(expect.arrayContaining([...names]));
  });
});

describe('the paper table', () => {
  it('measures the distance to the peer in standard errors', () => {
    const own = summarise([50, 52, 54]);
    expect(own).toEqual({ mean: 52, deviation: 2, count: 3 });
    const row = { ...named('single'), peer: { pck: [48, 50], peak: [], stepMs: 1 } };
    // The larger deviation is 2; 3 points lie 3 / (2 sqrt(1/3 + 1/2)) errors apart.
    expect(distanceToPeer(own, row)).toBeCloseTo(3 / (2 * Math.sqrt(5 / 6)), 9);
    const even = { ...row, peer: { ...row.peer, pck: [50] } };
    expect(distanceToPeer(summarise([52]), even)).toBeCloseTo(2 / (1.5 * Math.SQRT2), 9);
  });

  it('has a line a row, and a dash where something is unknown', () => {
    const row = tableRow(named('single'), [result(0, 50), result(1, 54)], false);
    const table = markdownTable(
      [
        { key: 'method', title: 'method' },
        { key: 'pck', title: 'mean', digits: 1 },
        { key: 'alarm', title: 'alarm' },
        { key: 'ensemble', title: 'ensemble', digits: 1 },
      ],
      [row, { method: 'x', ensemble: 3 }],
    );
    expect(table.split('\n')).toEqual([
      '| method | mean | alarm | ensemble |',
      '| --- | --- | --- | --- |',
      '| Single: easy to hard | 52.0 | – – | – |',
      '| x | – | – | 3.0 |',
    ]);
  });

  it('takes rows by name, labellers with those who need them', () => {
    expect(chooseRows(PAPER_ROWS, ['dual', 'supervised']).map(({ name }) => name)).toEqual([
      'supervised',
      'dual',
    ]);
    expect(() => chooseRows(PAPER_ROWS, ['pseudo-pose'])).toThrow('labeller of pseudo-pose');
    expect(() => chooseRows(PAPER_ROWS, ['best'])).toThrow('got `best`');
  });
});
