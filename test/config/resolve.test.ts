import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optionSchema, type OptionName } from '../../src/config/options.ts';
import { flagName, resolveOptions, UsageError, type Layers } from '../../src/config/resolve.ts';
import { temporaryFolder } from '../support/folder.ts';

function configFile(content: unknown): string {
  const file = join(temporaryFolder(), 'config.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const layers = (given: Partial<Layers>): Layers => ({ flags: {}, environment: {}, ...given });
const steps = (given: Partial<Layers>) => resolveOptions(['steps'], layers(given)).steps;

describe('options', () => {
  it('come from flags, else the environment, else the file, else the defaults', () => {
    const environment = { HEATSTREAM_STEPS: '20' };
    const file = configFile({ steps: 10 });
    expect(steps({ flags: { steps: '30' }, environment, file })).toBe(30);
    expect(steps({ environment, file })).toBe(20);
    expect(steps({ file })).toBe(10);
    expect(steps({})).toBe(1500);
  });

  it('take the first layer that has a value, whichever layers have one', () => {
    const value = fc.option(fc.integer({ min: 1, max: 1e6 }), { nil: undefined });
    fc.assert(
      fc.property(value, value, value, (flag, environment, file) => {
        const got = steps({
          flags: { steps: flag },
          environment: { HEATSTREAM_STEPS: environment?.toString() },
          ...(file !== undefined && { file: configFile({ steps: file }) }),
        });
        expect(got).toBe(flag ?? environment ?? file ?? 1500);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['steps', '0'],
    ['steps', '1.5'],
    ['steps', 'many'],
    ['seed', '-1'],
    ['weight', '-0.5'],
    ['weight', 'Infinity'],
    ['learningRate', '0'],
    ['maxTeacherAge', 'never'],
    ['method', 'magic'],
    ['engine', 'gpu'],
    ['padding', 'mirror'],
    ['watch', 'perhaps'],
  ] as const)('refuse %s = %s with the flag and the value', (name, value) => {
    for (const given of [
      { flags: { [name]: value } },
      {
        environment: {
          [`HEATSTREAM_${name.replace('Rate', '_RATE').replace('TeacherAge', '_TEACHER_AGE').toUpperCase()}`]:
            value,
        },
      },
    ]) {
      let problem: unknown;
      try {
        resolveOptions([name], layers(given));
      } catch (error) {
        problem = error;
      }
      expect(problem).toBeInstanceOf(UsageError);
      expect((problem as Error).message).toContain(`${flagName(name)} "${value}": `);
    }
  });

  it('name every option that is wrong, and those that are needed', () => {
    const names: OptionName[] = ['labels', 'steps', 'seed'];
    const resolve = () => resolveOptions(names, layers({ flags: { steps: '0', seed: 'x' } }));
    expect(resolve).toThrow(/--labels is needed/);
    expect(resolve).toThrow(/--steps "0": /);
    expect(resolve).toThrow(/--seed "x": /);
  });

  it('refuse a file with an option that does not exist, no JSON, or none at all', () => {
    expect(() => steps({ file: configFile({ stepz: 3 }) })).toThrow('no such option: stepz');
    expect(() => steps({ file: configFile('{') })).toThrow('cannot read the configuration');
    expect(() => steps({ file: configFile('[1]') })).toThrow('expected a JSON object of options');
    expect(() => steps({ file: '/nowhere/config.json' })).toThrow(UsageError);
  });

  it('leave out what the command does not have', () => {
    const got = resolveOptions(['steps'], layers({ flags: { steps: 3, seed: 9 } }));
    expect(got).toEqual({ steps: 3 });
  });

  it('read lists, booleans and infinity', () => {
    const got = resolveOptions(['unlabeled', 'watch', 'maxTeacherAge'], {
      flags: { unlabeled: 'a' },
      environment: { HEATSTREAM_WATCH: '1', HEATSTREAM_MAX_TEACHER_AGE: 'infinity' },
    });
    expect(got).toEqual({ unlabeled: ['a'], watch: true, maxTeacherAge: Infinity });
  });

  it('have a name of their own as flag, and a sentence for --help', () => {
    expect(flagName('maxTeacherAge')).toBe('--max-teacher-age');
    const names = Object.keys(optionSchema.shape);
    expect(new Set(names.map(flagName)).size).toBe(names.length);
    for (const [name, schema] of Object.entries(optionSchema.shape)) {
      expect(schema.description, name).toBeTruthy();
    }
  });
});
