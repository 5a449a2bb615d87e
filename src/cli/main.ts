// The command line: one file a command, loaded when it is called.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from '@commander-js/extra-typings';
import { mayWorkLater, sentenceOf, sqliteCode } from '../../db/error.ts';
import { UsageError } from '../config/resolve.ts';
import { flagsOf } from './flags.ts';
import { COMMANDS, type CommandDefinition } from './commands.ts';

const root = new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  version: string;
};

const program = new Command('heatstream')
  .description('Turns folders of unlabelled pictures into better 2D-pose models.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(--help lists the options)');

for (const definition of COMMANDS) addCommand(definition);

// `heatstream … | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// An event loop that runs empty while a command still waits would end the process as if it had succeeded.
let isSettled = false;
process.on('exit', () => {
  if (isSettled || process.exitCode !== undefined) return;
  console.error('heatstream: the command came to a halt before it was done; please report this');
  process.exitCode = 1;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
isSettled = true;

function addCommand({
  name,
  description,
  argument,
  options,
  extra,
  load,
}: CommandDefinition): void {
  const command = new Command(name).description(description).exitOverride();
  for (const flag of flagsOf(options)) command.addOption(flag);
  for (const flag of extra ?? []) command.addOption(flag);
  command.option('--config <file>', 'JSON file with options');
  if (argument) command.argument(argument);
  command.action(async (...args: unknown[]) => {
    const positional = argument ? args.slice(0, 1).flat() : [];
    const flags = command.opts() as Record<string, unknown>;
    const { run } = await load();
    process.exitCode = await run({ positional: positional as string[], flags, version });
  });
  program.addCommand(command);
}

/** Exit codes: 0 ok, 1 failure, 2 usage, 4 what may work later. A usage error is shown without a stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError) {
    console.error(error.message);
    return 2;
  }
  if (sqliteCode(error)) {
    console.error('heatstream:', sentenceOf(error, 'that --cache names'));
    return mayWorkLater(error) ? 4 : 1;
  }
  const lines = error instanceof Error && !process.env['HEATSTREAM_DEBUG'] ? error.message : error;
  console.error('heatstream:', lines);
  return 1;
}
