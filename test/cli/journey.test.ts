import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderFigures } from '../../src/demo/figures.ts';
import type { TrainingSummary } from '../../src/pipeline/training-hooks.ts';
import { run, start, type Finished, type Running } from '../support/command.ts';

/** Waits until a folder holds a file, or a file a line; fails when the process ends before. */
async function appears(path: string, running: Running): Promise<void> {
  const isThere = async () => {
    const found = await stat(path).catch(() => undefined);
    return found?.isDirectory()
      ? (await readdir(path)).some((name) => !name.endsWith('.tmp'))
      : (found?.size ?? 0) > 0;
  };
  while (!(await isThere())) {
    if (running.child.exitCode !== null)
      throw new Error(`ended before it wrote ${path}:\n${(await running.finished).stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** One person trains, scores, labels and predicts on a folder of figures; the tests share its database. */
// Child processes compile and train: minutes on a machine that is busy elsewhere.
describe('the command line', { timeout: 240_000 }, () => {
  let dir = '';
  const at = (...parts: string[]) => join(dir, ...parts);
  const train = (...args: string[]) => [
    'train',
    ...['--labels', at('labeled.coco.json'), '--images', at('images')],
    ...['--unlabeled', at('images/unlabeled'), '--boxes', at('unlabeled.coco.json')],
    ...['--model', 'tiny', '--recipe', 'peer', '--cache', at('cache.sqlite')],
    ...['--labelled-batch', '8', '--unlabelled-batch', '8', '--steps-per-call', '2'],
    ...args,
  ];
  const evaluation = (model: string) => [
    ...['eval', model, '--labels', at('test.coco.json'), '--images', at('images')],
    ...['--cache', at('cache.sqlite'), '--json'],
  ];
  const ok = ({ code, stdout, stderr }: Finished): unknown => {
    expect(`${String(code)} ${stderr}`).toMatch(/^0 /);
    return stdout === '' ? undefined : JSON.parse(stdout);
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'heatstream-journey-'));
    await renderFigures({ out: dir, seed: 1, labelled: 12, unlabelled: 40, test: 10 });
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('trains a supervised baseline within its memory', async () => {
    const finished = await run(
      train('--method', 'supervised', '--run', at('supervised'), '--steps', '30', '--json'),
    );
    const summary = ok(finished) as TrainingSummary;
    expect(summary).toMatchObject({
      step: 30,
      labelled: 12,
      pool: 52,
      rejected: 0,
      stopped: false,
    });
    console.log(`peak resident memory of a training run: ${finished.peakMiB.toFixed(0)} MiB`);
    expect(finished.peakMiB).toBeLessThan(1500);
  });

  it('recalls every target when a second cached run starts from the same teacher', async () => {
    const cached = (name: string) =>
      train(
        ...['--method', 'single', '--regime', 'cached', '--teacher', at('supervised')],
        ...['--run', at(name), '--steps', '20', '--max-teacher-age', 'infinity', '--json'],
      );
    const first = ok(await run(cached('cached-1'))) as TrainingSummary;
    expect(first.counters['teacher_forwards']).toBeGreaterThan(0);
    expect(first.counters['targets_taught']).toBe(52);
    const second = ok(await run(cached('cached-2'))) as TrainingSummary;
    expect(second.counters['pictures_decoded'] ?? 0).toBe(0);
    expect(second.counters['teacher_forwards'] ?? 0).toBe(0);
    expect(second.counters['target_misses'] ?? 0).toBe(0);
    expect(second.counters['target_hits']).toBe(20 * 8);
  });

  it('publishes its own teachers while it trains and teaches again', async () => {
    const summary = ok(
      await run(
        train(
          ...['--method', 'single', '--regime', 'cached', '--run', at('aging')],
          ...['--steps', '20', '--max-teacher-age', '8', '--json'],
        ),
      ),
    ) as TrainingSummary;
    expect(await readdir(at('aging/teachers'))).toHaveLength(2);
    expect(summary.counters['teacher_forwards']).toBeGreaterThan(2);
  });

  it('scores a run and tells its protocol', async () => {
    const scores = ok(await run(evaluation(at('supervised')))) as Record<string, unknown>;
    expect(scores).toMatchObject({ people: 10, step: 30, inPool: 0 });
    expect(scores['pck']).toBeGreaterThan(0);
    expect(scores['apProtocol']).toContain('sigmas');
  });

  it('reports evaluation pictures in the pool, and leaves them out when told to', async () => {
    const pooled = (...args: string[]) =>
      train(
        ...['--method', 'single', '--steps', '2', '--unlabeled', at('images/test')],
        ...['--boxes', at('test.coco.json'), ...args],
      );
    ok(await run(pooled('--run', at('leaky'), '--json')));
    const leaky = await run(evaluation(at('leaky')));
    expect(leaky.stderr).toContain('10 pictures of');
    const summary = ok(
      await run(pooled('--run', at('tight'), '--exclude', at('test.coco.json'), '--json')),
    ) as TrainingSummary;
    expect(summary.excluded).toBe(10);
    expect((await run(evaluation(at('tight')))).stderr).not.toContain('pictures of');
  });

  it('writes pseudo-labels as COCO annotations and as COCO results', async () => {
    const finished = await run([
      ...['label', at('images/unlabeled'), '--teacher', at('supervised')],
      ...['--boxes', at('unlabeled.coco.json'), '--cache', at('cache.sqlite')],
      ...['--out', at('pseudo.json'), '--results', at('results.json')],
    ]);
    expect(finished.code).toBe(0);
    const document = JSON.parse(await readFile(at('pseudo.json'), 'utf8')) as {
      annotations: { keypoints: number[] }[];
      images: unknown[];
    };
    expect(document.images).toHaveLength(40);
    expect(document.annotations[0]!.keypoints).toHaveLength(14 * 3);
    expect(JSON.parse(await readFile(at('results.json'), 'utf8'))).toHaveLength(40);
    const again = await run(
      train(
        '--labels',
        at('pseudo.json'),
        '--images',
        '/',
        '--run',
        at('self'),
        '--steps',
        '2',
        '--json',
      ),
    );
    expect(ok(again)).toMatchObject({ labelled: 40 });
  });

  it('predicts into CSV and draws overlays', async () => {
    const finished = await run([
      ...['predict', at('supervised'), at('images/test'), '--cache', at('cache.sqlite')],
      ...['--out', at('keypoints.csv'), '--overlays', at('overlays')],
    ]);
    expect(finished.code).toBe(0);
    expect(readFileSync(at('keypoints.csv'), 'utf8').trim().split('\n')).toHaveLength(1 + 10 * 14);
    expect(await readdir(at('overlays'))).toHaveLength(10);
  });

  it('goes on after kill -9 to the same weights as a run that was never killed', async () => {
    const args = [
      '--method',
      'single',
      '--steps',
      '40',
      '--checkpoint-every',
      '10',
      '--log-every',
      '2',
    ];
    ok(await run(train(...args, '--run', at('whole'), '--json')));
    const killed = start(train(...args, '--run', at('killed')));
    await appears(at('killed/checkpoints'), killed);
    killed.child.kill('SIGKILL');
    expect((await killed.finished).signal).toBe('SIGKILL');
    ok(await run(train(...args, '--run', at('killed'), '--resume', '--json')));
    const weights = (name: string) => readFileSync(at(name, 'model.safetensors'));
    expect(weights('killed').equals(weights('whole'))).toBe(true);
  });

  it('stops at SIGINT with a checkpoint and exit code 130', async () => {
    const running = start(
      train('--method', 'single', '--steps', '100000', '--run', at('stopped'), '--log-every', '1'),
    );
    await appears(at('stopped/metrics.jsonl'), running);
    running.child.kill('SIGINT');
    const finished = await running.finished;
    expect(finished.code).toBe(130);
    expect(await readdir(at('stopped/checkpoints'))).toHaveLength(1);
  });

  it('quarantines bad pictures, lists them, and exits 3 under --strict', async () => {
    await writeFile(at('images/unlabeled/broken.jpg'), 'not a picture');
    await writeFile(at('images/unlabeled/empty.png'), '');
    await symlink('nowhere', at('images/unlabeled/gone.jpg'));
    const finished = await run([
      ...['predict', at('supervised'), at('images/unlabeled'), '--cache', at('cache.sqlite')],
      ...['--out', at('all.json'), '--strict'],
    ]);
    expect(finished.code).toBe(3);
    const list = await run(['quarantine', 'list', '--cache', at('cache.sqlite'), '--json']);
    const items = JSON.parse(list.stdout) as { path: string; reason: string }[];
    expect(items.map(({ path }) => path).sort()).toEqual([
      at('images/unlabeled/broken.jpg'),
      at('images/unlabeled/empty.png'),
      at('images/unlabeled/gone.jpg'),
    ]);
    expect(items.every(({ reason }) => reason.length > 10)).toBe(true);
  });

  it('answers a wrong flag with one sentence and exit code 2', async () => {
    for (const args of [
      ['train', '--labels', 'x.json'],
      ['train', '--labels', 'x.json', '--images', '.', '--steps', 'many'],
      ['train', '--no-such-flag'],
      train('--unlabeled', at('nowhere'), '--run', at('none')),
      train('--teacher', at('supervised'), '--run', at('none')),
      ['eval'],
    ]) {
      const { code, stderr } = await run(args);
      expect(code).toBe(2);
      expect(stderr).not.toContain('    at ');
    }
  });
});
