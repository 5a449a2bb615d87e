// Layers of configuration: flags > environment (HEATSTREAM_*) > file (--config, JSON) > defaults.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { optionSchema, type OptionName, type Options } from './options.ts';

/** A mistake of the user's: shown without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Layers {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** JSON file with option names in camelCase. */
  readonly file?: string | undefined;
}

/** @param names the options that this command has. Throws UsageError naming every option that does not fit. */
export function resolveOptions<N extends OptionName>(
  names: readonly N[],
  layers: Layers,
): Pick<Options, N> {
  const file = layers.file === undefined ? {} : readConfigFile(layers.file);
  const known = new Set<string>(Object.keys(optionSchema.shape));
  const unknown = Object.keys(file).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new UsageError(`${String(layers.file)}: no such option: ${unknown.join(', ')}`);
  }
  const merged: Record<string, unknown> = {};
  for (const name of names) {
    const value = layers.flags[name] ?? layers.environment[environmentName(name)] ?? file[name];
    if (value !== undefined) merged[name] = value;
  }
  const schema = z.object(
    Object.fromEntries(names.map((name) => [name, optionSchema.shape[name]])),
  );
  const result = schema.safeParse(merged);
  if (!result.success) throw new UsageError(explain(result.error, merged));
  return result.data as unknown as Pick<Options, N>;
}

/** Values of options that nobody names; those without a default are absent. */
export function defaultsOf(names: readonly string[]): Record<string, unknown> {
  const shape = optionSchema.shape as Readonly<Record<string, z.ZodType | undefined>>;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = shape[name]?.safeParse(undefined);
      return value?.success ? [[name, value.data]] : [];
    }),
  );
}

/** `maxTeacherAge` → `HEATSTREAM_MAX_TEACHER_AGE` */
function environmentName(option: string): string {
  return `HEATSTREAM_${option.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** `maxTeacherAge` → `--max-teacher-age` */
export function flagName(option: string): string {
  return `--${option.replaceAll(/[A-Z]/g, '-$&').toLowerCase()}`;
}

function readConfigFile(path: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`cannot read the configuration ${path}: ${String(error)}`, {
      cause: error,
    });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new UsageError(`${path}: expected a JSON object of options`);
  }
  // A configuration may say what it is: JSON has no comments of its own.
  return Object.fromEntries(Object.entries(parsed).filter(([name]) => name !== '//'));
}

function explain(error: z.ZodError, given: Readonly<Record<string, unknown>>): string {
  return error.issues
    .map((issue) => {
      const name = String(issue.path[0]);
      return name in given
        ? `${flagName(name)} ${JSON.stringify(given[name])}: ${issue.message}`
        : `${flagName(name)} is needed`;
    })
    .join('\n');
}
