// heatstream doctor: what works on this machine, and why the rest does not.
import { engineStatuses } from '../engine/choose.ts';
import type { Invocation } from './commands.ts';
import { optionsOf } from './session.ts';
import { openDatabase } from '../../db/open.ts';
import { libraryVersions } from '../image/versions.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { json } = optionsOf(['json'], invocation);
  const rows = [
    { name: 'heatstream', available: true, detail: invocation.version },
    {
      name: 'node',
      available: true,
      detail: `${process.version} ${process.platform}-${process.arch}`,
    },
    await checked('sqlite', () => {
      const db = openDatabase(':memory:');
      try {
        return db.sql.prepare('SELECT sqlite_version()').pluck().get() as string;
      } finally {
        db.close();
      }
    }),
    await checked('images', libraryVersions),
    ...(await engineStatuses()).map((status) => ({
      ...status,
      name: ['engine', status.name, status.provider].filter(Boolean).join(' '),
    })),
  ];
  if (json) console.log(JSON.stringify(rows));
  else {
    for (const { name, available, detail } of rows) {
      console.log(`${available ? 'ok  ' : '–   '}${name.padEnd(27)}${detail}`);
    }
  }
  return rows.some(({ name, available }) => !name.startsWith('engine') && !available) ? 1 : 0;
}

async function checked(name: string, probe: () => string | Promise<string>) {
  try {
    return { name, available: true, detail: await probe() };
  } catch (error) {
    return { name, available: false, detail: String(error) };
  }
}
