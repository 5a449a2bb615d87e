// Makes commander options out of the option schema, so that help, types and checks have one source.
import { Option } from '@commander-js/extra-typings';
import { optionSchema, type OptionName } from '../config/options.ts';
import { flagName } from '../config/resolve.ts';

export function flagsOf(names: readonly OptionName[]): Option[] {
  return names.map((name) => {
    const schema = optionSchema.shape[name];
    const given = defaultOf(name);
    const isShown = typeof given === 'string' || typeof given === 'number';
    const note = isShown ? ` (default ${given})` : '';
    const description = `${schema.description ?? ''}${note}`;
    if (given === false) return new Option(flagName(name), description);
    if (Array.isArray(given)) return new Option(`${flagName(name)} <value...>`, description);
    return new Option(`${flagName(name)} <value>`, description);
  });
}

function defaultOf(name: OptionName): unknown {
  const result = optionSchema.shape[name].safeParse(undefined);
  return result.success ? result.data : undefined;
}
