import { describe, expect, it } from 'vitest';
import { engineStatuses, openEngine } from '../../src/engine/choose.ts';
import type { Provider } from '../../src/engine/types.ts';
import { run as runCommand } from '../support/command.ts';
import { batch, predict, shapes, smallState, train } from './small-net.ts';
import { figureFolder } from '../support/figures.ts';

// With a Vulkan driver in software: VK_DRIVER_FILES=/usr/lib/chromium/vk_swiftshader_icd.json (Debian's chromium).
const cards = (await engineStatuses()).filter(({ provider }) => provider !== undefined);
const usable = cards.filter(({ available }) => available).map(({ provider }) => provider!);
const missing = cards.filter(({ available }) => !available);
for (const { provider, detail } of missing)
  process.stderr.write(`skipped: onnxruntime on ${provider} (${detail})\n`);

async function train5(provider: Provider) {
  const engine = await openEngine({ name: 'onnxruntime', provider, threads: 2 });
  const session = await engine.open(smallState());
  const runner = await session.compile(train, shapes);
  const outputs = await runner.run(Array.from({ length: 5 }, (_, k) => batch(k % 2)));
  const predictor = await session.compile(predict, { images: shapes.images });
  const [seen] = await predictor.run([{ images: batch(0).images }]);
  await session.dispose();
  return { losses: outputs.map(({ loss }) => loss.data[0]!), heatmaps: seen!.heatmaps.data };
}

it('lists the providers of onnxruntime beside the CPU', () => {
  expect(cards.map(({ name, provider }) => `${name} ${provider}`)).toEqual([
    'onnxruntime cuda',
    'onnxruntime webgpu',
  ]);
});

describe.each(usable)('onnxruntime on %s', (provider) => {
  it('trains as on the CPU', { timeout: 300_000 }, async () => {
    const [got, expected] = [await train5(provider), await train5('cpu')];
    expect(expected.losses[4]).toBeLessThan(expected.losses[0]!);
    for (const [k, loss] of got.losses.entries())
      expect(Math.abs(loss / expected.losses[k]! - 1)).toBeLessThan(1e-4);
    const scale = Math.max(...expected.heatmaps.map(Math.abs));
    for (const [i, value] of expected.heatmaps.entries())
      expect(Math.abs(got.heatmaps[i]! - value) / scale).toBeLessThan(1e-3);
  });
});

describe.each(missing)('onnxruntime on $provider, which is missing here', ({ provider }) => {
  it('is refused in one sentence that says what to do', async () => {
    const opening = openEngine({ name: 'onnxruntime', provider: provider! });
    const refused = await opening.then(() => 'it opened', String);
    expect(refused).toMatch(
      new RegExp(`onnxruntime cannot run on ${provider} here \\(.+\\): it needs`),
    );
    expect(refused.split('\n')).toHaveLength(1);
  });

  it('gives way to the CPU with a notice where the choice is free', async () => {
    const notices: string[] = [];
    const engine = await openEngine({
      ...{ name: 'auto', provider: provider!, threads: 1 },
      onNotice: (line) => notices.push(line),
    });
    expect(engine.device).toContain('cpu');
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(
      new RegExp(`^engine: onnxruntime on ${provider} cannot run here .*; trying onnxruntime$`),
    );
  });

  it('ends the command with exit code 2 where it was asked for by name', async () => {
    await using folder = await figureFolder();
    const { labels, images, cache, run } = folder.options();
    const { code, stderr } = await runCommand([
      ...['train', '--labels', labels, '--images', images, '--cache', cache, '--run', run],
      ...['--method', 'supervised', '--model', 'tiny', '--recipe', 'peer', '--steps', '1'],
      ...['--engine', 'onnxruntime', '--provider', provider!],
    ]);
    expect(stderr).toContain(
      `--engine onnxruntime --provider ${provider}: onnxruntime cannot run on ${provider} here`,
    );
    expect(code).toBe(2);
  });
});

it('refuses blocked operators on a graphics card', async () => {
  const opening = openEngine({ name: 'onnxruntime', provider: 'webgpu', lowering: 'blocked' });
  await expect(opening).rejects.toThrow('blocked operators run on the CPU alone');
});
